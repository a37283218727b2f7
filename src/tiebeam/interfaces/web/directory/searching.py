"""The search across all records that the reader may read, by kind, each leading to its page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import find_pairings
from tiebeam.apps.pairings.queries.searching import search_agreements, search_lists
from tiebeam.apps.programmes.queries import list_programmes
from tiebeam.apps.programmes.queries.searching import search_documents, search_rounds
from tiebeam.apps.regions.queries import list_organisations, list_regions
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.listing import read_words
from tiebeam.interfaces.web.lists.views import name_of_list
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.programmes.tables import title_of
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.files.queries import search_attached
from tiebeam.platform.identity.people import list_people
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.time.periods import AsOf

FOUND_MOST = 30


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: its name, its page, and what tells it from others of the name."""

    text: str
    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; ``is_cut`` where there is more than is shown."""

    head: str
    hits: tuple[Hit, ...]
    is_cut: bool


@require_safe
@seated
def search(request: HttpRequest) -> HttpResponse:
    """Show the records whose names hold the words, by kind."""
    words, as_of = read_words(request), read_as_of(request)
    groups = _list_groups(request, words, as_of) if words else []
    count = sum(len(group.hits) for group in groups)
    code = "search_more" if any(group.is_cut for group in groups) else "search_title"
    return show_page(
        request,
        "web/directory/search.html",
        title=say_to(
            request, f"directory.{code if words else 'search_empty'}", words=words, count=count
        ),
        takes_dates=True,
        words=words,
        groups=groups,
        most=FOUND_MOST,
        is_past=as_of.known_at is not None,
    )


def _list_groups(request: HttpRequest, words: str, as_of: AsOf) -> list[Group]:
    finders: list[tuple[str, Callable[[HttpRequest, str, AsOf], Iterable[Hit]]]] = [
        ("web.rail.programmes", _programmes),
        ("web.rail.pairs", _pairs),
        ("directory.organisations", _organisations),
        ("directory.regions", _regions),
    ]
    if as_of.known_at is None:
        # An earlier moment of what follows is told on its own pages, not searched.
        finders += [
            ("directory.found.rounds", _rounds),
            ("directory.found.lists", _lists),
            ("web.rail.agreements", _agreements),
            ("directory.found.documents", _documents),
        ]
        if actor_of(request).has_role(Role.ADMINISTRATOR):
            finders.append(("web.rail.people", _people))
    groups = []
    for head, find in finders:
        hits = tuple(find(request, words, as_of))
        if hits:
            groups.append(Group(say_to(request, head), hits[:FOUND_MOST], len(hits) > FOUND_MOST))
    return groups


def _programmes(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    for row in list_programmes(words, as_of=as_of):
        period = period_text(request, row.starts_on, row.ends_on)
        yield Hit(name_of(request, row), reverse("programme", args=[row.pk]), period)


def _pairs(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    for row in find_pairings(as_of, search=words, stop=FOUND_MOST + 1)[0]:
        note = name_of(request, row.programme)
        yield Hit(_name_of_pair(request, row), reverse("pair", args=[row.pk]), note)


def _organisations(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    for row in list_organisations(as_of, search=words):
        kind = say_to(request, f"directory.kind.{row.kind}")
        yield Hit(name_of(request, row), reverse("organisation", args=[row.pk]), kind)


def _regions(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    for row in list_regions(as_of, search=words):
        kind = say_to(request, f"directory.kind.{row.kind}")
        yield Hit(name_of(request, row), reverse("region", args=[row.pk]), kind)


def _rounds(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    del as_of
    for row in search_rounds(words, FOUND_MOST + 1):
        note = name_of(request, row.programme)
        yield Hit(name_of(request, row), reverse("round", args=[row.pk]), note)


def _lists(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    del as_of
    for row in search_lists(words, FOUND_MOST + 1):
        note = name_of(request, row.round.programme)
        yield Hit(name_of_list(request, row), reverse("list_version", args=[row.pk]), note)


def _agreements(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    del as_of
    for row in search_agreements(words, FOUND_MOST + 1):
        note = f"{row.number} {_name_of_pair(request, row.pairing)}".strip()
        yield Hit(row.title, reverse("agreement", args=[row.pk]), note)


def _documents(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    del as_of
    for row in search_documents(words, FOUND_MOST + 1):
        note = f"{row.number} {name_of(request, row.programme)}".strip()
        yield Hit(title_of(request, row), reverse("programme", args=[row.programme_id]), note)
    for attached in search_attached(words, FOUND_MOST + 1):
        note = f"{timezone.localtime(attached.added_at):%Y-%m-%d}"
        yield Hit(attached.name, reverse("document", args=[attached.pk]), note)


def _people(request: HttpRequest, words: str, as_of: AsOf) -> Iterable[Hit]:
    del request, as_of
    for row in list_people(today=timezone.localdate(), words=words, stop=FOUND_MOST + 1)[0]:
        yield Hit(row.person.name, reverse("person", args=[row.person.pk]), row.person.email)


def _name_of_pair(request: HttpRequest, pairing: Pairing) -> str:
    donor, recipient = name_of(request, pairing.donor), name_of(request, pairing.recipient)
    return say_to(request, "pairs.name", donor=donor, recipient=recipient)
