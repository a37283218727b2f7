"""Tables of money: the years of pairs, the steps of a year, events."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.queries.flows import YearOfPair
from tiebeam.apps.ledger.queries.obligations import are_illustrative
from tiebeam.apps.ledger.queries.waiting import OpenBatch
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.money.words import (
    STATE_MARKS,
    money_cell,
    money_column,
    say_amount,
    say_kind,
    say_moved,
    say_purpose,
    state_of,
)
from tiebeam.interfaces.web.page import Link, language_of, name_of, say_to
from tiebeam.interfaces.web.tables import (
    Cell,
    Choice,
    Column,
    Row,
    Table,
    day,
    table_as_file,
    with_marks,
    without_empty,
)

DONOR_STEPS = ("due", "appropriated", "committed", "ordered", "paid", "confirmed")
RECIPIENT_STEPS = ("committed", "paid", "confirmed", "spent", "refunded")


def years_table(
    request: HttpRequest,
    years: Sequence[YearOfPair],
    pairs: Mapping[UUID, Pairing],
    on_the_way: Sequence[OpenBatch],
    today: date,
    *,
    is_recipient: bool,
    asked: Asked | None = None,
    names_pairs: bool = True,
) -> Table:
    """Return the years of pairs: how far the money came, what is on its way, whether the due is met."""
    steps = RECIPIENT_STEPS if is_recipient else DONOR_STEPS
    columns = [
        Column("pair", _head(request, "pair")),
        Column("year", _head(request, "year")),
        *(money_column(request, step, _head(request, step)) for step in steps),
        money_column(request, "on_the_way", _head(request, "on_the_way")),
        money_column(request, "in_kind", _head(request, "in_kind")),
    ]
    if not is_recipient:
        columns.append(Column("standing", _head(request, "standing")))
    rows = []
    for row in years[asked.start : asked.stop] if asked else years:
        pairing = pairs[row.pairing_id]
        moving = [
            each
            for each in on_the_way
            if each.batch.pairing_id == row.pairing_id and each.batch.year == row.year
        ]
        cells = [
            Cell(name_of_pairing(request, pairing), note=name_of(request, pairing.programme)),
            Cell(str(row.year)),
            *(_step_cell(request, row, step) for step in steps),
            _moving_cell(request, moving, today),
            money_cell(request, row.flow("in_kind")),
        ]
        if not is_recipient:
            cells.append(standing_cell(request, row, today))
        address = f"{reverse('money_of_pair', args=[pairing.pk])}?year={row.year}"
        rows.append(Row(tuple(cells if names_pairs else cells[1:]), address=address))
    return Table(
        name="received" if is_recipient else "given",
        columns=tuple(columns if names_pairs else columns[1:]),
        rows=tuple(rows),
        count=len(years),
        asked=asked,
        empty=say_to(request, "money.empty"),
    )


def years_as_file(
    request: HttpRequest, table: Table, years: Sequence[YearOfPair], pairs: Mapping[UUID, Pairing]
) -> HttpResponse | None:
    """Return the years as the file asked for, each marked as of a demonstration or on an assumed base."""
    if table.asked is None or not table.asked.file:
        return None
    marks = [
        _say_marks(
            request,
            is_demo=pairs[row.pairing_id].programme.is_demo,
            is_illustrative=row.is_illustrative,
        )
        for row in years[table.asked.start : table.asked.stop]
    ]
    return table_as_file(with_marks(table, say_to(request, "overview.mark"), marks))


def pair_as_file(request: HttpRequest, table: Table, pairing: Pairing) -> HttpResponse | None:
    """Return a table of a pair as the file asked for, each row marked as its pair is; None where the page was."""
    if table.asked is None or not table.asked.file:
        return None
    said = _say_marks(
        request,
        is_demo=pairing.programme.is_demo,
        is_illustrative=are_illustrative([pairing.pk]),
    )
    return table_as_file(
        with_marks(table, say_to(request, "overview.mark"), [said] * len(table.rows))
    )


def _say_marks(request: HttpRequest, *, is_demo: bool, is_illustrative: bool) -> str:
    said = {"overview.demo": is_demo, "obligations.illustrative_dues": is_illustrative}
    return say_to(request, "overview.mark_and").join(
        say_to(request, code) for code, is_so in said.items() if is_so
    )


def _step_cell(request: HttpRequest, row: YearOfPair, step: str) -> Cell:
    """Return what passed in a step; what was carried in stands beside the due of the year itself."""
    carried = row.holds("B105", "B107") if step == "due" else 0
    notes = [say_to(request, "money.with_carried", amount=carried)] if carried else []
    refunded = row.flow("refunded") if step == "paid" else 0
    if refunded:
        notes.append(say_to(request, "money.with_refunded", amount=refunded))
    if step == "due" and row.is_illustrative:
        notes.append(say_to(request, "money.illustrative"))
    return money_cell(request, row.flow(step), note=say_to(request, "money.and").join(notes))


def _moving_cell(request: HttpRequest, moving: Sequence[OpenBatch], today: date) -> Cell:
    note = ""
    if moving:
        note = say_to(request, "money.age", days=max(each.age(today) for each in moving))
    return money_cell(request, sum(each.amount for each in moving), note=note)


def standing_cell(request: HttpRequest, row: YearOfPair, today: date) -> Cell:
    """Return whether what was due in a year is met, with what is missing or beyond."""
    if not row.has_memo:
        return Cell("")
    beyond = say_to(request, "money.standing.beyond", amount=row.beyond) if row.beyond else ""
    if row.open:
        is_late = row.year < today.year
        word = "late" if is_late else "open"
        amounts = {"carried": row.holds("B190"), "beyond": row.beyond, "uncounted": row.uncounted}
        notes = [
            say_to(request, f"money.standing.{name}", amount=amount)
            for name, amount in amounts.items()
            if amount
        ]
        return Cell(
            say_to(request, f"money.standing.{word}", amount=row.open),
            status="bad" if is_late else "none",
            note=say_to(request, "money.and").join(notes),
        )
    if row.holds("B180"):
        text = say_to(request, "money.standing.lapsed", amount=row.holds("B180"))
        return Cell(text, status="bad")
    if row.holds("B190"):
        text = say_to(request, "money.standing.carried", amount=row.holds("B190"))
        return Cell(text, status="risk", note=beyond)
    if beyond:
        return Cell(beyond, status="good")
    if row.to_give:
        return Cell(say_to(request, "money.standing.met"), status="good")
    return Cell(say_to(request, "money.standing.no_due"), status="none")


def events_table(
    request: HttpRequest,
    events: Sequence[Batch],
    count: int,
    asked: Asked,
    kinds: Sequence[str],
    years: Sequence[int],
    step: Link | None = None,
) -> Table:
    """Return the events of a pair, each leading to its page."""
    rows = [
        Row(
            (
                Cell(
                    say_kind(request, row.kind, row.reversed_kind),
                    note=say_purpose(request, row.purpose),
                ),
                day(row.valid_on),
                money_cell(request, row.amount) if row.amount else Cell(""),
                Cell(say_moved(language_of(request), 0, row.quantity, row.quantity_unit))
                if row.quantity
                else Cell(""),
                Cell(name_of(request, row.tenant)),
                Cell(row.document),
                Cell(
                    say_to(request, f"money.state.{state_of(row)}"),
                    status=STATE_MARKS[state_of(row)],
                ),
            ),
            address=reverse("event", args=[row.pk]),
        )
        for row in events
    ]
    table = Table(
        name="events",
        columns=(
            Column("kind", _head(request, "event")),
            Column("day", _head(request, "day"), is_sortable=True),
            _sortable(money_column(request, "amount", _head(request, "amount"))),
            Column("quantity", _head(request, "quantity")),
            Column("by", _head(request, "by")),
            Column("document", _head(request, "document")),
            Column("state", _head(request, "state")),
        ),
        rows=tuple(rows),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "kind",
                _head(request, "event"),
                tuple((kind, say_kind(request, kind)) for kind in kinds),
            ),
            Choice("year", _head(request, "year"), tuple((str(row), str(row)) for row in years)),
        ),
        empty=say_to(request, "money.no_events"),
        step=step,
    )
    return without_empty(table, "quantity", "document")


def open_table(
    request: HttpRequest, rows: Sequence[OpenBatch], address: str, verb: str, today: date
) -> Table:
    """Return the batches among which one is chosen to go on with, each with what it has left."""
    return Table(
        name="open",
        columns=(
            Column("event", _head(request, "event")),
            Column("day", _head(request, "day")),
            money_column(request, "amount", _head(request, "amount")),
            money_column(request, "left", _head(request, "left")),
            Column("document", _head(request, "document")),
            Column("purpose", _head(request, "purpose")),
            Column("step", _head(request, "next")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(
                        say_kind(request, row.batch.kind),
                        note=say_to(request, "money.since", days=row.age(today)),
                    ),
                    day(row.batch.valid_on),
                    money_cell(request, row.batch.amount),
                    money_cell(request, row.amount),
                    Cell(row.batch.document),
                    Cell(say_purpose(request, row.batch.purpose)),
                    Cell(verb, address=f"{address}?follows={row.batch.pk}"),
                ),
                address=f"{address}?follows={row.batch.pk}",
            )
            for row in rows
        ),
    )


def say_moving(request: HttpRequest, moving: Sequence[OpenBatch], today: date) -> str:
    """Return what is on its way and for how long the oldest of it has been; empty where nothing is."""
    if not moving:
        return ""
    return say_to(
        request,
        "money.moving",
        amount=say_amount(request, sum(each.amount for each in moving)),
        count=len(moving),
        days=max(each.age(today) for each in moving),
    )


def _sortable(column: Column) -> Column:
    return Column(column.key, column.head, column.unit, is_number=True, is_sortable=True)


def _head(request: HttpRequest, key: str) -> str:
    return say_to(request, f"money.column.{key}")
