"""The addresses of the phone's pages: below one place, which the worker of the browser keeps."""

from django.urls import path

from tiebeam.interfaces.web.phone import session, views

urlpatterns = [
    path("", views.show_phone, name="phone"),
    path("session", session.tell_session, name="phone_session"),
    path("worker.js", session.show_worker, name="phone_worker"),
]
