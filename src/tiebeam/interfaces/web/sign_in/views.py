"""Join by an invitation, choose the organisation acted for."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.interfaces.web.page import say_to, show_page


@require_safe
@login_required
def choose_seat(request: HttpRequest) -> HttpResponse:
    """Show."""
    return show_page(request, "web/error.html", title=say_to(request, "web.menu.seat"))
