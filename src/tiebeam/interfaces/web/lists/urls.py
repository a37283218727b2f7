"""The addresses of rounds and of versions of lists."""

from django.urls import path

import tiebeam.interfaces.web.lists.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.lists import deciding, opinions, views

urlpatterns = [
    path("lists/rounds/<uuid:round_id>/", views.show_round, name="round"),
    path("lists/rounds/<uuid:round_id>/draft/", deciding.draft, name="draft_list"),
    path(
        "lists/rounds/<uuid:round_id>/draft-by-hand/",
        deciding.draft_by_hand,
        name="draft_list_by_hand",
    ),
    path("lists/<uuid:list_id>/", views.show_version, name="list_version"),
    path("lists/<uuid:list_id>/list.xlsx", views.download_list, name="list_workbook"),
    path("lists/<uuid:list_id>/send/", deciding.send, name="send_for_opinion"),
    path("lists/<uuid:list_id>/sign/", deciding.sign, name="sign_list"),
    path("lists/<uuid:list_id>/issue/", deciding.issue, name="issue_list"),
    path("lists/<uuid:list_id>/withdraw/", deciding.withdraw, name="withdraw_list"),
    path("lists/<uuid:list_id>/reinstate/", deciding.reinstate, name="reinstate_list"),
    path("lists/<uuid:list_id>/noted/", opinions.note_agreeing, name="note_agreeing"),
    path("lists/<uuid:list_id>/opinion/", opinions.give, name="give_opinion"),
    path("lists/opinions/<uuid:opinion_id>/", opinions.answer, name="answer_opinion"),
]
