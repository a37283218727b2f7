"""The addresses of the overview."""

from django.urls import path

from tiebeam.interfaces.web.overview import (
    balances,
    exceptions,
    flows,
    journal,
    matrix,
    per_head,
    years,
)

urlpatterns = [
    path("overview/", matrix.show_matrix, name="overview"),
    path("overview/per-head/", per_head.show_per_head, name="overview_per_head"),
    path("overview/years/", years.show_years, name="overview_years"),
    path("overview/flows/", flows.show_flows, name="overview_flows"),
    path("overview/exceptions/", exceptions.show_exceptions, name="overview_exceptions"),
    path("overview/trial-balance/", balances.show_trial_balance, name="trial_balance"),
    path("overview/journal/", journal.show_journal, name="journal"),
    path("overview/balance/", balances.show_balance, name="balance"),
    path("overview/books/", balances.give_books, name="overview_export"),
]
