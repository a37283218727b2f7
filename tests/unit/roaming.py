"""Drawn surges, and a policy that gives any order the rules of §S2 leave open."""

from hypothesis import strategies as st

from tiebeam.core.surge.model import Order
from tiebeam.core.surge.replay import Decision
from unit.small_surge import small_surge, team


@st.composite
def surges(draw):
    size = st.integers(1, 9)
    teams = [
        team(
            f"t{at}",
            home=draw(st.sampled_from(["near", "far"])),
            size=draw(size),
            ready_on=draw(st.integers(0, 5)),
            min_tour=draw(st.integers(1, 3)),
            max_tour=draw(st.integers(3, 8)),
            rest=draw(st.integers(0, 3)),
        )
        for at in range(draw(st.integers(1, 4)))
    ]
    figures = st.lists(st.integers(0, 60), min_size=14, max_size=14).map(tuple)
    return small_surge(*teams, horizon=14), {"hub": draw(figures), "side": draw(figures)}


def roaming(surge, data):
    """Return a policy that gives any order the rules leave open."""

    def decide(state):
        orders = []
        for mate in surge.teams:
            standing = state.standings[mate.id]
            start = standing.place or mate.home
            goal = data.draw(st.sampled_from(["stay", "hub", "side", None]))
            if goal in ("stay", start) or standing.status not in ("home", "on_duty"):
                continue
            arrival = state.day + surge.travel.days(start, goal or mate.home)
            if standing.status == "home" and (goal is None or state.day < mate.ready_on):
                continue
            if standing.status == "on_duty" and (
                state.day < standing.since + mate.min_tour or (goal and arrival >= standing.until)
            ):
                continue
            orders.append(Order(team=mate.id, to=goal, leaves_on=state.day, arrives_on=arrival))
        return Decision(orders=tuple(orders))

    return decide
