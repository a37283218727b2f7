"""Rows of a sheet of daily reports: what each would do, and take in the whole sheet or nothing of it (§D2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.reports import (
    REPORTERS,
    Counted,
    Figures,
    hash_of,
    list_report_faults,
    refuse_unknown,
    write_report,
)
from tiebeam.apps.emergencies.queries.reports import list_lines, list_standing
from tiebeam.apps.emergencies.report_models import FIGURES, DailyReport, ReportLine
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.apps.regions.operations.looking import Tell, plan_now, tell_nobody
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    References,
    as_uuid,
    demand_whole,
    fault,
    list_twice,
)
from tiebeam.apps.supplies.models import Item
from tiebeam.errors import Fault, Refused
from tiebeam.platform.permissions.operations import operation, require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.time.periods import read_known_day

ACTION = "emergencies.take_in_reports"
_COUNTED = re.compile(r"(.+?)\s*[=＝:：]\s*(-?\d{1,18})")


@dataclass(frozen=True, slots=True)
class GivenReport:
    """What a row reports: a version that is not saved, and its stock."""

    report: DailyReport
    stock: tuple[Counted, ...]


@operation(ACTION, roles=REPORTERS)
def take_in_reports(
    *, rows: Sequence[GivenRow], reason: str, actor: Actor, now: datetime
) -> list[UUID]:
    """
    Report the new days of a sheet and correct those that differ, all in one; return what was written.

    Raises:
        InvalidInput: Every cell that cannot be taken; then nothing is written.
        ReasonMissing: Something is corrected, and no reason is given.
    """
    planned = plan_now(rows, plan_reports, actor)
    demand_whole(planned)
    for place_id in sorted({row.record.report.place_id for row in planned if row.record}, key=str):
        hold(place_id)
    # Looked at anew where anything changed: only now nobody else reports these places.
    planned = plan_now(rows, plan_reports, actor)
    demand_whole(planned)
    if any(row.act == "update" for row in planned):
        refuse_without_reason(reason)
    given = [row.record for row in planned if row.record is not None]
    for each in given:
        report = each.report
        report.reason = reason.strip()[:300] if report.version > 1 else ""
        said = hash_of(report.place_id, report.day, figures_of(report), each.stock, report.note)
        write_report(report, each.stock, said, now, actor, now, ACTION)
    return [each.report.pk for each in given]


def plan_reports(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do; a new row without a figure does nothing."""
    sheet = _Sheet(actor)
    planned = [sheet.plan(row) for row in rows]
    named = list_twice(rows, "incident", "place", "day")
    twice = {number: numbers for number, (_, numbers) in named.items()} | _list_same_day(planned)
    tell(len(rows), len(rows))
    return [
        made.refused(
            fault(
                "workbooks.twice", row.number, "day", row.values.get("day", ""),
                rows=[number for number in twice[row.number] if number != row.number][:5],
            )
        )
        if row.number in twice
        else made
        for row, made in zip(rows, planned, strict=True)
    ]  # fmt: skip


def _list_same_day(planned: Sequence[PlannedRow]) -> dict[int, list[int]]:
    """Return row number -> all rows, of those that write the same day of a place, however they name it."""
    found: dict[tuple[UUID, UUID, date], list[int]] = {}
    for row in planned:
        if row.record is not None:
            report = row.record.report
            key = (report.incident_id, report.place_id, report.day)
            found.setdefault(key, []).append(row.number)
    return {number: rows for rows in found.values() if len(rows) > 1 for number in rows}


def stock_text(lines: Sequence[ReportLine | Counted], items: References) -> str:
    """Return stock as a cell of a sheet writes it: ``口罩=120；手套=30``."""
    return "；".join(f"{items.label(line.item_id)}={line.quantity}" for line in lines)


def figures_of(report: DailyReport) -> Figures:
    """Return the figures of a version."""
    return Figures(**{name: getattr(report, name) for name in FIGURES})


