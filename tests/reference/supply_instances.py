"""Supplies small enough to work by hand, and smaller still to try every plan of shipments."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

from hypothesis import strategies as st

from tiebeam.core.surge.model import Home, Travel
from tiebeam.core.surge.supplying import Hold, Incoming, Shipment, Supplies

KM = {
    ("north", "a"): 100, ("north", "b"): 200, ("north", "c"): 300,
    ("south", "a"): 300, ("south", "b"): 100, ("south", "c"): 100,
}  # fmt: skip


def seat(name: str) -> Home:
    """Return a seat; its position does not matter, ways are given."""
    return Home(id=name, name_en=name, name_zh=name, latitude=0, longitude=0)


def three_places(**changed) -> Supplies:
    """
    Return two stores and three places over three days; 250 km are a day.

    Needed are 30 in A, 60 in B and 30 in C; there are 10, 20 and 30, and 30 in the stores.
    """
    given = {
        "day": 0,
        "window": 3,
        "per_patient": {"mask": Fraction(2)},
        "places": tuple(map(seat, "abc")),
        "stores": (seat("north"), seat("south")),
        "travel": Travel(kilometres=KM, km_per_day=250),
        "patients": {"a": (5, 5, 5), "b": (10, 10, 10), "c": (5, 5, 5)},
        "stocks": {
            ("a", "mask"): 10, ("b", "mask"): 20, ("c", "mask"): 30,
            ("north", "mask"): 20, ("south", "mask"): 10,
        },
    }  # fmt: skip
    return Supplies(**{**given, **changed})


@st.composite
def tiny_supplies(draw) -> Supplies:
    """Draw one item, a store or two, up to three places and three days; 100 km are a day."""
    small = st.integers(0, 3)
    places = "abc"[: draw(st.integers(1, 3))]
    stores = ("north", "south")[: draw(st.integers(1, 2))]
    window = draw(st.integers(2, 3 if len(places) + len(stores) < 5 else 2))
    seats = [*places, *stores]
    kilometres = {
        (store, place): draw(st.sampled_from((10, 50, 150))) for store in stores for place in places
    }
    incoming = st.builds(
        Incoming,
        seat=st.sampled_from(seats),
        item=st.just("mask"),
        units=st.integers(1, 2),
        on=st.sampled_from((4, 5, 6, None)),
    )
    hold = st.builds(
        Hold,
        place=st.sampled_from(places),
        item=st.sampled_from((None, "mask", "gown")),
        first=st.integers(4, 5),
        until=st.integers(6, 7),
    )
    return Supplies(
        day=5,
        window=window,
        per_patient={"mask": Fraction(draw(st.integers(1, 3)), 2)},
        places=tuple(map(seat, places)),
        stores=tuple(map(seat, stores)),
        travel=Travel(kilometres=kilometres, km_per_day=100),
        patients={
            place: tuple(draw(small) for _ in range(window))
            for place in places
            if draw(st.integers(0, 5))
        },
        stocks={(name, "mask"): draw(st.integers(0, 2)) for name in seats if draw(st.integers(0, 5))},
        incoming=tuple(draw(st.lists(incoming, max_size=2))),
        holds=tuple(draw(st.lists(hold, max_size=1))),
    )  # fmt: skip


def every_shipping(supplies: Supplies) -> Iterator[tuple[Shipment, ...]]:
    """Yield every choice of shipments that the stores can give, counted without the planner."""
    ways = [
        (store, place, day)
        for store in supplies.senders("mask")
        for place in supplies.needs("mask")
        for day in supplies.days
        if day + supplies.travel.days(store, place) < supplies.days.stop
        and supplies.may_leave("mask", place, day)
    ]
    stocks = {
        store: list(itertools.accumulate(supplies.supply(store, "mask")))
        for store in supplies.senders("mask")
    }
    yield from _choose(supplies, ways, stocks)


def _choose(supplies, ways, stocks) -> Iterator[tuple[Shipment, ...]]:
    if not ways:
        yield ()
        return
    store, place, day = ways[0]
    at = day - supplies.day
    for units in range(min(stocks[store][at:]) + 1):
        left = [stock - units * (d >= at) for d, stock in enumerate(stocks[store])]
        arrival = day + supplies.travel.days(store, place)
        first = Shipment(
            item="mask", store=store, place=place, units=units, leaves_on=day, arrives_on=arrival
        )
        for rest in _choose(supplies, ways[1:], {**stocks, store: left}):
            yield (first, *rest) if units else rest
