"""The sheets that go out to be edited and come back: their columns, their rows, what a row would do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.operations.report_rows import (
    plan_reports,
    stock_text,
    take_in_reports,
)
from tiebeam.apps.emergencies.queries.reportable import list_reportable
from tiebeam.apps.emergencies.queries.reports import list_lines
from tiebeam.apps.emergencies.report_models import FIGURES, DailyReport, ReportingPlace
from tiebeam.apps.ledger.claim_models import NATURES, Voucher
from tiebeam.apps.ledger.operations.tranche_rows import (
    commitment_label,
    plan_tranches,
    take_in_tranches,
)
from tiebeam.apps.ledger.operations.voucher_rows import (
    claim_label,
    list_own_pairs,
    pair_label,
    plan_vouchers,
    take_in_vouchers,
)
from tiebeam.apps.ledger.queries.claims import list_own_vouchers
from tiebeam.apps.ledger.queries.schedule import list_schedules
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sheet_rows import above_label, plan_pairings
from tiebeam.apps.pairings.operations.sheets import list_sheet_pairings, take_in_pairings
from tiebeam.apps.regions.models import (
    ORGANISATION_KINDS,
    REGION_KINDS,
    RELIABILITIES,
    Organisation,
    Region,
    RegionCode,
    Statistic,
)
from tiebeam.apps.regions.operations.directory_rows import plan_organisations, plan_regions
from tiebeam.apps.regions.operations.looking import Plan, tell_nobody
from tiebeam.apps.regions.operations.rows import GivenRow, PlannedRow, References, shown
from tiebeam.apps.regions.operations.sheets import (
    take_in_organisations,
    take_in_regions,
    take_in_statistics,
)
from tiebeam.apps.regions.operations.statistic_rows import plan_statistics
from tiebeam.apps.regions.queries.own import (
    list_gb_codes,
    list_own_organisations,
    list_own_regions,
    list_own_statistics,
    list_reference_names,
)
from tiebeam.apps.supplies.models import Item
from tiebeam.errors import Fault
from tiebeam.interchange.excel.form import FormColumn, Kind
from tiebeam.interchange.excel.reading import read_form
from tiebeam.interchange.excel.writing import write_form
from tiebeam.interfaces.messages import LANGUAGES, Language, has_message, say
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.records import OwnedRecord
from tiebeam.units import yuan

OPTIONS_MOST = 20_000
REPORTED_DAYS = 14
"""How far back a sheet of daily reports goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKind:
    """
    A kind of sheet.

    Attributes:
        name: Of the kind.
        columns: Name and what its cells hold, in their order.
        required: Columns without which the sheet makes no sense.
        operation: Name of the operation that takes it in.
        take_in: That operation.
        plan: Says what each row would do.
        bases: The kinds of records that it rests on.
    """

    name: str
    columns: tuple[tuple[str, Kind], ...]
    required: frozenset[str]
    operation: str
    take_in: Callable[..., list[UUID]]
    plan: Plan
    bases: tuple[type[OwnedRecord], ...]


_PERIOD: tuple[tuple[str, Kind], ...] = (("valid_from", "date"), ("valid_until", "date"))
_NAMED: tuple[tuple[str, Kind], ...] = (
    ("id", "id"),
    ("name_zh", "text"),
    ("name_en", "text"),
    ("kind", "choice"),
)