class _Sheet:
    """The reports as they stand, against which rows are held."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.now = timezone.now()
        self.incidents = References(Incident.objects.filter(stood_down_at=None))
        self.places = References(Organisation.objects.all())
        self.items = References(Item.objects.all())
        self.standing = {
            (row.incident_id, row.place_id, row.day): row
            for row in list_standing(self.incidents.by_id)
        }
        self.by_id = {row.pk: row for row in self.standing.values()}
        self.lines = list_lines(self.by_id)

    def plan(self, row: GivenRow) -> PlannedRow:
        """Return what a row would do."""
        text = row.values.get("id", "").strip()
        faults: list[Fault] = []
        before = self.by_id.get(as_uuid(text) or self.actor.organisation_id)
        if text and before is None:
            return _refused(row, [fault("workbooks.unknown_id", row.number, "id", text)])
        key = self._find_key(row, before, faults)
        report, stock = self._read(row, before, faults)
        if key is None or faults:
            return _refused(row, faults)
        incident, place, day = key
        report.incident, report.place, report.day = incident, place, day
        standing = self.standing.get((incident.pk, place.pk, day))
        changes = self._changes(standing, report, stock)
        if (before is None and not _says_anything(report, stock)) or not changes:
            return PlannedRow(number=row.number, name=_name(row), act="unchanged")
        if standing is not None and before is None:
            facts = {"place": place.name_zh, "day": day, "version": standing.version}
            return _refused(row, [fault("reports.stands", row.number, "day", str(day), **facts)])
        faults += self._list_faults(row, report, stock)
        if faults:
            return _refused(row, faults)
        report.version = standing.version + 1 if standing else 1
        return PlannedRow(
            number=row.number,
            name=_name(row),
            act="update" if standing else "create",
            changes=changes,
            record=GivenReport(report, stock),
        )

    def _find_key(
        self, row: GivenRow, before: DailyReport | None, faults: list[Fault]
    ) -> tuple[Incident, Organisation, date] | None:
        """Return whose day a row is about; that of a version that stands is not changed."""
        found: dict[str, Any] = {}
        for column, known in (("incident", self.incidents), ("place", self.places)):
            text = row.values.get(column, "").strip()
            if text:
                found[column] = known.find(text, row.number, column)
            elif before is not None:
                found[column] = known.by_id[getattr(before, f"{column}_id")]
            else:
                found[column] = fault("regions.value_missing", row.number, column)
        try:
            found["day"] = read_known_day(row.values.get("day", "") or str(before and before.day))
        except ValueError:
            found["day"] = fault(
                "regions.value_missing", row.number, "day", row.values.get("day", "")
            )
        wrong = [each for each in found.values() if isinstance(each, Fault)]
        faults += wrong
        if wrong:
            return None
        if before is not None:
            for column, stands in (
                ("incident", before.incident_id), ("place", before.place_id), ("day", before.day),
            ):  # fmt: skip
                if getattr(found[column], "pk", found[column]) != stands:
                    code = "reports.day_stays"
                    faults.append(fault(code, row.number, column, row.values.get(column, "")))
        return found["incident"], found["place"], found["day"]

    def _read(
        self, row: GivenRow, before: DailyReport | None, faults: list[Fault]
    ) -> tuple[DailyReport, tuple[Counted, ...]]:
        """Return the version that a row says; a column that is not in the sheet stays as it is."""
        report = DailyReport(id=uuid4(), note=before.note if before else "")
        for name in FIGURES:
            text = row.values.get(name)
            if text is None:
                setattr(report, name, getattr(before, name) if before else None)
                continue
            try:
                setattr(report, name, int(text) if text.strip() else None)
            except ValueError:
                faults.append(fault("reports.not_whole", row.number, name, text))
        if "note" in row.values:
            report.note = " ".join(row.values["note"].split())
        if "stock" in row.values:
            return report, self._read_stock(row, faults)
        lines = self.lines.get(before.pk, []) if before else []
        return report, tuple(Counted(item_id=x.item_id, quantity=x.quantity) for x in lines)

    def _read_stock(self, row: GivenRow, faults: list[Fault]) -> tuple[Counted, ...]:
        counted = []
        for part in re.split(r"[;；\n]", row.values["stock"]):
            if not part.strip():
                continue
            match = _COUNTED.fullmatch(part.strip())
            if match is None:
                faults.append(fault("reports.stock_not_read", row.number, "stock", part.strip()))
                continue
            item = self.items.find(match[1].strip(), row.number, "stock")
            if isinstance(item, Fault):
                faults.append(item)
            else:
                counted.append(Counted(item_id=item.pk, quantity=int(match[2])))
        return tuple(counted)

    def _changes(
        self, standing: DailyReport | None, report: DailyReport, stock: Sequence[Counted]
    ) -> dict[str, tuple[str, str]]:
        lines = self.lines.get(standing.pk, []) if standing else []
        old = {name: _shown(getattr(standing, name)) if standing else "" for name in FIGURES}
        new = {name: _shown(getattr(report, name)) for name in FIGURES}
        old |= {"note": standing.note if standing else "", "stock": stock_text(lines, self.items)}
        in_order = sorted(stock, key=lambda each: self.items.by_id[each.item_id].name_zh)
        new |= {"note": report.note, "stock": stock_text(in_order, self.items)}
        return {name: (old[name], new[name]) for name in new if old[name] != new[name]}

    def _list_faults(
        self, row: GivenRow, report: DailyReport, stock: Sequence[Counted]
    ) -> list[Fault]:
        found = list_report_faults(report, figures_of(report), stock, self.now)
        faults = [fault(one.code, row.number, one.column, one.value, **one.facts) for one in found]
        try:
            require(self.actor, ACTION, report.incident.programme_id)
            refuse_unknown(report.incident, report.place, report.day, self.actor)
        except Refused as error:
            faults.append(fault(error.code, row.number, "place", _name(row), **error.facts))
        return faults


def _says_anything(report: DailyReport, stock: Sequence[Counted]) -> bool:
    return bool(stock or report.note or any(getattr(report, name) is not None for name in FIGURES))


def _shown(figure: int | None) -> str:
    return "" if figure is None else str(figure)


def _name(row: GivenRow) -> str:
    return " ".join(filter(None, (row.values.get("place", ""), row.values.get("day", ""))))


def _refused(row: GivenRow, faults: Sequence[Fault]) -> PlannedRow:
    return PlannedRow(number=row.number, name=_name(row), act="refused", faults=tuple(faults))
