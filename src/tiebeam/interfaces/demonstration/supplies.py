"""What places of the exercise report day by day, and what is on its way to them: all made up, and marked DEMO."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tiebeam.apps.emergencies.models import Incident
from tiebeam.apps.emergencies.operations.reports import (
    Counted,
    Figures,
    add_reporting_place,
    report_day,
)
from tiebeam.apps.supplies.models import Item, Shipment
from tiebeam.apps.supplies.operations.confirming import Received, confirm
from tiebeam.apps.supplies.operations.holds import enter_hold
from tiebeam.apps.supplies.operations.items import enter_item
from tiebeam.apps.supplies.operations.shipping import Sent, ship
from tiebeam.apps.supplies.operations.stock import move_stock
from tiebeam.apps.supplies.queries.transit import follow_lines
from tiebeam.interfaces.demonstration.rescue import MARK, Rescue
from tiebeam.platform.tenancy.acting import acting

PATIENTS = {
    "黄冈市": (210, 236, 251, 249, 262, 270),
    "随州市": (88, 92, 97, 95, 99, 240),
    "荆州市": (133, 140, 138, 142, 151, 149),
    "宜昌市": (75, 79, 80, 86, 90, None),
}
"""Of the six days before today; the last of Suizhou is hard to believe, that of Yichang has not come."""
BEDS = {"黄冈市": 420, "随州市": 260, "荆州市": 300, "宜昌市": 180}
LATE = ("荆州市", 3)
"""Whose report came too late, and of which of the days."""
GOODS = (("医用口罩", "Surgical masks", "个", 20_000), ("防护服", "Protective suits", "套", 1_500))


def report_days(rescue: Rescue, incident: Incident, items: list[Item]) -> None:
    """Have four places report the last six days."""
    today = timezone.localdate(rescue.now)
    first = today - timedelta(6)
    for place, patients in PATIENTS.items():
        add_reporting_place(
            incident=incident, place=rescue.organisations[place], since=first,
            actor=rescue.coordinator, now=rescue.now,
        )  # fmt: skip
        for number, told in enumerate(patients):
            if told is None:
                continue
            day = first + timedelta(number)
            is_late = (place, number) == LATE
            report_day(
                incident=incident,
                place=rescue.organisations[place],
                day=day,
                figures=_figures(place, told, number),
                stock=[Counted(item_id=items[0].pk, quantity=9_000 - 1_100 * number)],
                note=MARK,
                key=uuid4(),
                actor=rescue.hosts(place),
                now=min(rescue.now, _morning_after(day, 15 if is_late else 8)),
            )


def _figures(place: str, patients: int, number: int) -> Figures:
    return Figures(
        patients=patients,
        severe=patients // 9,
        critical=patients // 30,
        beds=BEDS[place],
        staff=BEDS[place] // 2,
        admitted_total=BEDS[place] + 20 * number,
    )


def _morning_after(day: date, hour: int) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day + timedelta(1), time(hour), tzinfo=zone)


def move_goods(rescue: Rescue, incident: Incident) -> list[Item]:
    """Leave goods in stock, on their way, overdue, and asked not to be sent; return what they are."""
    home, today = rescue.homes("福建省"), timezone.localdate(rescue.now)
    items = []
    for name_zh, name_en, unit, quantity in GOODS:
        item = enter_item(
            name_zh=name_zh, name_en=name_en, unit=unit, actor=rescue.coordinator, now=rescue.now
        )
        move_stock(
            place=rescue.organisations["福建省"], item=item, kind="in", quantity=quantity,
            moved_on=today - timedelta(6), document=MARK, key=uuid4(), actor=home, now=rescue.now,
        )  # fmt: skip
        items.append(item)
    masks, suits = (item.pk for item in items)
    sent = _ship(rescue, incident, "黄冈市", 4, 1, {masks: 6_000, suits: 400})
    _ship(rescue, incident, "宜昌市", 1, -2, {masks: 3_000})
    host = rescue.hosts("黄冈市")
    with acting(host):
        [line] = [each.line for each in follow_lines([sent.pk]) if each.line.item_id == masks]
    part = Received(line_id=line.pk, quantity=5_100, reason="一车未到（DEMO）")
    confirm(
        shipment=sent, received=[part], received_on=today - timedelta(2), key=uuid4(), actor=host,
        now=rescue.now,
    )  # fmt: skip
    enter_hold(
        programme=incident.programme, item=items[1], valid_from=today,
        valid_until=today + timedelta(7), reason="库房已满（DEMO）", actor=rescue.hosts("宜昌市"),
        now=rescue.now,
    )  # fmt: skip
    return items


def _ship(
    rescue: Rescue, incident: Incident, place: str, left: int, due: int, goods: dict[Any, int]
) -> Shipment:
    """Send goods that left so many days ago, and were due so many days ago."""
    today = timezone.localdate(rescue.now)
    return ship(
        programme=incident.programme,
        recipient=rescue.organisations[place],
        origin=rescue.organisations["福建省"],
        lines=[Sent(item_id=pk, quantity=quantity) for pk, quantity in goods.items()],
        sent_on=today - timedelta(left),
        expected_on=today - timedelta(due),
        document=f"调运单 {left}（DEMO）",
        key=uuid4(),
        actor=rescue.homes("福建省"),
        now=rescue.now,
    )
