"""What pages with forms share: find the record, call the operation, show why it refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import say_error, show_page
from tiebeam.platform.permissions.operations import NotAllowed

T = TypeVar("T")

FORM = require_http_methods(["GET", "HEAD", "POST"])
"""A page with a form: shown, and sent."""


def find_or_404(get: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """
    Return what *get* finds.

    Raises:
        Http404: There is none, or it is another's: both look the same.
    """
    try:
        return get(*args, **kwargs)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def succeeds(form: PageForm, call: Callable[[dict[str, Any]], object]) -> bool:
    """
    Return whether *form* was sent, was without fault, and *call* did what it asks for.

    A refusal is shown in the form. A right that is not held is no matter of the form.
    """
    if form.request.method != "POST" or not form.is_valid():
        return False
    try:
        call(form.cleaned_data)
    except NotAllowed:
        raise
    except TiebeamError as error:
        form.refuse(error)
        return False
    return True


def find_refusal(request: HttpRequest, call: Callable[[], object]) -> list[str]:
    """Call an operation behind a single button, and return why it refused, in words; nothing if it did not."""
    try:
        call()
    except NotAllowed:
        raise
    except TiebeamError as error:
        return say_error(request, error)
    return []


def show_form(request: HttpRequest, form: PageForm, **values: Any) -> HttpResponse:
    """Answer with a page that is one form: ``title``, ``trail``, ``verb``, ``back``, ``text``, ``is_dangerous``."""
    return show_page(request, "web/parts/form_page.html", form=form, status=form.status, **values)
