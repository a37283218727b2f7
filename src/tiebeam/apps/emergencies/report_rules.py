"""
When a daily report is late, and what in it is hard to believe: named rules over plain figures (§D4, §D5).

Nothing is read or written here, and nothing is refused: a flag asks somebody to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from fractions import Fraction

DUE_AT = time(10, 0)
"""A day is reported until this hour of the next one, in the time zone of the workspace."""
JUMP_FACTOR, JUMP_LEAST = 2, 50
BEDS_FACTOR = Fraction(3, 2)
STAFF_FACTOR = 2
TOTALS = ("admitted_total", "discharged_total", "died_total")


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that a figure meets: what it says, and the known figure before that it is held against."""

    rule: str
    column: str = ""
    figure: int | None = None
    before: int | None = None
    before_on: date | None = None


Figures = Mapping[str, int | None]


def due_at(day: date, zone: tzinfo) -> datetime:
    """Return the moment until which *day* is reported in time."""
    return datetime.combine(day + timedelta(days=1), DUE_AT, tzinfo=zone)


def list_flags(figures: Figures, before: Mapping[str, tuple[date, int]]) -> list[Flag]:
    """
    Return what in the figures of a day is hard to believe.

    Args:
        figures: Column -> figure; None where it is not known.
        before: Column -> the last day before on which it was known, and the figure.
    """
    flags = []
    patients, beds = figures.get("patients"), figures.get("beds")
    if patients is not None and beds is not None and patients > BEDS_FACTOR * beds:
        flags.append(Flag("over_beds", "patients", patients, beds))
    for column, figure in figures.items():
        if figure is None or column not in before:
            continue
        day, known = before[column]
        rule = _rule_of(column, figure, known)
        if rule:
            flags.append(Flag(rule, column, figure, known, day))
    return flags


def _rule_of(column: str, figure: int, known: int) -> str:
    if column in TOTALS:
        return "total_fell" if figure < known else ""
    if column == "staff":
        return "staff_fell" if figure * STAFF_FACTOR < known else ""
    if column == "patients":
        low, high = sorted((figure, known))
        return "jump" if high - low >= JUMP_LEAST and high > JUMP_FACTOR * low else ""
    return ""
