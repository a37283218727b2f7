"""
Half-open periods of days, [from, until), and the two dates of a question.

A fact has a period in which it is true; the audit log knows since when it was
known. Both together answer "who answered for this place on day X, as known on
day Y".
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""The days that people and programs may give: beyond them lie slips of the pen, and the ends of the calendar."""


def is_known_day(day: date) -> bool:
    """Return whether *day* lies between :data:`FIRST_DAY` and :data:`LAST_DAY`."""
    return FIRST_DAY <= day <= LAST_DAY


def read_known_day(text: str) -> date:
    """
    Return the day that *text* writes as 2020-02-10.

    Raises:
        ValueError: It writes none, or one outside :data:`FIRST_DAY` to :data:`LAST_DAY`.
    """
    day = date.fromisoformat(text)
    if not is_known_day(day):
        raise ValueError(text)
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """
    The two dates of a question.

    Attributes:
        true_on: The day for which it is asked.
        known_at: The moment whose knowledge counts; None for all that is known now.
    """

    true_on: date
    known_at: datetime | None = None


def holds_on(day: date, valid_from: date | None, valid_until: date | None) -> bool:
    """Return whether [*valid_from*, *valid_until*) holds *day*; None stands for no end."""
    return (valid_from is None or valid_from <= day) and (valid_until is None or day < valid_until)


def overlap(
    first: tuple[date | None, date | None], second: tuple[date | None, date | None]
) -> bool:
    """Return whether two half-open periods share a day; None stands for no end."""
    (first_from, first_until), (second_from, second_until) = first, second
    return (first_until is None or second_from is None or second_from < first_until) and (
        second_until is None or first_from is None or first_from < second_until
    )


def fits_within(
    inner: tuple[date | None, date | None], outer: tuple[date | None, date | None]
) -> bool:
    """Return whether nothing known of *inner* lies outside *outer*; None stands for not known."""
    (inner_from, inner_until), (outer_from, outer_until) = inner, outer
    return all(
        first is None or second is None or first <= second
        for first, second in ((outer_from, inner_from), (inner_until, outer_until))
    ) and overlap(inner, outer)


def valid_on(day: date) -> Q:
    """Return the condition that a record with ``valid_from`` and ``valid_until`` holds on *day*."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (
        Q(valid_until=None) | Q(valid_until__gt=day)
    )
