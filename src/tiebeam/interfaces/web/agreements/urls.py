"""The addresses of agreements."""

from django.urls import path

import tiebeam.interfaces.web.agreements.home  # brings its lines to the first page
import tiebeam.interfaces.web.agreements.section  # noqa: F401  # and its part to the dossier
from tiebeam.interfaces.web.agreements import signing, steps, views

urlpatterns = [
    path("agreements/", views.list_all, name="agreements"),
    path("agreements/<uuid:agreement_id>/", views.show_agreement, name="agreement"),
    path("agreements/<uuid:agreement_id>/print/", views.show_print, name="print_agreement"),
    path("agreements/<uuid:agreement_id>/revise/", steps.revise, name="revise_agreement"),
    path("agreements/<uuid:agreement_id>/ask/", steps.ask, name="ask_for_review"),
    path("agreements/<uuid:agreement_id>/return/", steps.send_back, name="return_agreement"),
    path("agreements/<uuid:agreement_id>/sign/", signing.sign, name="sign_agreement"),
    path(
        "agreements/<uuid:agreement_id>/terminate/", signing.terminate, name="terminate_agreement"
    ),
    path(
        "pairs/<uuid:pairing_id>/agreements/", views.list_of_pairing, name="agreements_of_pairing"
    ),
    path("pairs/<uuid:pairing_id>/agreements/draft/", steps.draft, name="draft_agreement"),
]
