"""The addresses of the workspace."""

from django.urls import include, path

urlpatterns = [
    # Before the interface itself, which answers for every other address below its own.
    path("", include("tiebeam.interfaces.web.reference.urls")),
    path("api/", include("tiebeam.interfaces.api.urls")),
    path("", include("tiebeam.interfaces.web.urls")),
    # After ours, which close some of its pages.
    path("accounts/", include("allauth.urls")),
]

handler400 = "tiebeam.interfaces.web.errors.show_not_understood"
handler403 = "tiebeam.interfaces.web.errors.show_forbidden"
handler404 = "tiebeam.interfaces.web.errors.show_not_found"
handler500 = "tiebeam.interfaces.web.errors.show_broken"
