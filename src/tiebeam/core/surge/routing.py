"""Which of the teams that are alike goes where, so that all travel least (§S6, `travel`)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import highspy
import numpy as np

from tiebeam.core.surge.framing import Frame
from tiebeam.core.surge.model import Order

Slot = tuple[str, int]
"""A place and the day of the window on which a team is on duty there."""
Source = tuple[str, int, tuple[str, ...]]
"""A home, the day of the window from which a team can leave it, and where it may go."""


def shorten_ways(frame: Frame, orders: Sequence[Order]) -> list[Order]:
    """
    Return *orders* with departures from home dealt out anew, so that the ways are shortest.

    Only teams with the same heads and tours take each other's place, and are on duty there on the
    same day: no other level changes. Orders that stood, and teams with several orders, stay.
    """
    at_home = {
        team: (kind, ready)
        for kind, members in frame.lumps.ready.items()
        for ready, team in members
    }
    counts: defaultdict[str, int] = defaultdict(int)
    for order in orders:
        counts[order.team] += 1
    kept: list[Order] = []
    loose: list[Order] = []
    for order in orders:
        stood = (order.team, order.to, order.leaves_on) in frame.standing
        is_loose = order.to is not None and order.team in at_home and counts[order.team] == 1
        (loose if is_loose and not stood else kept).append(order)
    busy = {order.team for order in kept} | {team for team, _, _ in frame.standing}
    alike: defaultdict[tuple[int, ...], tuple[dict[Source, list[str]], list[Slot]]] = defaultdict(
        lambda: (defaultdict(list), [])
    )
    for team, (number, ready) in sorted(at_home.items()):
        if team not in busy or team in {order.team for order in loose}:
            kind = frame.lumps.homes[number]
            key = (kind.size, kind.min_tour, kind.max_tour, kind.rest)
            alike[key][0][kind.home, ready, kind.places].append(team)
    for order in loose:
        kind = frame.lumps.homes[at_home[order.team][0]]
        key = (kind.size, kind.min_tour, kind.max_tour, kind.rest)
        alike[key][1].append((order.to or "", order.arrives_on - frame.state.day))
    return [*kept, *(o for s, slots in alike.values() if slots for o in _deal(frame, s, slots))]


def _deal(frame: Frame, sources: dict[Source, list[str]], slots: Iterable[Slot]) -> list[Order]:
    """Return the orders that fill *slots* from *sources* with the least kilometres."""
    travel = frame.surge.travel
    wanted: defaultdict[Slot, int] = defaultdict(int)
    for slot in slots:
        wanted[slot] += 1
    arcs = [
        (source, slot)
        for source in sources
        for slot in sorted(wanted)
        if slot[0] in source[2] and source[1] + travel.days(source[0], slot[0]) <= slot[1]
    ]
    flows = _transport(
        [float(travel.km(source[0], slot[0])) for source, slot in arcs],
        [list(sources).index(source) for source, _ in arcs],
        [sorted(wanted).index(slot) for _, slot in arcs],
        [len(teams) for teams in sources.values()],
        [wanted[slot] for slot in sorted(wanted)],
    )
    left = {source: list(teams) for source, teams in sources.items()}
    found = []
    for (source, (place, day)), flow in zip(arcs, flows, strict=True):
        for _ in range(flow):
            arrives = frame.state.day + day
            leaves = arrives - travel.days(source[0], place)
            found.append(
                Order(team=left[source].pop(0), to=place, leaves_on=leaves, arrives_on=arrives)
            )
    return found


def _transport(
    costs: list[float], source_of: list[int], slot_of: list[int], stock: list[int], want: list[int]
) -> list[int]:
    """Return the cheapest flows on the arcs; a transport problem has whole vertices."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("solver", "simplex")
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(costs), len(stock) + len(want)
    lp.col_cost_ = np.array(costs)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(costs)), np.full(len(costs), highspy.kHighsInf)
    lp.row_lower_ = np.array([*(0.0 for _ in stock), *want], dtype=float)
    lp.row_upper_ = np.array([*stock, *want], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * len(costs) + 1, 2)
    rows = [[source, len(stock) + slot] for source, slot in zip(source_of, slot_of, strict=True)]
    lp.a_matrix_.index_ = np.array(rows, dtype=np.int32).ravel()
    lp.a_matrix_.value_ = np.ones(2 * len(costs))
    highs.passModel(lp)
    highs.run()
    return [round(value) for value in highs.getSolution().col_value]
