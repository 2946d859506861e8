"""Any fragment finds its row, says why, and shows nobody what is not theirs."""

import pytest

from customers import grams, search
from customers.models import ExternalReference, SearchEntry
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def found(user, typed: str) -> list[str]:
    """Labels of the customers that a search shows, in their order."""
    return [hit.label for group in search.find(user, typed) if group.source.kind == "customer" for hit in group.hits]


def only_hit(user, typed: str):
    (group,) = search.find(user, typed, kinds=["customer"])
    (hit,) = group.hits
    return hit


CASES = [
    # name, e-mail, phone, typed
    ("顾曼丽", "", "", "曼丽"),
    ("顾曼丽", "", "", "丽"),
    ("顾曼丽", "", "", "gumanli"),
    ("顾曼丽", "", "", "gu man li"),
    ("顾曼丽", "", "", "gumanl"),
    ("顾曼丽", "", "", "manli"),
    ("顾曼丽", "", "", "gml"),
    ("顾曼丽", "", "", "ml"),
    ("顾曼丽", "", "", "GML"),
    ("顾曼丽", "", "", "ＧＭＬ"),
    ("单雄信", "", "", "shanxiongxin"),
    ("单雄信", "", "", "sxx"),
    ("单雄信", "", "", "danxiong"),
    ("曾国藩", "", "", "zengguofan"),
    ("曾国藩", "", "", "zgf"),
    ("曾国藩", "", "", "cengguo"),
    ("仇英", "", "", "qiuying"),
    ("仇英", "", "", "qy"),
    ("解晓东", "", "", "xiexiaodong"),
    ("区海伦", "", "", "ou"),
    ("查良镛", "", "", "zhaliangyong"),
    ("朴树", "", "", "piao"),
    ("乐嘉", "", "", "yuejia"),
    ("乐嘉", "", "", "lejia"),
    ("覃辉", "", "", "tanhui"),
    ("覃辉", "", "", "qinhui"),
    ("欧阳清", "", "", "ouyang"),
    ("欧阳清", "", "", "yangqing"),
    ("欧阳清", "", "", "oyq"),
    ("万俟卨", "", "", "moqi"),
    ("尉迟恭", "", "", "yuchi"),
    ("单于丹", "", "", "chanyu"),
    ("吕布", "", "", "lvbu"),
    ("吕布", "", "", "lubu"),
    ("陳雅琴", "", "", "陈雅"),
    ("陈雅琴", "", "", "陳雅"),
    ("阿凡提·买买提", "", "", "凡提买"),
    ("阿凡提·买买提", "", "", "阿凡提·买"),
    ("钱塘建工集团", "", "", "建工"),
    ("钱塘建工集团", "", "", "qtjg"),
    ("Margaret Ellison", "", "", "garet"),
    ("Margaret Ellison", "", "", "ellison margaret"),
    ("Margaret Ellison", "", "", "marg elli"),
    ("Margaret Ellison", "", "", "ELLISON"),
    ("José Müller", "", "", "jose mull"),
    ("O'Brien & Sons", "", "", "o'brien"),
    ("O'Brien & Sons", "", "", "brien & s"),
    ("100% Cotton_Ltd", "", "", "% cotton_l"),
    ("王伟", "m.ellison@example.com", "", "ellison@ex"),
    ("王伟", "m.ellison@example.com", "", "lliso"),
    ("王伟", "wang.wei@qq.com", "", "wei@qq"),
    ("王伟", "", "13957100183", "0183"),
    ("王伟", "", "13957100183", "139 5710"),
    ("王伟", "", "13957100183", "139-5710-0183"),
    ("王伟", "", "13957100183", "+86 13957100183"),
    ("王伟", "", "13957100183", "0086 139 5710 0183"),
    ("王伟", "", "13957100183", "8613957100183"),
    ("王伟", "", "13957100183", "１３９５７１００１８３"),
    ("王伟", "", "0571-8888 6666 转 801", "0571 8888"),
    ("王伟", "", "0571-8888 6666 转 801", "88886666"),
    ("王伟", "", "0571-8888 6666 转 801", "057188886666"),
    ("王伟", "", "+852 2345 6789", "2345 6789"),
    ("王伟", "", "+886 912 345 678", "0912345678"),
    ("王伟", "", "13957100183", "王 0183"),
    ("王伟", "", "13957100183", "0183 wang"),
    ("王伟", "", "13957100183", "王 183"),
]


@pytest.mark.parametrize(("name", "email", "phone", "typed"), CASES)
def test_a_fragment_finds_its_customer(people, name, email, phone, typed):
    make_customer("不相干", phone="18000000000", email="nobody@elsewhere.test")
    make_customer(name, email=email, phone=phone)

    assert found(people.manager, typed) == [name]


@pytest.mark.parametrize(
    "typed", ["", " ", "z", "183", "%", "_", "曼曼丽", "liman", "lm", "13957100184", "@@", "'", "\x00"]
)
def test_what_does_not_stand_in_it_finds_nothing(people, typed):
    make_customer("顾曼丽", phone="13957100183", email="gu@example.com")

    assert search.find(people.manager, typed) == []


def test_the_number_finds_its_customer_with_and_without_its_hyphen(people):
    customer = make_customer("顾曼丽")

    for typed in (customer.number, customer.number.lower(), customer.number.replace("-", ""), customer.number[-5:]):
        assert found(people.manager, typed) == ["顾曼丽"], typed


