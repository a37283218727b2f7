"""
How a view answers with a page: a title that says what is true, its place, its one primary action.

``docs/reference/pages.md`` shows the pattern pieces that templates build on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tiebeam.errors import InvalidInput, TiebeamError
from tiebeam.interfaces.messages import Language, has_message, say

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Link:
    """
    A text that leads somewhere: a step of the trail, a tab, the primary action.

    Attributes:
        text: In the reader's language.
        address: Where it leads; empty for the place where one is.
        is_current: Whether it is the tab one looks at.
    """

    text: str
    address: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a definition list: what, and its value, with an address where it leads on."""

    term: str
    text: str
    address: str = ""
    status: str = ""


def language_of(request: HttpRequest) -> Language:
    """Return the language of the page, "en" or "zh"."""
    language: Language = getattr(request, "language", "zh")
    return language


def say_to(request: HttpRequest, code: str, **facts: object) -> str:
    """Return the sentence of *code* in the language of the page."""
    return say(code, facts, language_of(request))


def say_error(request: HttpRequest, error: TiebeamError) -> list[str]:
    """Return what *error* says to the reader: a sentence, or one for each fault of an input."""
    language = language_of(request)
    if not isinstance(error, InvalidInput):
        return [say(error.code, readable(request, error.facts), language)]
    return [
        say(fault.code, {**fault.facts, "value": fault.value}, language) for fault in error.faults
    ]


def readable(request: HttpRequest, facts: dict[str, object]) -> dict[str, object]:
    """Return *facts* with roles, and statistics of the directory, by their names instead of their codes."""
    words = {"role": "web.role", "held": "web.role", "indicator": "directory.indicator"}
    known = {
        name: say_to(request, code)
        for name, value in facts.items()
        if name in words and has_message(code := f"{words[name]}.{value}")
    }
    return {**facts, **known}


def name_of(request: HttpRequest, record: Any) -> str:
    """Return the name of a record in the language of the page; the other where that is empty."""
    return names_of(request, record)[0]


def names_of(request: HttpRequest, record: Any) -> tuple[str, str]:
    """Return the name of a record in the language of the page, and in the other; one for both where one is empty."""
    chinese, english = str(record.name_zh), str(record.name_en)
    first, second = (chinese, english) if language_of(request) == "zh" else (english, chinese)
    return first or second, second or first


def by_name(request: HttpRequest, records: Iterable[R]) -> list[R]:
    """
    Return *records* in the order of their names as the reader knows them: by alphabet, or by pinyin.

    The common characters stand in GB 18030 in the order of their pinyin; rarer ones follow.
    """
    if language_of(request) == "zh":
        return sorted(records, key=lambda row: name_of(request, row).encode("gb18030"))
    return sorted(records, key=lambda row: name_of(request, row).casefold())


def tabs_with_history(
    request: HttpRequest, page: str, pk: UUID, *, is_history: bool = False
) -> tuple[Link, ...]:
    """Return the two sides of a record: its page at the address named *page*, and its history."""
    return (
        Link(say_to(request, "history.record_tab"), reverse(page, args=[pk]), not is_history),
        Link(say_to(request, "history.tab"), reverse("history", args=[page, pk]), is_history),
    )


def show_page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    trail: Sequence[Link] = (),
    action: Link | None = None,
    tabs: Sequence[Link] = (),
    takes_dates: bool = False,
    status: int = 200,
    **values: Any,
) -> HttpResponse:
    """
    Answer with a page inside the frame.

    Args:
        request: What is answered.
        template: It extends ``web/base.html``.
        title: What is true, in the reader's language: head of the page and of the window.
        trail: The places above this one, outermost first.
        action: The one primary action, named by its verb.
        tabs: The sides of this subject, when it has several pages.
        takes_dates: Whether the page answers for another day; others say that they show today.
        status: Of the answer: 400 for a form with faults, 409 where the operation refused.
        values: What the template shows.
    """
    frame = {
        "title": title,
        "trail": tuple(trail),
        "action": action,
        "tabs": tuple(tabs),
        "takes_dates": takes_dates,
    }
    return render(request, template, frame | values, status=status)
