"""What a plan of supplies says, as tables for people and as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiebeam.core.surge.supplying import (
    ItemPlan,
    Shipment,
    ShipmentReason,
    Supplies,
    SupplyPlan,
    explain_shipment,
    ratio,
    shorts_of,
)
from tiebeam.interchange.supplies import SupplyFile
from tiebeam.interfaces.cli import console, documents
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages.figures import number, percent

Rows = list[tuple[str, ...]]
SHIPMENT_COLUMNS = ("item", "from", "to", "units", "leaves", "arrives", "without")
PLACE_COLUMNS = ("place", "item", "needed", "cover", "short", "share")
LEVEL_COLUMNS = ("item", "level", "value", "bound", "gap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told: the workbook, what was made of it, and the plan."""

    read: SupplyFile
    supplies: Supplies
    plan: SupplyPlan
    quantile: float


def print_plan(session: Session, told: Told) -> None:
    """Print what leaves today and later with its reason, how places fare, how good it is."""
    day, shipments = told.plan.day, told.plan.shipments
    facts = {"on": date.fromordinal(day), "days": told.supplies.window}
    code = "surge.supply_for_median" if told.quantile == 0.5 else "surge.supply_for_quantile"
    console.print_lines([session.say(code, quantile=told.quantile, **facts)])
    for title, chosen in (
        ("supply_today", [s for s in shipments if s.leaves_on == day]),
        ("supply_later", [s for s in shipments if s.leaves_on != day]),
    ):
        rows = [_shipment_row(session, told, shipment) for shipment in chosen]
        _print_table(session, title, SHIPMENT_COLUMNS, rows, ("units",))
    for title, names, list_rows in (
        ("supply_places", PLACE_COLUMNS, _place_rows),
        ("plan_levels", LEVEL_COLUMNS, _level_rows),
    ):
        rows = [row for item in told.plan.items for row in list_rows(session, told, item)]
        _print_table(session, title, names, rows, names[2:])
    if told.plan.unknowns:
        console.print_lines(["", session.say("surge.supply_not_known")])
        console.print_lines(
            "  "
            + session.say(
                f"surge.supply_unknown.{row.what}",
                seat=_seat(session, told, row.seat),
                item=_item(session, told, row.item),
                units=row.units,
            )
            for row in told.plan.unknowns
        )


def print_document(session: Session, told: Told) -> None:
    """Print everything as one JSON document; days are dates, ratios exact numbers or the nearest."""
    content: dict[str, Any] = {
        "on": date.fromordinal(told.plan.day),
        "window": told.supplies.window,
        "quantile": told.quantile,
        "km_per_day": told.supplies.travel.km_per_day,
        "shipments": [_shipment_document(told, shipment) for shipment in told.plan.shipments],
        "items": [
            {"item": item.item, "levels": item.levels, "places": _place_documents(told, item)}
            for item in told.plan.items
        ],
        "unknown": told.plan.unknowns,
        "warnings": documents.warning_documents(session, told.read.warnings),
    }
    console.print_document(documents.envelope("surge supply", ExitStatus.DONE, content))


def _reason(told: Told, shipment: Shipment) -> ShipmentReason | None:
    return explain_shipment(told.supplies, told.plan.shipments, shipment)


def _shipment_document(told: Told, shipment: Shipment) -> dict[str, object]:
    reason = _reason(told, shipment)
    return {
        "item": shipment.item,
        "store": shipment.store,
        "place": shipment.place,
        "units": shipment.units,
        "leaves_on": date.fromordinal(shipment.leaves_on),
        "arrives_on": date.fromordinal(shipment.arrives_on),
        "is_binding": shipment.leaves_on == told.plan.day,
        "without": reason
        and {"short_from": date.fromordinal(reason.day), "short_units": reason.units},
    }


def _place_documents(told: Told, item: ItemPlan) -> list[dict[str, Any]]:
    shorts = shorts_of(told.supplies, item.item, item.shipments)
    return [
        {
            "place": place,
            "needed": needs,
            "short": shorts[place],
            "days_of_cover": item.covered[place],
        }
        for place, needs in told.supplies.needs(item.item).items()
    ]


def _shipment_row(session: Session, told: Told, shipment: Shipment) -> tuple[str, ...]:
    reason = _reason(told, shipment)
    facts = {"day": date.fromordinal(reason.day), "units": reason.units} if reason else {}
    return (
        _item(session, told, shipment.item),
        _seat(session, told, shipment.store),
        _seat(session, told, shipment.place),
        number(shipment.units),
        str(date.fromordinal(shipment.leaves_on)),
        str(date.fromordinal(shipment.arrives_on)),
        session.say("surge.supply_why", **facts) if reason else "",
    )


def _place_rows(session: Session, told: Told, item: ItemPlan) -> Rows:
    rows: Rows = []
    for row in _place_documents(told, item):
        needed, short, cover = sum(row["needed"]), sum(row["short"]), row["days_of_cover"]
        is_all = cover == told.supplies.window
        rows.append(
            (
                _seat(session, told, row["place"]),
                _item(session, told, item.item),
                number(needed),
                session.say("surge.supply_throughout", days=cover) if is_all else number(cover),
                number(short),
                percent(float(ratio(short, needed)), session.language),
            )
        )
    return rows


def _level_rows(session: Session, told: Told, item: ItemPlan) -> Rows:
    rows: Rows = []
    for grade in item.levels:
        pair = [grade.value, grade.bound]
        shown = [
            percent(float(max(one, default=0)), session.language)
            if isinstance(one, tuple)
            else number(one)
            for one in pair
        ]
        level = session.say(f"surge.supply_level.{grade.level}")
        gap = percent(grade.gap, session.language)
        rows.append((_item(session, told, item.item), level, *shown, gap))
    return rows


def _print_table(
    session: Session,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: Sequence[str],
) -> None:
    heads = [
        console.Column(title=session.say(f"surge.column.{name}"), is_figure=name in figures)
        for name in columns
    ]
    console.print_table(session, session.say(f"surge.{title}", count=len(rows)), heads, rows)


def _seat(session: Session, told: Told, seat_id: str) -> str:
    seats = (*told.supplies.places, *told.supplies.stores)
    return next(session.name(s.name_en, s.name_zh) for s in seats if s.id == seat_id)


def _item(session: Session, told: Told, item: str) -> str:
    return session.name(*told.read.names[item]) if item else ""
