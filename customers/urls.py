"""Customers, purchases, search: one list a noun."""

from django.urls import URLPattern, path

from customers.views import customer, customer_form, imports, interaction, opt_out, purchases, search

app_name = "customers"

customers: list[URLPattern] = [
    path("customers/", customer.customer_list, name="list"),
    path("customers/new/", customer_form.customer_new, name="new"),
    path("customers/<str:number>/", customer.customer_detail, name="detail"),
    path("customers/<str:number>/edit/", customer_form.customer_edit, name="edit"),
    path("customers/<str:number>/timeline/", customer.timeline, name="timeline"),
    path("customers/<str:number>/history/", customer.customer_history, name="history"),
    path("customers/<str:number>/archive/", customer.archive, name="archive"),
    path("customers/<str:number>/restore/", customer.restore, name="restore"),
    path("customers/<str:number>/contacts/new/", interaction.log_contact, name="log_contact"),
    path("customers/<str:number>/opt-out/", customer.opt_out_note, name="opt_out_staff"),
    path("customers/<str:number>/opt-out/withdraw/", customer.opt_out_withdraw, name="withdraw_opt_out"),
]

bought: list[URLPattern] = [
    path("purchases/", purchases.purchase_list, name="purchases"),
    path("purchases/new/", purchases.purchase_new, name="purchase_new"),
    path("purchases/products/", purchases.products, name="products"),
    path("purchases/import/", imports.import_list, name="import"),
    path("purchases/import/<int:pk>/", imports.import_run, name="import_run"),
    path("purchases/import/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("purchases/import/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("purchases/import/<int:pk>/reopen/", imports.import_reopen, name="import_reopen"),
    path("purchases/import/<int:pk>/errors.csv", imports.import_errors, name="import_errors"),
    path("purchases/<int:pk>/", purchases.purchase_detail, name="purchase"),
]

finding: list[URLPattern] = [
    path("search/", search.search_page, name="search"),
    path("caller/", search.caller, name="caller"),
]

public: list[URLPattern] = [
    path("opt-out/<str:code>/", opt_out.opt_out, name="opt_out"),
]

urlpatterns = [*customers, *bought, *finding, *public]
