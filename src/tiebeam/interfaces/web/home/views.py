"""The first page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the acting person."""
    return render(request, "web/home.html")
