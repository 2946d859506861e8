"""Products, branches and imports in the settings: what is in use is retired, what was typed is kept, imports are read."""

import pytest

from customers.models import Branch, ImportRun, Product
from customers.tests.files_to_import import imported, text
from tests.factories import make_product, make_purchase

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


def test_a_product_in_use_is_retired_and_no_longer_offered_and_not_deleted(admin, people, sign_in):
    product = make_product("A", "Apple")
    make_purchase(lines=((1, "1", product),))

    assert admin.post(f"/admin/customers/product/{product.pk}/delete/", {"post": "yes"}).status_code == 403
    admin.post("/admin/customers/product/", {"action": "retire", "_selected_action": [product.pk]})

    assert Product.objects.get().retired_at is not None
    assert "data-take" not in sign_in(people.agent).get("/purchases/products/?q=A").text


def test_a_description_typed_in_the_settings_is_kept_by_imports(admin):
    imported(text("1,K1,2026-11-03,A,Apfel,1,1,"))
    product = Product.objects.get()
    assert product.described_at is not None

    admin.post(f"/admin/customers/product/{product.pk}/change/", {"code": "other", "description": "Apple, red"})
    imported(text("2,K1,2026-11-05,A,Pomme,1,1,"))

    product.refresh_from_db()
    assert (product.code, product.description) == ("A", "Apple, red")


def test_a_branch_has_a_zone_that_exists_and_goes_while_nobody_uses_it(admin):
    data = {"name_en": "Leeds", "name_zh": "", "timezone": "Mars/Olympus", "team": ""}
    assert "Unknown time zone" in admin.post("/admin/customers/branch/add/", data).text

    admin.post("/admin/customers/branch/add/", {**data, "timezone": "Europe/London"})
    branch = Branch.objects.get()
    make_purchase(branch=branch)

    assert admin.post(f"/admin/customers/branch/{branch.pk}/delete/", {"post": "yes"}).status_code == 403


def test_imports_are_only_read_in_the_settings(admin):
    imported(text("1,K1,2026-11-03,A,,1,1,"))
    run = ImportRun.objects.get()

    assert admin.get("/admin/customers/importrun/").status_code == 200
    assert admin.get(f"/admin/customers/importrun/{run.pk}/change/").status_code == 200
    assert admin.get("/admin/customers/importrun/add/").status_code == 403
    assert admin.post(f"/admin/customers/importrun/{run.pk}/change/", {"source": "x"}).status_code == 403
    assert admin.post(f"/admin/customers/importrun/{run.pk}/delete/", {"post": "yes"}).status_code == 403
