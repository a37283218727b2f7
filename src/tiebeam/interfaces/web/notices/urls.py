"""The addresses of the notices."""

from django.urls import path

from tiebeam.interfaces.web.notices import views

urlpatterns = [
    path("", views.list_all, name="notices"),
    path("read/", views.mark_all, name="mark_notices"),
    path("mail/", views.choose_ways, name="notice_ways"),
    path("<uuid:notice_id>/", views.open_notice, name="notice"),
]