def test_what_another_system_calls_the_customer_finds_it(people):
    customer = make_customer("")
    ExternalReference.objects.create(source="shop", reference="17850", customer=customer)
    search.reindex([customer.pk])

    assert found(people.manager, "1785") == [customer.number]


def test_a_whole_name_stands_before_one_that_only_holds_it(people):
    for name in ("王伟明", "小王伟", "王伟", "赵王伟"):
        make_customer(name)

    assert found(people.manager, "王伟")[0] == "王伟"
    assert found(people.manager, "wangwei")[:2] == ["王伟", "王伟明"]


def test_the_exact_name_is_found_among_thousands_that_hold_it(people):
    search.index_many("customer", (search.Entry(-n, f"王{n}", [search.name(f"王{n}")]) for n in range(1, 1500)))
    SearchEntry.objects.filter(key__startswith="-").update(kind="filler")
    SearchEntry.objects.filter(kind="filler").update(kind="customer")
    customer = make_customer("王")
    SearchEntry.objects.filter(key__startswith="-").update(customer=customer)

    assert found(people.manager, "王")[0] == "王"


def test_why_it_matched_is_said_and_its_letters_are_marked(people):
    make_customer("陈雅琴", email="chen@example.com", phone="13957100183")

    hit = only_hit(people.manager, "yq")
    assert hit.why == "Pinyin initials: chen ya qin"
    assert hit.why_marked == "Pinyin initials: chen <mark>y</mark>a <mark>q</mark>in"
    assert hit.marked == "陈<mark>雅</mark><mark>琴</mark>"
    hit = only_hit(people.manager, "nyaq")
    assert hit.why_marked == "Pinyin: che<mark>n</mark> <mark>ya</mark> <mark>q</mark>in"
    hit = only_hit(people.manager, "71001")
    assert hit.why == "Telephone: 139 5710 0183"
    assert hit.why_marked == "Telephone: 139 5<mark>710</mark> <mark>01</mark>83"
    make_customer("Chloe Prentice", phone="+44 7700 900125")
    assert only_hit(people.manager, "900125").why == "Telephone: 07700900125"
    assert only_hit(people.manager, "447700").why == "Telephone: +44 7700 900125"
    hit = only_hit(people.manager, "EXAMPLE")
    assert hit.why_marked == "E-mail: chen@<mark>example</mark>.com"
    assert only_hit(people.manager, "雅琴").marked == "陈<mark>雅琴</mark>"


def test_markup_in_a_name_stays_text(people):
    make_customer("<b>Bold</b> Ltd")

    hit = only_hit(people.manager, "bold")

    assert hit.marked == "&lt;b&gt;<mark>Bold</mark>&lt;/b&gt; Ltd"


def test_nobody_finds_what_they_may_not_open(people, house):
    make_customer("顾曼丽", owner=people.agent, team=house.sales_east)

    assert found(people.agent, "曼丽") == ["顾曼丽"]
    assert found(people.lead, "曼丽") == ["顾曼丽"]
    assert found(people.quality2, "曼丽") == ["顾曼丽"]
    assert found(people.colleague, "曼丽") == []
    assert found(people.agent2, "曼丽") == []
    assert found(people.lead2, "曼丽") == []
    assert found(people.deactivated, "曼丽") == []


def test_access_given_for_a_reason_makes_it_findable_until_it_ends(people, house):
    from customers.actions import give_access, withdraw_access

    customer = make_customer("顾曼丽", owner=people.agent, team=house.sales_east)

    give_access(customer, reason="complaint:1", user=people.handler2)
    assert found(people.handler2, "曼丽") == ["顾曼丽"]

    withdraw_access(customer, reason="complaint:1")
    assert found(people.handler2, "曼丽") == []


def test_rows_of_others_do_not_crowd_out_ones_own(people, house):
    search.index_many(
        "customer",
        (search.Entry(f"x{n}", "王伟", [search.name("王伟")], make_owner.pk, house.repairs.pk, people.agent2.pk)
         for make_owner in [make_customer("x", owner=people.agent2)] for n in range(search.CANDIDATES + 50)),
    )  # fmt: skip
    make_customer("王伟", owner=people.agent)

    assert found(people.agent, "王伟") == ["王伟"]


def test_the_entry_follows_the_customer(people):
    from customers.actions import update_customer

    customer = make_customer("顾曼丽", owner=people.agent, phone="13957100183")

    update_customer(
        customer.pk, by=people.agent, values={"name": "顾小曼"}, contact_points=[], version=customer.version
    )

    assert found(people.agent, "曼丽") == []
    assert found(people.agent, "0183") == []
    assert found(people.agent, "顾小曼") == ["顾小曼"]
    assert SearchEntry.objects.filter(kind="customer").count() == 1


def test_every_gram_that_a_query_wants_stands_in_the_index():
    for name in ("张三", "欧阳清", "Margaret Ellison", "浙A·3K8L2", "A1B22C333"):
        forms = grams.name(name) + grams.reference(name)
        indexed = set(grams.grams(forms))
        for form in forms:
            for start in range(len(form.text)):
                for stop in range(start + 1, len(form.text) + 1):
                    assert set(grams.wanted(form.text[start:stop])) <= indexed


def test_reindexing_everything_gives_the_same_entries(people):
    make_customer("顾曼丽", phone="13957100183", email="gu@example.com")
    before = list(SearchEntry.objects.values_list("key", "text", "grams", "label"))

    assert search.reindex() == 1

    assert list(SearchEntry.objects.values_list("key", "text", "grams", "label")) == before
