"""Rows of a sheet of statistics: new figures are added; one that stands is never overwritten."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from tiebeam.apps.regions.models import Region, Statistic
from tiebeam.apps.regions.operations.looking import TOLD_EACH, Tell, tell_nobody
from tiebeam.apps.regions.operations.rows import (
    GivenRow,
    PlannedRow,
    References,
    as_uuid,
    fault,
    list_twice,
    shown,
)
from tiebeam.apps.regions.operations.statistics import list_statistic_faults
from tiebeam.errors import Fault
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import read_known_day

TEXTS = ("indicator", "unit", "source", "url", "reliability")
COLUMNS = ("region", "indicator", "year", "quantity", "unit", "vintage", *TEXTS[2:])


def plan_statistics(
    rows: Sequence[GivenRow], actor: Actor, tell: Tell = tell_nobody
) -> list[PlannedRow]:
    """Return what each row would do; *tell* is told how many are done, and of how many."""
    regions = References(Region.objects.all())
    wanted = {pk for row in rows if (pk := as_uuid(row.values.get("id", "")))}
    known: dict[UUID, Statistic] = {
        row.pk: row for row in Statistic.objects.all() if row.pk in wanted
    }
    keys, units = _list_standing()
    key_columns = ("region", "indicator", "year", "vintage", "source")
    twice = list_twice(rows, "id") | list_twice(
        [row for row in rows if not row.values.get("id")], *key_columns
    )
    planned = []
    for done, row in enumerate(rows, start=1):
        result = (
            _plan_standing(row, known, regions)
            if row.values.get("id")
            else _plan_new(row, actor, regions, keys, units)
        )
        if row.number in twice:
            column, numbers = twice[row.number]
            others = [number for number in numbers if number != row.number][:5]
            value = row.values.get(column, "")
            result = result.refused(
                fault("workbooks.twice", row.number, column, value, rows=others)
            )
        planned.append(result)
        if done % TOLD_EACH == 0:
            tell(done, len(rows))
    return planned


def _list_standing() -> tuple[set[tuple[Any, ...]], dict[tuple[UUID, str], str]]:
    """Return the keys of all figures, and the unit of each indicator of each region."""
    keys, units = set(), {}
    for region, indicator, year, vintage, source, unit in Statistic.objects.values_list(
        "region_id", "indicator", "year", "vintage", "source", "unit"
    ):
        keys.add((region, indicator, year, vintage, source))
        units[region, indicator] = unit
    return keys, units


def _plan_standing(
    row: GivenRow, known: Mapping[UUID, Statistic], regions: References
) -> PlannedRow:
    text = row.values["id"]
    pk = as_uuid(text)
    found = known.get(pk) if pk else None
    if found is None:
        one = fault("workbooks.unknown_id", row.number, "id", text)
        return PlannedRow(number=row.number, name=text, act="refused", faults=(one,))
    faults = []
    for column in COLUMNS:
        if column not in row.values:
            continue
        old = (
            regions.label(found.region_id) if column == "region" else shown(getattr(found, column))
        )
        if _plain(row.values[column]) != _plain(old):
            facts = {"before": old}
            faults.append(
                fault("workbooks.figure_stays", row.number, column, row.values[column], **facts)
            )
    name = f"{regions.label(found.region_id)} {found.indicator} {found.year}"
    return PlannedRow(
        number=row.number,
        name=name,
        act="refused" if faults else "unchanged",
        faults=tuple(faults),
        record=found,
    )


def _plan_new(
    row: GivenRow,
    actor: Actor,
    regions: References,
    keys: set[tuple[Any, ...]],
    units: dict[tuple[UUID, str], str],
) -> PlannedRow:
    values = {column: row.values.get(column, "").strip() for column in COLUMNS}
    name = " ".join(filter(None, (values["region"], values["indicator"], values["year"])))
    faults = [
        fault("regions.value_missing", row.number, column)
        for column in ("region", "year", "quantity", "vintage")
        if not values[column]
    ]
    region: Any = regions.find(values["region"], row.number, "region") if values["region"] else None
    if isinstance(region, Fault):
        faults.append(region)
    year, quantity, vintage = _read_key(row.number, values, faults)
    if faults:
        return PlannedRow(number=row.number, name=name, act="refused", faults=tuple(faults))
    record = Statistic(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        scope_id=region.scope_id,
        region=region,
        year=year,
        quantity=quantity,
        vintage=vintage,
        **{column: values[column] for column in TEXTS},
    )
    faults = [
        fault(one.code, row.number, one.column, one.value, **one.facts)
        for one in list_statistic_faults(record)
    ]
    key = (region.pk, record.indicator, record.year, record.vintage, record.source)
    if key in keys:
        facts = {"year": record.year, "vintage": record.vintage}
        faults.append(
            fault("regions.statistic_exists", row.number, "vintage", values["vintage"], **facts)
        )
    expected = units.setdefault((region.pk, record.indicator), record.unit)
    if expected != record.unit:
        faults.append(
            fault("regions.unit_differs", row.number, "unit", record.unit, unit=record.unit,
                  expected=expected)
        )  # fmt: skip
    return PlannedRow(
        number=row.number,
        name=name,
        act="refused" if faults else "create",
        changes={column: ("", text) for column, text in values.items() if text},
        faults=tuple(faults),
        record=record,
    )


def _read_key(
    number: int, values: Mapping[str, str], faults: list[Fault]
) -> tuple[int, Decimal, date]:
    """Return year, figure and vintage; what cannot be read is added to *faults*."""
    year, quantity, vintage = 0, Decimal(0), date.min
    readers: tuple[tuple[str, Any], ...] = (
        ("year", int),
        ("quantity", Decimal),
        ("vintage", read_known_day),
    )
    read: dict[str, Any] = {}
    for column, reader in readers:
        try:
            read[column] = reader(values[column]) if values[column] else None
        except (ValueError, InvalidOperation):
            faults.append(fault("regions.value_not_valid", number, column, values[column]))
    year = read.get("year") or year
    quantity = read["quantity"] if read.get("quantity") is not None else quantity
    return year, quantity, read.get("vintage") or vintage


def _plain(text: str) -> str:
    """Return *text* so that 1.50 and 1.5 are the same."""
    try:
        return f"{Decimal(text.strip()).normalize():f}"
    except InvalidOperation:
        return text.strip()