KINDS: dict[str, SheetKind] = {
    kind.name: kind
    for kind in (
        SheetKind(
            name="regions",
            columns=(
                *_NAMED,
                ("parent", "reference"),
                ("gbt2260", "text"),
                ("latitude", "number"),
                ("longitude", "number"),
                *_PERIOD,
            ),
            required=frozenset({"id", "name_zh", "kind"}),
            operation="regions.take_in_regions",
            take_in=take_in_regions,
            plan=plan_regions,
            bases=(Region, RegionCode),
        ),
        SheetKind(
            name="organisations",
            columns=(*_NAMED, ("region", "reference"), ("parent", "reference"), *_PERIOD),
            required=frozenset({"id", "name_zh", "kind"}),
            operation="regions.take_in_organisations",
            take_in=take_in_organisations,
            plan=plan_organisations,
            bases=(Organisation, Region),
        ),
        SheetKind(
            name="statistics",
            columns=(
                ("id", "id"),
                ("region", "reference"),
                ("indicator", "text"),
                ("year", "number"),
                ("quantity", "number"),
                ("unit", "text"),
                ("vintage", "date"),
                ("source", "text"),
                ("url", "text"),
                ("reliability", "choice"),
            ),
            required=frozenset({"id", "region", "indicator", "year", "quantity"}),
            operation="regions.take_in_statistics",
            take_in=take_in_statistics,
            plan=plan_statistics,
            bases=(Statistic, Region),
        ),
        SheetKind(
            name="pairings",
            columns=(
                ("id", "id"),
                ("above", "reference"),
                ("donor", "reference"),
                ("recipient", "reference"),
                *_PERIOD,
                ("note", "text"),
            ),
            required=frozenset({"id", "above", "donor", "recipient", "valid_from"}),
            operation="pairings.take_in_pairings",
            take_in=take_in_pairings,
            plan=plan_pairings,
            bases=(Pairing, Organisation),
        ),
        SheetKind(
            name="tranches",
            columns=(
                ("id", "id"),
                ("commitment", "reference"),
                ("amount", "number"),
                ("due_on", "date"),
                ("purpose", "text"),
            ),
            required=frozenset({"id", "commitment", "amount", "due_on"}),
            operation="ledger.take_in_tranches",
            take_in=take_in_tranches,
            plan=plan_tranches,
            bases=(Tranche,),
        ),
        SheetKind(
            name="vouchers",
            columns=(
                ("id", "id"),
                ("claim", "reference"),
                ("pair", "reference"),
                ("payee", "text"),
                ("purpose", "text"),
                ("nature", "choice"),
                ("issuer", "text"),
                ("number", "text"),
                ("amount", "number"),
                ("issued_on", "date"),
            ),
            required=frozenset({"id", "claim", "pair", "issuer", "number", "amount", "issued_on"}),
            operation="ledger.take_in_vouchers",
            take_in=take_in_vouchers,
            plan=plan_vouchers,
            bases=(Voucher,),
        ),
        SheetKind(
            name="daily_reports",
            columns=(
                ("id", "id"),
                ("incident", "reference"),
                ("place", "reference"),
                ("day", "date"),
                *((name, "number") for name in FIGURES),
                ("stock", "text"),
                ("note", "text"),
            ),
            required=frozenset({"id", "incident", "place", "day", "patients"}),
            operation="emergencies.take_in_reports",
            take_in=take_in_reports,
            plan=plan_reports,
            bases=(DailyReport, ReportingPlace),
        ),
    )
}


def write_sheet(kind: SheetKind, actor: Actor, language: Language) -> bytes:
    """Return the workbook of what the acting organisation owns of *kind*, to be edited and sent back."""
    rows, options = list_sheet_rows(kind.name, actor)
    options |= {
        "kind": ORGANISATION_KINDS if kind.name == "organisations" else REGION_KINDS,
        "reliability": RELIABILITIES,
        "nature": NATURES,
    }
    columns = list_columns(kind, language, options)
    guide = [
        say(f"workbooks.guide.{line}", {}, language)
        for line in ("ids", "rows", "columns", "days", kind.name)
    ]
    title = say(f"workbooks.kind.{kind.name}", {}, language)
    return write_form(title, columns, rows, guide, say("workbooks.guide.name", {}, language))


def read_rows(kind: SheetKind, content: bytes, name: str) -> tuple[list[GivenRow], list[Fault]]:
    """Return the rows of an uploaded sheet, and what could not be read."""
    read = read_form(content, name, list_columns(kind, "en", {}))
    rows = [GivenRow(number=row.number, values=row.values) for row in read.rows]
    return rows, list(read.faults)


def plan_rows(
    kind: SheetKind,
    rows: Sequence[GivenRow],
    faults: Sequence[Fault],
    actor: Actor,
) -> list[PlannedRow]:
    """Return what each row would do; what could not be read of a row refuses it."""
    unread: dict[int, list[Fault]] = {}
    for fault in faults:
        unread.setdefault(fault.row or 0, []).append(fault)
    return [
        row.refused(*_without_echo(row, unread[row.number])) if row.number in unread else row
        for row in kind.plan(rows, actor, tell_nobody)
    ]


def head_of(column: str, language: Language) -> str:
    """Return the head of a column."""
    return say(f"workbooks.column.{column}", {}, language)


def _without_echo(row: PlannedRow, unread: Sequence[Fault]) -> list[Fault]:
    """Return the faults of reading whose cell is not told of already."""
    told = {fault.column for fault in row.faults if fault.code != "regions.value_missing"}
    return [fault for fault in unread if fault.column not in told]


def list_columns(
    kind: SheetKind, language: Language, options: Mapping[str, Sequence[str]]
) -> list[FormColumn]:
    """Return the columns of a sheet; a drop-down offers its *options*."""
    columns = []
    for name, cells in kind.columns:
        note = f"workbooks.note.{name}"
        columns.append(
            FormColumn(
                name=name,
                head=head_of(name, language),
                aliases=tuple(head_of(name, other) for other in LANGUAGES),
                note=say(note, {}, language) if has_message(note) else "",
                kind=cells,
                is_required=name in kind.required,
                options=tuple(options.get(name, ()))[:OPTIONS_MOST],
            )
        )
    return columns


Rows = list[dict[str, Any]]
Options = dict[str, Sequence[str]]


def _region_rows(actor: Actor) -> tuple[Rows, Options]:
    del actor
    own, regions = list_own_regions(), References(list_reference_names(Region))
    codes = list_gb_codes()
    rows = [
        _entry(row)
        | {
            "parent": regions.label(row.parent_id),
            "gbt2260": codes.get(row.pk, ""),
            "latitude": None if row.latitude is None else float(row.latitude),
            "longitude": None if row.longitude is None else float(row.longitude),
        }
        for row in own
    ]
    return rows, {"parent": _labels(regions)}


