"""The addresses of programmes and rounds."""

from django.urls import path

from tiebeam.interfaces.web.programmes import editing, rounds, views

urlpatterns = [
    path("programmes/", views.list_all, name="programmes"),
    path("programmes/new/", editing.create_programme, name="create_programme"),
    path("programmes/boundary.json", views.show_boundary, name="boundary"),
    path("programmes/<uuid:programme_id>/", views.show_programme, name="programme"),
    path("programmes/<uuid:programme_id>/map.json", views.show_map, name="programme_map"),
    path(
        "programmes/<uuid:programme_id>/change/", editing.change_programme, name="change_programme"
    ),
    path(
        "programmes/<uuid:programme_id>/portal/",
        editing.publish_programme,
        name="publish_programme",
    ),
    path("programmes/<uuid:programme_id>/documents/", editing.add_document, name="add_document"),
    path(
        "programmes/documents/<uuid:document_id>/",
        editing.correct_document,
        name="correct_document",
    ),
    path(
        "programmes/<uuid:programme_id>/participants/",
        views.show_participants,
        name="participants",
    ),
    path(
        "programmes/<uuid:programme_id>/participants/new/",
        editing.add_participant,
        name="add_participant",
    ),
    path(
        "programmes/participants/<uuid:participant_id>/end/",
        editing.end_participation,
        name="end_participation",
    ),
    path("programmes/<uuid:programme_id>/rounds/", rounds.open_round, name="open_round"),
    path("programmes/rounds/<uuid:round_id>/change/", rounds.change_round, name="change_round"),
    path("programmes/rounds/<uuid:round_id>/close/", rounds.close_round, name="close_round"),
]
