"""The money of one pair: by year, its steps with the next one, and its events."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.events import EVENT_ORDERS, list_events
from tiebeam.apps.ledger.queries.flows import YearOfPair, held_always, list_years
from tiebeam.apps.ledger.queries.obligations import are_illustrative
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.core.ledger.chart import MONEY
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.home.views import lines_of
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.money.mine import title_of_year
from tiebeam.interfaces.web.money.steps import list_other_steps, steps_table
from tiebeam.interfaces.web.money.tables import events_table, pair_as_file, say_moving
from tiebeam.interfaces.web.money.waiting import find_waiting
from tiebeam.interfaces.web.money.words import (
    list_beside,
    part_of,
    say_account,
    say_held,
    trail_to_money,
)
from tiebeam.interfaces.web.page import Fact, Link, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated

ALL_KINDS = (*KINDS, "reversal", "year_end")


@require_safe
@seated
def show_pair(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show the money of a pair in a year."""
    pairing = find_or_404(get_pairing, pairing_id)
    actor, today = actor_of(request), timezone.localdate()
    years = list_years(pairing.pk)
    shown = _year_shown(request, pairing, years)
    asked = read_asked(request, sorts=EVENT_ORDERS, filters=("kind", "year"), name="money-events")
    kind = asked.filters.get("kind", "")
    events, count = list_events(
        pairing,
        year=shown.year if "year" in asked.filters else 0,
        kind=kind if kind in ALL_KINDS else "",
        order=asked.sort or "day",
        is_descending=asked.is_descending if asked.sort else True,
        start=asked.start,
        stop=asked.stop,
    )
    listed = events_table(
        request, events, count, asked, ALL_KINDS, sorted({row.year for row in years}, reverse=True)
    )
    if file := pair_as_file(request, listed, pairing):
        return file
    waiting = find_waiting(actor, today, pairing.pk)
    is_recipient = part_of(actor, pairing) == "recipient"
    told = title_of_year(request, [shown], shown.year, is_recipient=is_recipient)
    return show_page(
        request,
        "web/money/pair.html",
        title=say_to(
            request, "money.pair_title", pair=name_of_pairing(request, pairing), told=told
        ),
        trail=trail_to_money(request),
        tabs=tabs_of(request, pairing),
        pairing=pairing,
        is_demo=pairing.programme.is_demo and bool(years),
        is_illustrative=are_illustrative([pairing.pk]),
        moving=say_moving(request, waiting.on_the_way, today),
        years=_years(pairing, years, shown.year),
        year_text=str(shown.year),
        steps=steps_table(request, pairing, shown, waiting.on_the_way),
        held=_held(request, pairing),
        here=lines_of(request, "waiting", waiting.here, today),
        there=lines_of(request, "waiting", waiting.there, today),
        others=list_other_steps(request, pairing),
        year_links=_year_links(request, pairing, shown.year),
        events=listed,
        beside=list_beside(request, pairing, actor),
    )


def tabs_of(request: HttpRequest, pairing: Pairing) -> list[Link]:
    """Return the sides of a pair, its money being shown."""
    return [
        Link(say_to(request, "pairs.tab"), reverse("pair", args=[pairing.pk])),
        Link(say_to(request, "web.rail.money"), "", True),
        Link(say_to(request, "history.tab"), reverse("history", args=["pair", pairing.pk])),
    ]


def _year_shown(request: HttpRequest, pairing: Pairing, years: list[YearOfPair]) -> YearOfPair:
    """Return the year that the address asks for, else the latest that has begun."""
    asked = request.GET.get("year", "")
    if asked and not (asked.isascii() and asked.isdigit() and 1900 <= int(asked) <= 2999):
        raise NotUnderstood("year", "web.error.address.year", value=asked)
    this = timezone.localdate().year
    begun = [row for row in years if row.year <= this]
    if not asked and begun:
        return begun[0]
    wanted = int(asked) if asked else this
    empty = YearOfPair(pairing_id=pairing.pk, year=wanted, flows={})
    return next((row for row in years if row.year == wanted), empty)


def _years(pairing: Pairing, years: list[YearOfPair], shown: int) -> list[Link]:
    known = sorted({*(row.year for row in years), shown}, reverse=True)
    own = reverse("money_of_pair", args=[pairing.pk])
    return [Link(str(year), f"{own}?year={year}", year == shown) for year in known]


def _held(request: HttpRequest, pairing: Pairing) -> list[Fact]:
    """Return what the accounts without a year hold, of the books that may be read."""
    held = held_always(pairing.pk).get(pairing.pk, {})
    return [
        Fact(say_account(request, code), say_held(request, balance, MONEY))
        for code, balance in sorted(held.items())
        if balance
    ]


def _year_links(request: HttpRequest, pairing: Pairing, year: int) -> list[Link]:
    return [
        Link(
            say_to(request, "money.year.link", year=str(year)),
            reverse("money_year", args=[pairing.pk, year]),
        ),
        Link(
            say_to(request, "money.year.rules"),
            reverse("programme_years", args=[pairing.programme_id]),
        ),
    ]
