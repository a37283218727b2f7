"""What a plan of a surge says, as tables for people and as JSON for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tiebeam.cases.surges import SurgeCase
from tiebeam.core.explain.surge_reasons import Alternative, OrderReason, WhatIf
from tiebeam.core.surge.model import Demand, Order, State, Surge
from tiebeam.core.surge.planned import SurgePlan
from tiebeam.core.surge.valuing import sums
from tiebeam.interfaces.cli import console, documents
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.session import Session
from tiebeam.interfaces.messages.figures import number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What is planned: the case on one morning, and the best plan found."""

    case: SurgeCase
    surge: Surge
    state: State
    demand: list[Demand]
    found: SurgePlan

    def day(self, number: int) -> date:
        """Return the date of a day of the case."""
        return self.case.first_day + timedelta(days=number)


Reasons = Sequence[tuple[OrderReason, tuple[Alternative, ...]]]


def print_plan(session: Session, morning: Morning) -> None:
    """Print the orders of the window, how good they are, and who can go home when."""
    facts = {
        "count": len(morning.demand),
        "tail": percent(float(morning.found.aims.tail), session.language),
    }
    several = "mean" if morning.found.aims.tail == 1 else "tail"
    code = several if len(morning.demand) > 1 else "median"
    console.print_lines([session.say(f"surge.planned_for_{code}", **facts)])
    rows = []
    for level in morning.found.levels:
        value = level.value[0] if isinstance(level.value, tuple) else level.value
        figure = _figure(session, level.level, value)
        rows.append((_level(session, level.level, 1), figure, percent(level.gap, session.language)))
    _print_table(session, "plan_levels", ("level", "value", "gap"), rows, figures=2)
    _print_orders(session, morning, "plan_orders", morning.found.orders)


def print_why(session: Session, morning: Morning, team: str, reasons: Reasons) -> None:
    """Print what each order of *team* is for, and what others would come to instead."""
    if not reasons:
        console.print_lines([session.say("surge.no_order", team=team)])
    for reason, alternatives in reasons:
        _print_orders(session, morning, "plan_orders", [reason.order])
        facts = {
            "before": reason.before, "after": reason.after, "worst": reason.worst,
            "place": _place(session, morning, reason.place), "person_days": reason.person_days,
        }  # fmt: skip
        code = reason.code if reason.order.to else "surge.why_home"
        console.print_lines(["", session.say(code, **facts)])
        if alternatives:
            rows = [_row_instead(session, morning, row) for row in alternatives]
            columns = ("team", "to", "arrives", "first_difference", "as_planned", "then")
            _print_table(session, "plan_instead", columns, rows, figures=0)


def print_what_if(
    session: Session, morning: Morning, supposed: Sequence[str], answer: WhatIf
) -> None:
    """Print each level side by side, and the orders that come and go."""
    console.print_lines([session.say("surge.what_if"), *(f"  {text}" for text in supposed)])
    rows = []
    for row in answer.levels:
        if row.level != "changes":
            worst, before, after = row.difference
            figures = (_figure(session, row.level, value) for value in (before, after))
            rows.append((_level(session, row.level, worst), *figures))
    _print_table(session, "plan_levels", ("level", "as_planned", "then"), rows, figures=2)
    _print_orders(session, morning, "plan_dropped", answer.dropped)
    _print_orders(session, morning, "plan_added", answer.added)


def print_document(morning: Morning, reasons: Reasons, answer: WhatIf | None) -> None:
    """Print everything as one JSON document; days are dates, ratios exact numbers or the nearest."""
    found = morning.found
    content: dict[str, Any] = {
        "case": morning.case.id,
        "on": morning.day(found.day),
        "scenarios": len(morning.demand),
        "tail": found.aims.tail,
        "levels": [
            {
                "level": row.level, "value": row.value, "bound": row.bound, "gap": row.gap,
                "certificate": row.certificate,
                **({"sums": sums(row.value)} if isinstance(row.value, tuple) else {}),
            }
            for row in found.levels
        ],
        "orders": [_order(morning, order) for order in found.orders],
        "homeward": {
            team: None if day is None else morning.day(day) for team, day in found.homeward.items()
        },
        "is_optimal": found.is_optimal,
        "why": [
            {
                **_order(morning, reason.order),
                "level": reason.level, "before": reason.before, "after": reason.after,
                "worst": reason.worst, "place": reason.place, "person_days": reason.person_days,
                "instead": [
                    {
                        **_order(morning, row.order),
                        "level": row.level, "before": row.before, "after": row.after,
                        "worst": row.worst,
                    }
                    for row in alternatives
                ],
            }
            for reason, alternatives in reasons
        ],
    }  # fmt: skip
    if answer is not None:
        content["what_if"] = {
            "levels": answer.levels,
            "dropped": [_order(morning, order) for order in answer.dropped],
            "added": [_order(morning, order) for order in answer.added],
        }
    console.print_document(documents.envelope("surge plan", ExitStatus.DONE, content))


def _order(morning: Morning, order: Order) -> dict[str, object]:
    return {
        "team": order.team,
        "to": order.to,
        "leaves_on": morning.day(order.leaves_on),
        "arrives_on": morning.day(order.arrives_on),
    }


def _print_orders(session: Session, morning: Morning, title: str, orders: Iterable[Order]) -> None:
    rows = [
        (
            order.team,
            _place(session, morning, order.to) or session.say("surge.home"),
            str(morning.day(order.leaves_on)),
            str(morning.day(order.arrives_on)),
        )
        for order in orders
    ]
    _print_table(session, title, ("team", "to", "leaves", "arrives"), rows, figures=0)


def _row_instead(session: Session, morning: Morning, row: Alternative) -> tuple[str, ...]:
    order = row.order
    where = (order.team, _place(session, morning, order.to), str(morning.day(order.arrives_on)))
    if row.level is None:
        return (*where, session.say("surge.no_difference"), "", "")
    figures = (_figure(session, row.level, value) for value in (row.before, row.after))
    return (*where, _level(session, row.level, row.worst), *figures)


def _print_table(
    session: Session,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: int,
) -> None:
    """Print a table; the last *figures* columns are numbers."""
    heads = [
        console.Column(
            title=session.say(f"surge.column.{name}"), is_figure=at >= len(columns) - figures
        )
        for at, name in enumerate(columns)
    ]
    console.print_table(session, session.say(f"surge.{title}", count=len(rows)), heads, rows)


def _place(session: Session, morning: Morning, place_id: str | None) -> str:
    names = {place.id: (place.name_en, place.name_zh) for place in morning.surge.places}
    return session.name(*names[place_id]) if place_id in names else ""


def _level(session: Session, level: str, worst: int) -> str:
    if level == "shortage" and worst > 1:
        return session.say("surge.level.mean_of_worst", worst=worst)
    return session.say(f"surge.level.{level}")


def _figure(session: Session, level: str, value: Fraction) -> str:
    is_share = level in ("shortage", "hub")
    return percent(float(value), session.language) if is_share else number(float(value))
