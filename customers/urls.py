"""Customers, purchases, search: one list a noun."""

from django.urls import URLPattern, path

from customers.views import customer, customer_form, interaction, opt_out, search

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

finding: list[URLPattern] = [
    path("search/", search.search_page, name="search"),
    path("caller/", search.caller, name="caller"),
]

public: list[URLPattern] = [
    path("opt-out/<str:code>/", opt_out.opt_out, name="opt_out"),
]

urlpatterns = [*customers, *finding, *public]
