"""How far the people bound to a need fill it, day by day: pure, from tours alone (§E4, §E10)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
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
    """The people of one need, day by day."""

    tours: list[Tour]
    _ends: dict[UUID, date | None] = field(init=False)

    def __post_init__(self) -> None:
        """Know when each tour ends."""
        self._ends = {tour.deployment_id: tour.ends_on for tour in self.tours}

    def heads_on(self, day: date) -> int:
        """Return how many are bound on *day*; a successor counts when the one whom it relieves has gone."""
        return sum(self.heads_by_deployment(day).values())

    def heads_by_deployment(self, day: date) -> dict[UUID, int]:
        """Return how many of each deployment count on *day*."""
        return {tour.deployment_id: tour.heads for tour in self.tours if self._counts(tour, day)}

    def _counts(self, tour: Tour, day: date) -> bool:
        first = tour.starts_on
        if tour.relieves_id in self._ends:
            relieved_until = self._ends[tour.relieves_id]
            if relieved_until is None:
                return False
            first = max(first, relieved_until)
        return first <= day and (tour.ends_on is None or day < tour.ends_on)

    def most_heads(self, first: date, until: date) -> int:
        """Return the most that are bound on any one day of [*first*, *until*)."""
        # Between two ends or beginnings nothing changes.
        turns = {first} | {
            turn
            for tour in self.tours
            for turn in (tour.starts_on, tour.ends_on)
            if turn is not None and first <= turn < until
        }
        return max((self.heads_on(day) for day in turns), default=0) if first < until else 0

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
