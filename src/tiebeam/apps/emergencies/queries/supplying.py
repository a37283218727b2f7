"""An item that patients of an incident use up, as a question to the planner of shipments (§E13, §S13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.queries.foreseen import WINDOW, foresee_patients
from tiebeam.apps.emergencies.queries.reports import list_lines, list_places, table_of
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries import find_places
from tiebeam.apps.supplies.models import Item
from tiebeam.apps.supplies.queries.holds import list_all_holds
from tiebeam.apps.supplies.queries.stock import list_stock
from tiebeam.apps.supplies.queries.transit import follow_lines, list_shipments
from tiebeam.core.surge.forecast import LEVELS
from tiebeam.core.surge.model import Home, travel_between
from tiebeam.core.surge.supplying import Hold, Incoming, Supplies
from tiebeam.platform.time.periods import AsOf

KM_PER_DAY = 500
"""Kilometres that goods go in a day: an assumption, said on the page."""
OLDEST = 3
"""Days before today of which a reported stock is still taken as what is there: an assumption as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyQuestion:
    """
    What the planner of shipments is asked of one item.

    Days count from *today*; places and stores are named by the text of their id.

    Attributes:
        seats: Every place that reports in the incident, and every store that may send.
        stock_days: Place -> the day of which its stock was reported.
        last: Place -> the patients that it reported last.
        nowhere: Places and stores that have no position, and are left out.
    """

    supplies: Supplies
    item: Item
    today: date
    seats: Mapping[str, Organisation]
    stock_days: Mapping[str, date]
    last: Mapping[str, int]
    nowhere: tuple[Organisation, ...]


def ask_supplies(
    incident: Incident, item: Item, per_patient: Fraction, level: float, now: datetime
) -> SupplyQuestion:
    """
    Return what places of *incident* need of *item*, what they have, what is on its way, and who may send.

    Args:
        per_patient: Units for each patient and day.
        level: The quantile of the forecast that is planned for, one of its LEVELS.
    """
    today = timezone.localdate(now)
    reporting = {row.place_id: row.place for row in list_places(incident)}
    seen = foresee_patients(incident, today, now)
    patients = {
        key: tuple(round(float(row[LEVELS.index(level)])) for row in rows)
        for key, rows in seen.forecast.quantiles.items()
    }
    stocks, stock_days = _read_stocks(incident, item, today, now)
    stores = {
        line.place.pk: line
        for line in list_stock(AsOf(true_on=today))
        if line.item.pk == item.pk and line.quantity > 0 and line.place.pk not in reporting
    }
    seats = {**reporting, **{pk: line.place for pk, line in stores.items()}}
    positions = find_places(seats)
    homes = {
        pk: Home(
            id=str(pk), name_en=row.name_en, name_zh=row.name_zh,
            latitude=positions[pk].latitude, longitude=positions[pk].longitude,
        )
        for pk, row in seats.items()
        if pk in positions
    }  # fmt: skip
    return SupplyQuestion(
        supplies=Supplies(
            day=0, window=WINDOW, per_patient={str(item.pk): per_patient},
            places=tuple(homes[pk] for pk in reporting if pk in homes),
            stores=tuple(homes[pk] for pk in stores if pk in homes),
            travel=travel_between(list(homes.values()), KM_PER_DAY),
            patients=patients,
            stocks={
                (str(pk), str(item.pk)): units
                for pk, units in (
                    *stocks.items(), *((pk, line.quantity) for pk, line in stores.items())
                )
            },
            incoming=tuple(_list_incoming(incident, item, today, reporting)),
            holds=tuple(_list_holds(item, today, reporting)),
        ),
        item=item, today=today, seats={str(pk): row for pk, row in seats.items()},
        stock_days={str(pk): day for pk, day in stock_days.items()}, last=seen.last,
        nowhere=tuple(row for pk, row in seats.items() if pk not in homes),
    )  # fmt: skip


def _read_stocks(
    incident: Incident, item: Item, today: date, now: datetime
) -> tuple[dict[UUID, int], dict[UUID, date]]:
    """Return what each place reported last of *item*, and of which day; what is older is not known."""
    table = table_of(incident, today - timedelta(OLDEST), today - timedelta(1), now)
    lines = list_lines(each.report.pk for days in table.values() for each in days if each.report)
    stocks, stock_days = {}, {}
    for place_id, days in table.items():
        for each in days:
            for line in lines.get(each.report.pk, ()) if each.report else ():
                if line.item_id == item.pk:
                    stocks[place_id], stock_days[place_id] = line.quantity, each.day
    return stocks, stock_days


def _list_incoming(
    incident: Incident, item: Item, today: date, places: Iterable[UUID]
) -> Iterable[Incoming]:
    shipments = list_shipments(programme_id=incident.programme_id).filter(
        recipient_id__in=list(places)
    )
    for row in follow_lines(shipments.values_list("pk", flat=True)):
        if row.line.item_id == item.pk and row.open:
            shipment = row.line.shipment
            expected = shipment.expected_on
            yield Incoming(
                seat=str(shipment.recipient_id), item=str(item.pk), units=row.open,
                on=(expected - today).days if expected else None,
            )  # fmt: skip


def _list_holds(item: Item, today: date, places: Iterable[UUID]) -> Iterable[Hold]:
    held = set(places)
    for row in list_all_holds():
        if row.tenant_id in held and row.item_id in {None, item.pk}:
            until = min(row.valid_until, row.lifted_on or row.valid_until)
            yield Hold(
                place=str(row.tenant_id), item=None if row.item_id is None else str(item.pk),
                first=(row.valid_from - today).days, until=(until - today).days,
            )  # fmt: skip
