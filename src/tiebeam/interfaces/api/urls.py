"""The addresses of the programming interface."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from tiebeam.interfaces.api.app import build_api
from tiebeam.interfaces.api.problems import problem

api = build_api()


@csrf_exempt
def tell_missing(request: HttpRequest) -> HttpResponse:
    """Say that there is nothing at this address, as for a record that is missing."""
    return problem(request, status=404, code="api.not_found")


urlpatterns = [path("v1/", api.urls), re_path(r"^v1/", tell_missing)]
