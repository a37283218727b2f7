"""How long an item lasts in the places of an incident, and what to send them first (§E13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.supplying import (
    KM_PER_DAY,
    OLDEST,
    SupplyQuestion,
    ask_supplies,
)
from tiebeam.apps.supplies.models import Item
from tiebeam.apps.supplies.queries.items import list_items
from tiebeam.core.surge.planned import OPTIMAL_GAP
from tiebeam.core.surge.shipping import plan_supplies
from tiebeam.core.surge.supply_checking import check_supply_plan
from tiebeam.core.surge.supplying import (
    ItemPlan,
    Shipment,
    covers_of,
    explain_shipment,
    shorts_of,
)
from tiebeam.interfaces.web.emergencies.words import tabs_of_incident, trail_to
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.forms import PageForm
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.page import name_of, say_to, show_page
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, day, figure, table_as_file

LEVELS = {"expected": 0.5, "cautious": 0.9}
"""The quantile of the forecast that a reader plans for."""
MOST_WAYS = 2000
"""Stores times places times days that are planned while the reader waits; of more only the cover is told."""


class SupplyForm(PageForm):
    """Which item, how much of it a patient uses a day, and for which course of the patients."""

    words = "emergencies.supply_field"
    item = forms.ChoiceField()
    per_patient = forms.DecimalField(min_value=0, max_value=1000, max_digits=7, decimal_places=3)
    course = forms.ChoiceField()

    def __init__(self, request: HttpRequest, items: Sequence[Item]) -> None:
        """Offer the items of the catalogue."""
        asked = {"data": request.GET} if "item" in request.GET else {}
        super().__init__(request, **asked)
        self.fields["item"].choices = [  # type: ignore[attr-defined]  # both are of choices
            (str(row.pk), f"{name_of(request, row)} ({row.unit})") for row in items
        ]
        self.fields["course"].choices = [  # type: ignore[attr-defined]
            (key, say_to(request, f"emergencies.supply_course.{key}")) for key in LEVELS
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a question: days of cover, and what to send; no plan where it would take too long."""

    asked: SupplyQuestion
    covered: dict[str, int]
    before: dict[str, list[int]]
    plan: ItemPlan | None

    @property
    def after(self) -> dict[str, list[int]]:
        """Return what is short with the plan."""
        item = str(self.asked.item.pk)
        return shorts_of(self.asked.supplies, item, self.plan.shipments if self.plan else ())


