"""The money of all pairs that one reads: how far it came, and what waits on either side."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.flows import YearOfPair, list_pairs_at_work, list_years
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.home.views import lines_of
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.money.tables import say_moving, years_as_file, years_table
from tiebeam.interfaces.web.money.waiting import find_waiting
from tiebeam.interfaces.web.page import Link, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import Table
from tiebeam.platform.permissions.operations import is_allowed


@require_safe
@seated
def show_mine(request: HttpRequest) -> HttpResponse:
    """Show the money of the pairs that may be read, what waits here, and what waits for others."""
    actor, today = actor_of(request), timezone.localdate()
    pairs = list_pairs_at_work(actor.organisation_id, today)
    years = [row for row in list_years() if row.pairing_id in pairs]
    waiting = find_waiting(actor, today)
    received = [row for row in years if pairs[row.pairing_id].recipient_id == actor.organisation_id]
    given = [row for row in years if row not in received]
    asked = read_asked(request)
    tables: list[tuple[str, Table]] = []
    for words, rows, is_recipient in (("given", given, False), ("received", received, True)):
        if rows:
            tables.append(
                (
                    say_to(request, f"money.section.{words}"),
                    years_table(
                        request, rows, pairs, waiting.on_the_way, today,
                        is_recipient=is_recipient, asked=None if given and received else asked,
                    ),
                )
            )  # fmt: skip
    if len(tables) == 1 and (
        file := years_as_file(request, tables[0][1], given or received, pairs)
    ):
        return file
    known = {row.pairing_id for row in years}
    return show_page(
        request,
        "web/money/mine.html",
        title=_title(request, given, received, today.year),
        is_demo=any(pairs[row.pairing_id].programme.is_demo for row in years),
        is_illustrative=any(row.is_illustrative for row in years),
        moving=say_moving(request, waiting.on_the_way, today),
        here=lines_of(request, "waiting", waiting.here, today),
        there=lines_of(request, "waiting", waiting.there, today),
        tables=tables,
        may_take_in=is_allowed(actor, "ledger.take_in_statement"),
        begin=[_begin(request, pair) for pk, pair in pairs.items() if pk not in known],
    )


def title_of_year(
    request: HttpRequest, years: Sequence[YearOfPair], this_year: int, *, is_recipient: bool
) -> str:
    """Return what is true of the latest year that has begun, over all *years* of it."""
    begun = [row.year for row in years if row.year <= this_year]
    if not begun:
        return say_to(request, "money.title.nothing")
    year = max(begun)
    rows = [row for row in years if row.year == year]

    def total(step: str) -> int:
        return sum(row.flow(step) for row in rows)

    if is_recipient and not any(total(step) for step in ("paid", "confirmed", "spent")):
        return say_to(request, "money.title.none_paid", year=str(year))
    if is_recipient:
        return say_to(
            request,
            "money.title.received",
            year=str(year),
            paid=total("paid"),
            confirmed=total("confirmed"),
            spent=total("spent"),
        )
    to_give, still = sum(row.to_give for row in rows), sum(row.open for row in rows)
    beyond = sum(row.beyond for row in rows)
    words = "paid" if not to_give else "open" if still else "met"
    if beyond:
        words += "_beyond"
    if not all(row.has_memo for row in rows):
        words = "paid_only"
    told = say_to(
        request,
        f"money.title.{words}",
        year=str(year),
        due=to_give,
        open=still,
        beyond=beyond,
        paid=total("paid"),
    )
    if any(row.is_illustrative for row in rows):
        return say_to(request, "money.title.illustrative", told=told)
    return told


def _title(
    request: HttpRequest,
    given: Sequence[YearOfPair],
    received: Sequence[YearOfPair],
    this_year: int,
) -> str:
    return title_of_year(
        request, given or received, this_year, is_recipient=bool(received) and not given
    )


def _begin(request: HttpRequest, pairing: Pairing) -> Link:
    return Link(name_of_pairing(request, pairing), reverse("money_of_pair", args=[pairing.pk]))
