"""The way of a page with a form: find the record, show the form, do what it asks, or say beside it why not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Link, say_error, show_page
from tiebeam.interfaces.web.tables import Table
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


def succeeds(form: PageForm, act: Callable[[dict[str, Any]], object]) -> bool:
    """
    Return whether *form* was sent, was without fault, and *act* did what it asks for.

    A refusal is shown in the form. A right that is not held is no matter of the form.
    """
    if form.request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except NotAllowed:
        raise
    except TiebeamError as error:
        form.refuse(error)
        return False
    return True


def find_refusal(request: HttpRequest, act: Callable[[], object]) -> list[str]:
    """Call an operation behind a single button, and return why it refused, in words; nothing if it did not."""
    try:
        act()
    except NotAllowed:
        raise
    except TiebeamError as error:
        return say_error(request, error)
    return []


def answer_form(
    request: HttpRequest,
    form: PageForm,
    act: Callable[[Mapping[str, Any]], T],
    *,
    done: str | Callable[[T], str],
    back: str,
    onto: Callable[[T], str] | None = None,
    **page: Any,
) -> HttpResponse:
    """
    Answer for a page that holds one form and nothing else: show it, or do *act* and go on.

    Args:
        request: What is answered.
        form: What is asked.
        act: Does it with what was entered, by one operation.
        done: What is told when it is done; where it depends on what *act* returned, made from that.
        back: Where giving up leads, and what was done too.
        onto: Where it leads instead when it is done, from what *act* returned.
        page: What :func:`show_form` takes.
    """
    made: list[T] = []
    if succeeds(form, lambda given: made.append(act(given))):
        messages.success(request, done(made[0]) if callable(done) else done)
        return redirect(back if onto is None else onto(made[0]))
    return show_form(request, form, back=back, **page)


def show_form(
    request: HttpRequest,
    form: PageForm,
    *,
    title: str,
    verb: str,
    back: str,
    trail: Sequence[Link] = (),
    text: str = "",
    is_dangerous: bool = False,
    table: Table | None = None,
    template: str = "web/parts/form_page.html",
    **values: Any,
) -> HttpResponse:
    """
    Answer with a page that holds one form.

    Args:
        request: What is answered.
        form: What is asked.
        title: What will be done.
        verb: On the button.
        back: Where giving up leads.
        trail: The places above.
        text: What will change, where that has to be said.
        is_dangerous: Whether it cannot be undone.
        table: What it is done to, where that has to be seen.
        template: Of a page that shows more beside the form.
        values: What such a template shows.
    """
    return show_page(
        request,
        template,
        title=title,
        trail=trail,
        form=form,
        verb=verb,
        back=back,
        text=text,
        is_dangerous=is_dangerous,
        table=table,
        status=form.status,
        **values,
    )
