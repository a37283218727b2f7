"""How far the people bound to a need fill it, day by day: pure, from tours alone (§E4, §E10)."""

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal
from uuid import UUID

Fill = Literal["filled", "partly_filled", "unfilled"]
MOST_DAYS = 366
"""How many days are looked at for gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """
    The people of one deployment from a day to another, which is no longer of it.

    Attributes:
        ends_on: None where no end is known.
        relieves_id: The deployment whose place it takes.
    """

    deployment_id: UUID
    heads: int
    starts_on: date
    ends_on: date | None = None
    relieves_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days on end with too few people: [first, until), and how many are lacking."""

    first: date
    until: date
    lacking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The days on which a team and its successor are both there; none where the successor comes later."""

    deployment_id: UUID
    successor_id: UUID
    overlap_days: int
    gap_days: int


@dataclass(slots=True)
class Cover:
    """The people of one need, day by day; a successor counts when the one whom it relieves has gone."""

    tours: list[Tour]
    _ends: dict[UUID, date | None] = field(init=False)
    _turns: list[date] = field(init=False)
    _heads: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Add up how many are there from each day on which somebody comes or goes."""
        self._ends = {tour.deployment_id: tour.ends_on for tour in self.tours}
        changes: Counter[date] = Counter()
        for tour in self.tours:
            first = self._first_day(tour)
            if first is None or (tour.ends_on is not None and tour.ends_on <= first):
                continue
            changes[first] += tour.heads
            if tour.ends_on is not None:
                changes[tour.ends_on] -= tour.heads
        self._turns = sorted(changes)
        self._heads = list(accumulate(changes[turn] for turn in self._turns))

    def _first_day(self, tour: Tour) -> date | None:
        """Return from when a tour counts; None where the end of the one that it relieves is not known."""
        if tour.relieves_id not in self._ends:
            return tour.starts_on
        relieved_until = self._ends[tour.relieves_id]
        return None if relieved_until is None else max(tour.starts_on, relieved_until)

    def heads_on(self, day: date) -> int:
        """Return how many are bound on *day*."""
        at = bisect_right(self._turns, day)
        return self._heads[at - 1] if at else 0

    def heads_by_deployment(self, day: date) -> dict[UUID, int]:
        """Return how many of each deployment count on *day*."""
        return {
            tour.deployment_id: tour.heads
            for tour in self.tours
            if (first := self._first_day(tour)) is not None
            and first <= day
            and (tour.ends_on is None or day < tour.ends_on)
        }

    def most_heads(self, first: date, until: date) -> int:
        """Return the most that are bound on any one day of [*first*, *until*)."""
        if first >= until:
            return 0
        start, stop = bisect_right(self._turns, first), bisect_left(self._turns, until)
        return max([self.heads_on(first), *self._heads[start:stop]])

    def list_gaps(self, needed: int, first: date, until: date) -> list[Gap]:
        """List the days of [*first*, *until*) with fewer than *needed*, those alike and on end together."""
        gaps: list[Gap] = []
        for number in range(min((until - first).days, MOST_DAYS)):
            day = first + timedelta(days=number)
            lacking = needed - self.heads_on(day)
            if lacking <= 0:
                continue
            last = gaps[-1] if gaps else None
            if last is not None and last.until == day and last.lacking == lacking:
                gaps[-1] = Gap(first=last.first, until=day + timedelta(days=1), lacking=lacking)
            else:
                gaps.append(Gap(first=day, until=day + timedelta(days=1), lacking=lacking))
        return gaps

    def list_hand_overs(self) -> list[HandOver]:
        """List how each successor follows the one whom it relieves, where that one's end is known."""
        found = []
        for tour in self.tours:
            ends_on = self._ends.get(tour.relieves_id) if tour.relieves_id else None
            if tour.relieves_id is None or ends_on is None:
                continue
            days = (ends_on - tour.starts_on).days
            found.append(
                HandOver(
                    deployment_id=tour.relieves_id,
                    successor_id=tour.deployment_id,
                    overlap_days=max(0, days),
                    gap_days=max(0, -days),
                )
            )
        return found


def fill_of(heads: int, needed: int) -> Fill:
    """Return how far *heads* fill a need of *needed*."""
    if heads >= needed:
        return "filled"
    return "partly_filled" if heads else "unfilled"
