"""Customers, purchases, search: one list a noun."""

from django.urls import URLPattern, path

from customers.views import customer

app_name = "customers"

customers: list[URLPattern] = [
    path("customers/", customer.customer_list, name="list"),
    path("customers/new/", customer.customer_new, name="new"),
    path("customers/<str:number>/", customer.customer_detail, name="detail"),
    path("customers/<str:number>/edit/", customer.customer_edit, name="edit"),
    path("customers/<str:number>/timeline/", customer.timeline, name="timeline"),
    path("customers/<str:number>/history/", customer.history, name="history"),
    path("customers/<str:number>/archive/", customer.archive, name="archive"),
    path("customers/<str:number>/restore/", customer.restore, name="restore"),
    path("customers/<str:number>/contacts/new/", customer.log_contact, name="log_contact"),
    path("customers/<str:number>/opt-out/withdraw/", customer.withdraw_opt_out, name="withdraw_opt_out"),
]

finding: list[URLPattern] = [
    path("search/", customer.search, name="search"),
    path("caller/", customer.caller, name="caller"),
]

public: list[URLPattern] = [
    path("opt-out/<str:code>/", customer.opt_out, name="opt_out"),
]

urlpatterns = [*customers, *finding, *public]
