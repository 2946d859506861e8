"""Who gets what at the addresses of customers and of search. Those of purchases and imports stand in purchases.py."""

from crm import secret_links
from tests.access import CUSTOMERS, DONE, FORBIDDEN, Record, Row, after, answering, everyone, only, public
from tests.factories import make_customer

# Quality reads all customers and changes none.
CHANGES = CUSTOMERS | {"quality": FORBIDDEN}
CHANGED = answering(CHANGES, 302)
# Takes more than owning: agents may not archive what is awkward to them.
ARCHIVES = CHANGES | {"agent": (403, 404, 404)}
# The caller card's exception: who speaks with customers logs a contact with any of them; quality speaks with nobody.
CONTACT = everyone((200, 200, 200)) | {"quality": FORBIDDEN}
ARCHIVED = {role: after(reads, 302) for role, reads in ARCHIVES.items()}
LOGGED = everyone(DONE) | {"quality": FORBIDDEN}

ROWS = [
    Row("customers:list", everyone()),
    Row("customers:list", everyone(), query="?phone=13900000000000"),
    Row("customers:new", only("agent", "handler", "lead", "manager", "administrator")),
    Row("customers:new", only("agent", "handler", "lead", "manager", "administrator", status=302), method="post",
        data={"kind": "person", "name": "张三", "language": "en", "lifecycle": "customer",
              "points-TOTAL_FORMS": "0", "points-INITIAL_FORMS": "0"}),
    Row("customers:detail", CUSTOMERS, record="customer"),
    Row("customers:edit", CHANGES, record="customer"),
    Row("customers:edit", CHANGED, record="customer", method="post",
        data=lambda customer: {"kind": "person", "name": "李四", "language": "en", "lifecycle": "customer",
                               "version": "1", "owner": customer.owner_id, "team": customer.team_id,
                               "points-TOTAL_FORMS": "0", "points-INITIAL_FORMS": "0"}),
    Row("customers:timeline", answering(CUSTOMERS, 302), record="customer"),  # a fragment; without htmx the page itself
    Row("customers:history", CUSTOMERS, record="customer"),
    Row("customers:archive", ARCHIVES, record="customer"),
    Row("customers:archive", ARCHIVED, record="customer", method="post"),
    Row("customers:restore", ARCHIVED, record="customer", method="post"),
    Row("customers:log_contact", CONTACT, record="customer"),
    Row("customers:log_contact", LOGGED, record="customer", method="post",
        data={"channel": "phone", "direction": "in", "summary": "rang about the bill"}),
    Row("customers:opt_out_staff", CHANGED, record="customer", method="post"),
    Row("customers:withdraw_opt_out", CHANGED, record="customer", method="post"),
    Row("customers:search", everyone()),
    Row("customers:search", everyone(), query="?q=zhang&format=json"),
    Row("customers:caller", everyone(), query="?phone=13800138000"),
    Row("customers:opt_out", public(), record="customer",
        args=lambda customer: [secret_links.code_for("opt_out", customer.pk)]),
    Row("customers:opt_out", public(), record="customer", method="post",
        args=lambda customer: [secret_links.code_for("opt_out", customer.pk)]),
    Row("customers:opt_out", public(404), args=["aaaaaaaaaaaaaaaaaaaaaaaaa"]),
]  # fmt: skip

RECORDS = {
    "customer": Record(
        make=lambda owner, team: make_customer("张三", owner=owner, team=team), args=lambda customer: [customer.number]
    )
}