def _organisation_rows(actor: Actor) -> tuple[Rows, Options]:
    del actor
    organisations = References(list_reference_names(Organisation))
    regions = References(list_reference_names(Region))
    rows = [
        _entry(row)
        | {"parent": organisations.label(row.parent_id), "region": regions.label(row.region_id)}
        for row in list_own_organisations()
    ]
    return rows, {"parent": _labels(organisations), "region": _labels(regions)}


def _statistic_rows(actor: Actor) -> tuple[Rows, Options]:
    del actor
    regions = References(list_reference_names(Region))
    rows = [
        {
            "id": str(row.pk),
            "region": regions.label(row.region_id),
            "indicator": row.indicator,
            "year": row.year,
            "quantity": float(row.quantity),
            "unit": row.unit,
            "vintage": shown(row.vintage),
            "source": row.source,
            "url": row.url,
            "reliability": row.reliability,
        }
        for row in list_own_statistics()
    ]
    return rows, {"region": _labels(regions)}


def _pairing_rows(actor: Actor) -> tuple[Rows, Options]:
    own, above = list_sheet_pairings(actor)
    organisations = References(list_reference_names(Organisation))
    rows = [
        {
            "id": str(row.pk),
            "above": above_label(row.parent) if row.parent else "",
            "donor": organisations.label(row.donor_id),
            "recipient": organisations.label(row.recipient_id),
            "valid_from": shown(row.valid_from),
            "valid_until": shown(row.valid_until),
            "note": row.note,
        }
        for row in own
    ]
    labels = _labels(organisations)
    return rows, {
        "above": [above_label(row) for row in above],
        "donor": labels,
        "recipient": labels,
    }


def _tranche_rows(actor: Actor) -> tuple[Rows, Options]:
    schedules = list_schedules(donor_id=actor.organisation_id)
    labels = {row.commitment.pk: commitment_label(row.commitment) for row in schedules}
    rows = [
        {
            "id": str(line.tranche.pk),
            "commitment": labels[schedule.commitment.pk],
            "amount": float(yuan(line.tranche.amount)),
            "due_on": shown(line.tranche.due_on),
            "purpose": line.tranche.purpose,
        }
        for schedule in schedules
        for line in schedule.lines
    ]
    return rows, {"commitment": list(labels.values())}


def _voucher_rows(actor: Actor) -> tuple[Rows, Options]:
    rows = [
        {
            "id": str(voucher.pk),
            "claim": claim_label(voucher.reimbursement),
            "pair": pair_label(voucher.reimbursement.pairing),
            "payee": voucher.reimbursement.payee,
            "purpose": voucher.reimbursement.purpose,
            "nature": voucher.reimbursement.nature,
            "issuer": voucher.issuer,
            "number": voucher.number,
            "amount": float(yuan(voucher.amount)),
            "issued_on": shown(voucher.issued_on),
        }
        for voucher in list_own_vouchers()
    ]
    labels = [pair_label(pairing) for pairing in list_own_pairs(actor).values()]
    return rows, {"pair": labels}


def _report_rows(actor: Actor) -> tuple[Rows, Options]:
    items = References(list_reference_names(Item))
    days = list_reportable(actor, timezone.now(), REPORTED_DAYS)
    incidents = References({day.incident.pk: day.incident for day in days}.values())
    places = References({day.place.pk: day.place for day in days}.values())
    lines = list_lines(day.report.pk for day in days if day.report)
    rows = []
    for day in days:
        report = day.report
        rows.append(
            {name: getattr(report, name, None) for name in FIGURES}
            | {
                "id": str(report.pk) if report else "",
                "incident": incidents.label(day.incident.pk),
                "place": places.label(day.place.pk),
                "day": shown(day.day),
                "stock": stock_text(lines.get(report.pk, []), items) if report else "",
                "note": report.note if report else "",
            }
        )
    return rows, {"incident": _labels(incidents), "place": _labels(places)}


def list_sheet_rows(kind: str, actor: Actor) -> tuple[Rows, Options]:
    """Return what the acting organisation owns of a kind, row by row, and what its drop-downs offer."""
    return _SOURCES[kind](actor)


_SOURCES: dict[str, Callable[[Actor], tuple[Rows, Options]]] = {
    "regions": _region_rows,
    "organisations": _organisation_rows,
    "statistics": _statistic_rows,
    "pairings": _pairing_rows,
    "tranches": _tranche_rows,
    "vouchers": _voucher_rows,
    "daily_reports": _report_rows,
}


def _entry(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "kind": row.kind,
        "valid_from": shown(row.valid_from),
        "valid_until": shown(row.valid_until),
    }


def _labels(references: References) -> list[str]:
    return sorted(references.label(pk) for pk in references.by_id)
