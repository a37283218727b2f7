"""The tables of obligations: donors of a year, own rates, parts of a due, versions, a donor's load."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationNotice
from tiebeam.apps.ledger.queries.obligations import DonorLoad, DonorYear
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.core.rules.derivation import Derivation
from tiebeam.core.rules.revision import Correction
from tiebeam.interfaces.messages.figures import money
from tiebeam.interfaces.web.directory.tables import word_of
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.obligations.words import (
    amount_cell,
    name_area,
    say_amount,
    say_document,
    say_own_rate,
    say_state,
)
from tiebeam.interfaces.web.page import language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure


def _column(request: HttpRequest, key: str, *, is_number: bool = False) -> Column:
    return Column(key, say_to(request, f"obligations.column.{key}"), is_number=is_number)


def donors_table(
    request: HttpRequest,
    programme: Programme,
    year: int,
    rows: Iterable[DonorYear],
    *,
    may_draft: bool,
) -> Table:
    """Return each donor of a year with what it owes, from which figure, and where its notice stands."""
    asked = read_asked(request, name="obligations")
    found, count = arrange(list(rows), asked, {})
    draft = reverse("draft_notice", args=[programme.pk])
    return Table(
        name=f"obligations-{year}",
        columns=(
            _column(request, "donor"),
            _column(request, "base"),
            _column(request, "due", is_number=True),
            _column(request, "state"),
            _column(request, "mark"),
        ),
        rows=tuple(
            _donor_row(
                request, row, f"{draft}?donor={row.donor.pk}&year={year}" if may_draft else ""
            )
            for row in found
        ),
        count=count,
        asked=asked,
        can_be_saved=False,
        empty=say_to(request, "obligations.no_donors", year=year),
    )


def _donor_row(request: HttpRequest, row: DonorYear, draft: str) -> Row:
    notice = row.draft or row.issued
    name = name_of(request, row.donor)
    if notice is None:
        step = say_to(request, "obligations.not_drafted")
        return Row((Cell(name), Cell(""), Cell(""), Cell(step), Cell("")), address=draft)
    state = say_state(request, notice)
    if row.newer is not None:
        newer = say_to(request, "obligations.newer", vintage=row.newer.vintage.isoformat())
        state = Cell(state.text, status="risk", note=newer)
    elif row.draft and row.issued:
        state = Cell(state.text, status=state.status, note=say_to(request, "obligations.revises"))
    mark = say_to(request, "obligations.illustrative") if notice.is_illustrative else ""
    return Row(
        (
            Cell(name),
            Cell(base_text(request, notice)),
            amount_cell(request, notice.amount),
            state,
            Cell(mark),
        ),
        address=reverse("obligation_notice", args=[notice.pk]),
    )


def base_text(request: HttpRequest, notice: ObligationNotice) -> str:
    """Return the figure on which a notice rests."""
    base = notice.base
    return say_to(
        request,
        "obligations.base_text",
        quantity=figure(base.quantity).text,
        unit=word_of(request, "unit", base.unit),
        year=base.year,
        vintage=base.vintage.isoformat(),
    )


def rates_table(request: HttpRequest, rates: Iterable[DonorRate]) -> Table:
    """Return the donors' own rates, each with its document."""
    return Table(
        name="rates",
        columns=(
            _column(request, "donor"),
            _column(request, "rate", is_number=True),
            _column(request, "from_year", is_number=True),
            _column(request, "document"),
            _column(request, "mark"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.donor)),
                    Cell(say_own_rate(row)),
                    Cell(str(row.from_year)),
                    Cell(_document_of(request, row), note=row.document_page),
                    Cell(say_to(request, "obligations.illustrative") if row.is_assumption else ""),
                )
            )
            for row in rates
        ),
        empty=say_to(request, "obligations.no_rates"),
    )


def shares_table(
    request: HttpRequest,
    derivation: Derivation,
    pairings: Mapping[str, Pairing],
    correction: Correction | None = None,
    events: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return the parts of a due by pairing; with *correction* also what each changes; with *events* where each was posted."""
    step = derivation.step("obligations.step.shares")
    facts = step.facts if step else {"weights": {}, "floors": {}}
    language = language_of(request)
    columns = [_column(request, "recipient"), _column(request, "weight", is_number=True)]
    if facts["floors"]:
        columns.append(_column(request, "floor", is_number=True))
    columns.append(_column(request, "part", is_number=True))
    if correction is not None:
        columns.append(_column(request, "change", is_number=True))
    rows = []
    for key, part in derivation.shares.items():
        cells = [
            Cell(name_area(request, pairings, key)),
            Cell(facts["weights"].get(key, "")),
        ]
        if facts["floors"]:
            cells.append(amount_cell(request, facts["floors"].get(key, 0)))
        cells.append(amount_cell(request, part, is_illustrative=derivation.is_illustrative))
        if correction is not None:
            moved = correction.by_pairing.get(key, 0)
            sign = "+" if moved > 0 else ""
            cells.append(
                Cell(f"{sign}{money(moved, language)}", exact=amount_cell(request, moved).exact)
            )
        rows.append(Row(tuple(cells), address=events.get(key, "")))
    return Table(name="parts", columns=tuple(columns), rows=tuple(rows))


def versions_table(
    request: HttpRequest, notices: Iterable[ObligationNotice], shown: ObligationNotice
) -> Table:
    """Return the versions of a notice, the newest first."""
    return Table(
        name="versions",
        columns=(
            _column(request, "version"),
            _column(request, "due", is_number=True),
            _column(request, "state"),
            _column(request, "reason"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(str(row.version)),
                    amount_cell(request, row.amount, is_illustrative=row.is_illustrative),
                    say_state(request, row),
                    Cell(row.reason),
                ),
                address="" if row.pk == shown.pk else reverse("obligation_notice", args=[row.pk]),
            )
            for row in notices
        ),
    )


def load_table(request: HttpRequest, found: DonorLoad) -> Table:
    """Return what a donor owes in each programme for a year."""
    rows = []
    for line in found.lines:
        notice = line.notice
        rows.append(
            Row(
                (
                    Cell(name_of(request, line.programme)),
                    Cell(base_text(request, notice) if notice else ""),
                    amount_cell(request, notice.amount if notice else None)
                    if line.why != "outside_term"
                    else Cell(""),
                    say_state(request, notice)
                    if notice
                    else Cell(say_to(request, f"obligations.load.why_{line.why}")),
                    Cell(
                        say_to(request, "obligations.illustrative")
                        if notice and notice.is_illustrative
                        else ""
                    ),
                ),
                address=reverse("obligation_notice", args=[notice.pk]) if notice else "",
            )
        )
    return Table(
        name="load",
        columns=(
            _column(request, "programme"),
            _column(request, "base"),
            _column(request, "due", is_number=True),
            _column(request, "state"),
            _column(request, "mark"),
        ),
        rows=tuple(rows),
        empty=say_to(request, "obligations.no_load"),
    )


def say_share(request: HttpRequest, share: Fraction) -> str:
    """Return a load as per cent, with as many places as it takes to see it."""
    return say_to(request, "obligations.share", share=float(share))


def _document_of(request: HttpRequest, row: DonorRate) -> str:
    title = {"en": row.document_title, "zh": row.document_title}
    known = {"title": title, "number": row.document_number, "article": row.article}
    return say_document(request, known)


def total_text(request: HttpRequest, found: DonorLoad) -> str:
    """Return the sum of what is known of a donor's load."""
    return say_amount(request, found.load.total, is_illustrative=found.is_illustrative)
