"""The way of a page with a form: show it, do what it asks, or say beside it why not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.page import Link, say_error, show_page
from tiebeam.interfaces.web.tables import Table
from tiebeam.platform.permissions.operations import NotAllowed

DONE = 302


def perform(form: PageForm, act: Callable[[Mapping[str, Any]], object]) -> int:
    """
    Do *act* with what was entered, where the form was sent and is sound.

    Returns:
        The status of the answer: 302 when it is done, 200 for a form just opened,
        400 where what was entered makes no sense, 409 where the operation refused.
    """
    if form.request.method != "POST":
        return 200
    if not form.is_valid():
        return 400
    try:
        act(form.cleaned_data)
    except InvalidInput as error:
        _show_faults(form, error)
        return 400
    except NotAllowed:
        raise
    except TiebeamError as error:
        form.refuse(error)
        return 409
    return DONE


def _show_faults(form: PageForm, error: InvalidInput) -> None:
    """Show each fault beside the field that it names, where the form has it."""
    sentences = say_error(form.request, error)
    for fault, sentence in zip(error.faults, sentences, strict=True):
        form.add_error(fault.column if fault.column in form.fields else None, sentence)


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
    status: int = 200,
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
        status: As :func:`perform` said.
    """
    return show_page(
        request,
        "web/parts/form_page.html",
        title=title,
        trail=trail,
        form=form,
        verb=verb,
        back=back,
        text=text,
        is_dangerous=is_dangerous,
        table=table,
        status=status,
    )