@require_safe
@seated
def show_supplies(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Show the days of cover of each place, and which shipments a planner would send first."""
    incident = find_or_404(get_incident, incident_id)
    items = list_items()
    form = SupplyForm(request, items)
    found, status = None, 200
    if form.is_bound:
        status = 200 if form.is_valid() else 400
        if form.is_valid():
            given = form.cleaned_data
            found = _find(
                ask_supplies(
                    incident,
                    next(row for row in items if str(row.pk) == given["item"]), Fraction(given["per_patient"]),
                    LEVELS[given["course"]], timezone.now(),
                )
            )  # fmt: skip
    table = _places_table(request, found) if found else None
    if table and (file := table_as_file(table)):
        return file
    return show_page(
        request,
        "web/emergencies/supplying.html",
        title=_title(request, found),
        trail=trail_to(request, incident),
        tabs=tabs_of_incident(request, incident, "incident_supplies"),
        form=form, table=table,
        shipments=_shipments_table(request, found) if found else None,
        said=_say_plan(request, found) if found else [],
        assumptions=say_to(request, "emergencies.supply_assumptions", km=KM_PER_DAY, days=OLDEST),
        status=status,
    )  # fmt: skip


def _find(asked: SupplyQuestion) -> Found:
    supplies, item = asked.supplies, str(asked.item.pk)
    ways = len(supplies.senders(item)) * len(supplies.needs(item)) * supplies.window
    plan = None
    if 0 < ways <= MOST_WAYS:
        made = plan_supplies(supplies)
        # What the checker does not confirm is not shown.
        plan = made.items[0] if not check_supply_plan(supplies, made) else None
    return Found(
        asked=asked, covered=covers_of(supplies, item), before=shorts_of(supplies, item, ()),
        plan=plan,
    )  # fmt: skip


def _title(request: HttpRequest, found: Found | None) -> str:
    if found is None:
        return say_to(request, "emergencies.supply_title")
    short = [place for place, days in found.before.items() if any(days)]
    facts = {"short": len(short), "places": len(found.before), "days": found.asked.supplies.window}
    item = name_of(request, found.asked.item)
    code = "emergencies.supply_short" if short else "emergencies.supply_lasts"
    return say_to(
        request, code if found.before else "emergencies.supply_nobody", item=item, **facts
    )


def _places_table(request: HttpRequest, found: Found) -> Table:
    asked, item = found.asked, str(found.asked.item.pk)
    supplies, unit = asked.supplies, asked.item.unit
    needs, after = supplies.needs(item), found.after
    rows = []
    for place in sorted(needs, key=lambda each: (found.covered[each], each)):
        cover = found.covered[place]
        lasts = cover == supplies.window
        code = "emergencies.supply_days_more" if lasts else "emergencies.supply_days"
        rows.append(
            Row(
                (
                    Cell(name_of(request, asked.seats[place])),
                    figure(asked.last[place]),
                    Cell(
                        figure(supplies.stocks[place, item]).text,
                        exact=supplies.stocks[place, item],
                        note=asked.stock_days[place].isoformat(),
                    ),
                    figure(sum(supplies.supply(place, item)) - supplies.stocks[place, item]),
                    figure(sum(needs[place])),
                    Cell(
                        say_to(request, code, days=cover),
                        exact=cover,
                        status="good" if lasts else "bad" if cover < 3 else "risk",
                    ),
                    figure(sum(found.before[place])),
                    *([figure(sum(after[place]))] if found.plan else []),
                )
            )
        )
    return Table(
        name="supplies",
        columns=(
            _column(request, "place"), _column(request, "patients_last", "people"),
            _column(request, "stock", unit), _column(request, "on_the_way", unit),
            _column(request, "need_ahead", unit), _column(request, "cover"),
            _column(request, "short_before", unit),
            *([_column(request, "short_after", unit)] if found.plan else []),
        ),
        rows=tuple(rows), asked=read_asked(request),
        empty=say_to(request, "emergencies.supply_no_places"),
    )  # fmt: skip


def _column(request: HttpRequest, key: str, unit: str = "") -> Column:
    if unit == "people":
        unit = say_to(request, "emergencies.unit.people")
    head = say_to(request, f"emergencies.column.{key}")
    return Column(key, head, unit=unit, is_number=bool(unit))


def _shipments_table(request: HttpRequest, found: Found) -> Table | None:
    if not found.plan or not found.plan.shipments:
        return None
    unit = found.asked.item.unit
    return Table(
        name="shipments",
        columns=(
            _column(request, "store"), _column(request, "place"), _column(request, "units", unit),
            _column(request, "leaves_on"), _column(request, "arrives_on"), _column(request, "why"),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, found.asked.seats[row.store])),
                    Cell(name_of(request, found.asked.seats[row.place])),
                    figure(row.units),
                    day(_on(found, row.leaves_on)),
                    day(_on(found, row.arrives_on)),
                    Cell(_say_why(request, found, row)),
                )
            )
            for row in found.plan.shipments
        ),
    )  # fmt: skip


def _on(found: Found, at: int) -> date:
    return found.asked.today + timedelta(days=at)


def _say_why(request: HttpRequest, found: Found, shipment: Shipment) -> str:
    assert found.plan is not None  # it is of the plan
    reason = explain_shipment(found.asked.supplies, found.plan.shipments, shipment)
    if reason is None:
        return ""
    return say_to(
        request, "emergencies.supply_why", units=reason.units, unit=found.asked.item.unit,
        day=_on(found, reason.day),
    )  # fmt: skip


def _say_plan(request: HttpRequest, found: Found) -> list[str]:
    """Return what is to be known beside the tables: how good the plan is, and what is in none of them."""
    supplies, item = found.asked.supplies, str(found.asked.item.pk)
    if found.plan is not None:
        proven = all(grade.gap <= OPTIMAL_GAP for grade in found.plan.levels)
        code = "proven" if proven else "within"
    else:
        code = "too_many" if supplies.senders(item) and supplies.needs(item) else "no_store"
    said = [say_to(request, f"emergencies.supply_plan.{code}", ways=MOST_WAYS)]
    for what, names in _group(request, found):
        said.append(say_to(request, f"emergencies.supply_unknown.{what}", names=names, days=OLDEST))
    return said


def _group(request: HttpRequest, found: Found) -> Iterable[tuple[str, tuple[Any, ...]]]:
    names: dict[str, list[str]] = {}
    for unknown in found.asked.supplies.list_unknowns():
        name = name_of(request, found.asked.seats[unknown.seat])
        names.setdefault(unknown.what, []).append(
            f"{name} ({unknown.units})" if unknown.units else name
        )
    for row in found.asked.nowhere:
        names.setdefault("nowhere", []).append(name_of(request, row))
    return ((what, tuple(rows)) for what, rows in names.items())
