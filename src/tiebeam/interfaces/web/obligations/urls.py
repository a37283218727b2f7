"""The addresses of obligations."""

from django.urls import path

from tiebeam.interfaces.web.obligations import editing, views

urlpatterns = [
    path(
        "programmes/<uuid:programme_id>/obligations/",
        views.show_programme,
        name="programme_obligations",
    ),
    path(
        "programmes/<uuid:programme_id>/obligations/rule/", editing.choose_rule, name="choose_rule"
    ),
    path(
        "programmes/<uuid:programme_id>/obligations/rates/",
        editing.enter_rate,
        name="enter_donor_rate",
    ),
    path("programmes/<uuid:programme_id>/obligations/draft/", editing.draft, name="draft_notice"),
    path(
        "programmes/<uuid:programme_id>/obligations/draft-all/",
        editing.draft_all,
        name="draft_notices",
    ),
    path("obligations/<uuid:notice_id>/", views.show_notice, name="obligation_notice"),
    path("obligations/<uuid:notice_id>/issue/", editing.issue, name="issue_notice"),
    path("obligations/<uuid:notice_id>/discard/", editing.discard, name="discard_notice"),
    path("obligations/donors/<uuid:organisation_id>/", views.show_load, name="load_of_donor"),
]
