"""Teams of a surge from published totals: how large, from where, and when they can leave."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tiebeam.core.surge.model import Team, Travel
from tiebeam.units import allocate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """
    A home and the place the list names for it.

    Attributes:
        weight: By which the staff without a published total are split.
        staff, teams: Published totals; None where there is none.
    """

    home: str
    place: str
    weight: Fraction
    staff: int | None = None
    teams: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """
    Teams that came under one heading.

    Attributes:
        staff, teams: How many in all.
        arrived: (day, heads that had arrived by then), rising; straight lines between.
    """

    name: str
    pairs: Sequence[Pair]
    staff: int
    teams: int
    arrived: Sequence[tuple[int, int]]


def make_teams(
    streams: Sequence[Stream], travel: Travel, tour: Mapping[str, int]
) -> tuple[tuple[Team, ...], dict[str, str]]:
    """
    Return the teams of all streams, and the place the list names for each.

    A team is ready so many days before its arrival by the curve as its way to that place takes,
    so that the list makes the curve true; none is ready before day 0.
    """
    teams, assigned = [], {}
    for stream in streams:
        heads = _split_heads(stream)
        rows = [
            (Fraction(2 * at + 1, 2 * len(sizes)), at, pair, size)
            for pair, sizes in zip(stream.pairs, heads, strict=True)
            for at, size in enumerate(sizes)
        ]
        total = 0
        for _, at, pair, size in sorted(
            rows, key=lambda row: (*row[:2], row[2].home, row[2].place)
        ):
            total += size
            arrival = _day_of(stream.arrived, total)
            team = Team(
                id=f"{stream.name}:{pair.home}:{pair.place}:{at + 1}",
                home=pair.home,
                size=size,
                ready_on=max(0, arrival - travel.days(pair.home, pair.place)),
                min_tour=tour["min_tour"],
                max_tour=tour["max_tour"],
                rest=tour["rest"],
            )
            teams.append(team)
            assigned[team.id] = pair.place
    return tuple(teams), assigned


def _split_heads(stream: Stream) -> list[list[int]]:
    """Return the sizes of the teams of every pair."""
    open_pairs = {str(at): p.weight for at, p in enumerate(stream.pairs) if p.staff is None}
    left = stream.staff - sum(pair.staff or 0 for pair in stream.pairs)
    shares = allocate(left, open_pairs)
    staff = [
        shares[str(at)] if pair.staff is None else pair.staff
        for at, pair in enumerate(stream.pairs)
    ]
    counts = [pair.teams or 1 for pair in stream.pairs]
    for _ in range(stream.teams - sum(counts)):
        # The next team goes where teams are largest.
        free = [at for at, pair in enumerate(stream.pairs) if pair.teams is None]
        counts[max(free, key=lambda at: Fraction(staff[at], counts[at]))] += 1
    return [
        [heads // count + (at < heads % count) for at in range(count)]
        for heads, count in zip(staff, counts, strict=True)
    ]


def _day_of(arrived: Sequence[tuple[int, int]], heads: int) -> int:
    """Return the first day by which *heads* had arrived."""
    for (day, before), (later, after) in itertools.pairwise(arrived):
        if heads <= after:
            return day + ceil(Fraction((heads - before) * (later - day), after - before))
    return arrived[-1][0]
