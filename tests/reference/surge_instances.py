"""Tiny surges, and every plan that the law lets them have (§S2), by trying all (§S6)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from tiebeam.core.surge.following import Course, start_course
from tiebeam.core.surge.model import (
    Demand,
    Home,
    Limits,
    Order,
    Place,
    Standing,
    State,
    Surge,
    Team,
    Travel,
)
from tiebeam.core.surge.planned import Aims
from tiebeam.core.surge.valuing import Valuation, sums

TODAY = 10
HOMES = ("A", "B")
PLACES = ("P", "Q", "R")


def tiny_travel(kilometres: dict[tuple[str, str], int]) -> Travel:
    """Return the ways of *kilometres* both ways, 100 km a day."""
    both = {**kilometres, **{(b, a): km for (a, b), km in kilometres.items()}}
    return Travel(kilometres=both, km_per_day=100)


@st.composite
def tiny_surges(draw, *, teams=2, window=4):
    """Draw a surge, its state, scenarios and standing orders."""
    places = PLACES[: draw(st.integers(2, 3))]
    seats = (*HOMES, *places)
    kilometres = {
        (a, b): draw(st.integers(10, 199)) for i, a in enumerate(seats) for b in seats[i + 1 :]
    }
    made = []
    standings = {}
    for number in range(teams):
        name, least = f"t{number}", draw(st.integers(1, 2))
        team = Team(
            id=name,
            home=draw(st.sampled_from(HOMES)),
            size=draw(st.sampled_from((3, 5))),
            ready_on=TODAY + draw(st.integers(-1, 1)),
            min_tour=least,
            max_tour=least + draw(st.integers(0, 4)),
            rest=draw(st.integers(0, 1)),
        )
        made.append(team)
        standings[name] = draw(standing_of(team, places))
    days = st.tuples(*[st.integers(0, 12)] * window)
    scenarios = [
        Demand(
            first_day=TODAY,
            patients={place: draw(days) for place in places},
            weight=Fraction(draw(st.integers(1, 3))),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    surge = Surge(
        places=tuple(
            Place(
                id=p,
                name_en="",
                name_zh="",
                latitude=0.0,
                longitude=0.0,
                own_staff=draw(st.integers(0, 3)),
                beds=10,
                is_hub=p == "P",
            )
            for p in places
        ),
        homes=tuple(Home(id=h, name_en="", name_zh="", latitude=0.0, longitude=0.0) for h in HOMES),
        teams=tuple(made),
        travel=tiny_travel(kilometres),
        staff_per_patient=Fraction(1),
        limits=Limits(),
        horizon=100,
    )
    state = State(day=TODAY, standings=standings, patients={}, known_to=TODAY - 1)
    return surge, state, scenarios


@st.composite
def standing_of(draw, team, places):
    """Draw how *team* stands on the morning of today."""
    status = draw(st.sampled_from(("home", "travelling", "on_duty", "returning", "resting")))
    place = draw(st.sampled_from(places))
    if status == "home":
        return Standing(team=team.id, status="home", place=None, since=0, until=None)
    if status == "on_duty":
        since = TODAY - draw(st.integers(0, team.max_tour - 1))
        return Standing(
            team=team.id,
            status=status,
            place=place,
            since=since,
            until=since + team.max_tour,
            tour_from=since,
        )
    until = TODAY + draw(st.integers(1, 2))
    there = place if status == "travelling" else None
    return Standing(team=team.id, status=status, place=there, since=TODAY - 1, until=until)


def every_plan(surge: Surge, state: State, window: int) -> Iterator[tuple[Order, ...]]:
    """Yield the orders of every plan of the window."""
    itineraries = [
        list(_itineraries(surge, team, state.standings[team.id], state.day, window))
        for team in surge.teams
    ]
    for chosen in product(*itineraries):
        yield tuple(order for orders in chosen for order in orders)


def _itineraries(surge, team, standing, today, window) -> Iterator[tuple[Order, ...]]:
    ends: list[str | None] = [None, *(place.id for place in surge.places)]

    def follow(orders: tuple[Order, ...]) -> tuple[Course, bool]:
        course = start_course(surge, team, standing, today)
        return course, all(course.take(order) is None for order in orders)

    def extend(orders: tuple[Order, ...], day: int) -> Iterator[tuple[Order, ...]]:
        yield orders
        for leaves in range(day, today + window):
            for end in ends:
                course, _ = follow(orders)
                course.let_tour_end(leaves)
                start = course.place or team.home
                way = surge.travel.days(start, end or team.home)
                order = Order(team=team.id, to=end, leaves_on=leaves, arrives_on=leaves + way)
                if leaves + way < today + window and follow((*orders, order))[1]:
                    yield from extend((*orders, order), leaves + 1)

    return extend((), today)


def list_figures(valuation: Valuation, aims: Aims) -> list[Fraction]:
    """Return all figures of a plan in the order in which they count."""
    figures: list[Fraction] = []
    for level in aims.levels:
        figure = valuation.figure(level)
        figures += sums(figure) if isinstance(figure, tuple) else [figure]
    return figures
