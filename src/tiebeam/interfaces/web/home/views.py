"""The first page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.regions.queries.names import find_organisation
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.home.sections import ITEMS_MOST, Item, Part, Words, list_items
from tiebeam.interfaces.web.page import language_of, name_of, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated, show_no_seat
from tiebeam.platform.bookmarks.queries import list_filters
from tiebeam.platform.tenancy.acting import Actor


@require_safe
@login_required
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the acting person and what is due; what changed comes after it."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]  # set by the middleware
    if actor is None:
        return show_no_seat(request)
    parts = _list_parts(request, actor, "waiting", "due")
    organisation = find_organisation(actor.organisation_id)
    waiting, due = parts["waiting"].count, parts["due"].count
    code = "title" if waiting else "title_due" if due else "title_nothing"
    title = say_to(
        request,
        f"web.home.{code}",
        waiting=waiting,
        due=due,
        organisation=name_of(request, organisation),
    )
    roles = [
        say_to(request, f"web.role.{role}") for role in sorted({duty.role for duty in actor.duties})
    ]
    return show_page(
        request, "web/home/home.html", title=title, parts=parts, roles=roles,
        is_deputy=actor.deputy_of is not None, seat=organisation,
    )  # fmt: skip


@require_safe
@seated
def show_changed(request: HttpRequest) -> HttpResponse:
    """Show what changed lately and the lists kept under a name: the later part of the first page, or a page."""
    values: dict[str, Any] = {
        "changed": _list_parts(request, actor_of(request), "changed")["changed"],
        "saved": list_filters(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "web/home/later.html", values)
    title = say_to(request, "web.home.changed")
    return show_page(request, "web/home/changed.html", title=title, **values)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one part as they are shown, and how many there are in all."""

    shown: list[dict[str, object]]
    count: int


def _list_parts(request: HttpRequest, actor: Actor, *parts: Part) -> dict[Part, Lines]:
    today = timezone.localdate()
    return {
        part: lines_of(request, part, items, today)
        for part, items in list_items(actor, today, *parts).items()
    }


def lines_of(request: HttpRequest, part: Part, items: Sequence[Item], today: date) -> Lines:
    """Return *items* as ``web/home/items.html`` draws them."""
    shown = [_line(request, part, item, today) for item in items[:ITEMS_MOST]]
    return Lines(shown, len(items))


def _line(request: HttpRequest, part: Part, item: Item, today: date) -> dict[str, object]:
    facts = _named(request, item.facts)
    return {
        "text": say_to(request, item.code, **facts),
        "note": say_to(request, item.note, **facts) if item.note else "",
        "address": item.address,
        "on": item.on,
        "status": item.status or _status_of_day(part, item, today),
    }


def _status_of_day(part: Part, item: Item, today: date) -> str:
    """Return late for what should have been done by now; only what waits or is due can be late."""
    return "bad" if part != "changed" and item.on is not None and item.on < today else ""


def _named(request: HttpRequest, facts: Mapping[str, object]) -> dict[str, object]:
    return {key: _in_words(request, value) for key, value in facts.items()}


def _in_words(request: HttpRequest, value: object) -> object:
    if isinstance(value, Words):
        return say_to(request, value.code) if has_message(value.code) else value.code
    if isinstance(value, Mapping):
        return value.get(language_of(request), "")
    return name_of(request, value) if hasattr(value, "name_zh") else value
