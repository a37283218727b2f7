"""The addresses of hand-overs."""

from django.urls import path

import tiebeam.interfaces.web.hand_overs.home  # brings its lines to the first page
import tiebeam.interfaces.web.hand_overs.section  # noqa: F401  # and its part to the dossier
from tiebeam.interfaces.web.hand_overs import views

urlpatterns = [
    path("hand-overs/", views.list_all, name="hand_overs"),
    path("hand-overs/<uuid:hand_over_id>/", views.show_hand_over, name="hand_over"),
    path("hand-overs/<uuid:hand_over_id>/count/", views.recount, name="recount_hand_over"),
    path("hand-overs/<uuid:hand_over_id>/sign/", views.sign, name="sign_hand_over"),
    path("hand-overs/lines/<uuid:line_id>/", views.answer, name="answer_line"),
    path("pairs/<uuid:pairing_id>/hand-over/", views.open_one, name="open_hand_over"),
]
