"""What an auditor looks at first."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiebeam.apps.ledger.queries.exceptions import (
    DAYS_ON_THE_WAY,
    EXCEPTIONS,
    Finding,
    list_exceptions,
)
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.addresses import NotUnderstood
from tiebeam.interfaces.web.listing import Asked, arrange, read_asked
from tiebeam.interfaces.web.overview.scope import (
    Scope,
    address_of,
    choose_pair,
    name_pair,
    read_scope,
    say_foot,
    scope_as_file,
    tabs_of,
    with_chosen,
)
from tiebeam.interfaces.web.overview.words import (
    event_address,
    exact_cell,
    exact_column,
    say_purpose,
)
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Choice, Column, Row, Table, day

LONGEST = 3650


@require_safe
@seated
def show_exceptions(request: HttpRequest) -> HttpResponse:
    """Show what stands in the books and asks for a reason, each leading to its entry."""
    scope = read_scope(request, "pair")
    asked = read_asked(request, sorts=("amount", "day"), filters=("kind",))
    kind, days = asked.filters.get("kind", ""), _read_days(request)
    if kind not in {"", *EXCEPTIONS}:
        raise NotUnderstood("kind", "overview.unknown_choice", value=kind)
    everything = list_exceptions(scope.ids, scope.as_of, days=days)
    found = [row for row in everything if kind in {"", row.kind}]
    kinds = tuple((name, say_to(request, f"overview.exception.{name}")) for name in EXCEPTIONS)
    table = _table(request, scope, found, asked)
    return scope_as_file(request, scope, table) or show_page(
        request,
        "web/overview/exceptions.html",
        title=say_to(request, "overview.exceptions_title", count=len(everything))
        if everything
        else say_to(request, "overview.exceptions_title_none"),
        tabs=tabs_of(request, "overview_exceptions", scope),
        takes_dates=True,
        scope=scope,
        choices=with_chosen(
            request,
            *scope.choices,
            choose_pair(request, scope.all_pairings),
            Choice("kind", say_to(request, "overview.exception_kind"), kinds),
        ),
        days=days,
        counts=_counts(everything, kinds),
        table=table,
        foot=say_foot(request, scope, say_to(request, "overview.exceptions_foot", days=days)),
    )


def _counts(found: Sequence[Finding], kinds: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return how many there are of each kind; also of those of which there are none, so that one sees what was asked."""
    counted = Counter(row.kind for row in found)
    return [
        {"label": word, "count": counted[name], "kind": name if counted[name] else ""}
        for name, word in kinds
    ]


def _table(request: HttpRequest, scope: Scope, found: Sequence[Finding], asked: Asked) -> Table:
    pairings = {row.pk: row for row in scope.pairings}
    shown, count = arrange(
        found, asked, {"amount": lambda row: row.amount, "day": lambda row: row.on}
    )
    return Table(
        name="exceptions",
        columns=(
            Column("kind", say_to(request, "overview.exception_kind")),
            Column("pair", say_to(request, "overview.pair")),
            Column("finding", say_to(request, "overview.finding")),
            exact_column(request, "amount", say_to(request, "overview.amount"), is_sortable=True),
            Column("day", say_to(request, "overview.day"), is_sortable=True),
        ),
        rows=tuple(_row(request, scope, row, pairings[row.pairing_id]) for row in shown),
        count=count,
        asked=asked,
        empty=say_to(request, "overview.exceptions_title_none"),
    )


def _row(request: HttpRequest, scope: Scope, finding: Finding, pairing: Pairing) -> Row:
    facts = dict(finding.facts)
    if "of" in facts:
        facts["of"] = say_to(request, f"ledger.kind.{facts['of']}")
    if "users" in facts:
        facts["names"] = [name_of(request, user) for user in facts.pop("users")]
    if "year" in facts:
        facts["year"] = str(facts["year"])
    said = say_to(
        request,
        f"overview.exception_says.{finding.kind}",
        purpose=say_purpose(request, finding.purpose),
        **facts,
    )
    address = (
        event_address(finding.batch_id)
        if finding.batch_id
        else address_of(request, "journal", scope, pair=pairing.pk, purpose=finding.purpose)
    )
    return Row(
        (
            Cell(say_to(request, f"overview.exception.{finding.kind}"), status="risk"),
            Cell(name_pair(request, pairing)),
            Cell(said, address=address),
            exact_cell(finding.amount),
            day(finding.on),
        )
    )


def _read_days(request: HttpRequest) -> int:
    text = request.GET.get("days", "") or str(DAYS_ON_THE_WAY)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        raise NotUnderstood("days", "overview.unknown_choice", value=text)
    return int(text)
