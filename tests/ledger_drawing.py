"""Draws events for the books of one pair: those that may be posted, and those that have to be refused."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

from ledger_model import MOST_OF_A_ROW, OPENS_ANEW, PREPARES, RECIPIENT, Offer, PairModel, Said

FIRST_YEAR = 2024
LAST_DAY = dt.date(FIRST_YEAR + 2, 12, 31)
_DAY = dt.timedelta(days=1)


class Chance(Protocol):
    """Something that decides."""

    def one_of(self, options: Sequence[Any]) -> Any: ...

    def number(self, least: int, most: int) -> int: ...


@dataclass(frozen=True)
class Dice:
    """Chance with a seed."""

    random: Random

    def one_of(self, options: Sequence[Any]) -> Any:
        return self.random.choice(options)

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)


@dataclass(frozen=True)
class Drawn:
    """Chance of hypothesis, which seeks the shortest history where one fails."""

    draw: Callable[..., Any]

    def one_of(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))


def draw_enabled(model: PairModel, today: dt.date, chance: Chance) -> Said:
    """Draw an event that nothing speaks against: first its kind, so that rare ones are met as often."""
    back = chance.one_of([0, 0, 0, 0, 3, 40, 400])
    on = max(dt.date(FIRST_YEAR, 1, 1), today - dt.timedelta(days=back))
    by_kind: dict[str, list[Offer]] = {}
    for offer in model.offers(on, today):
        by_kind.setdefault(offer.said.kind, []).append(offer)
    # What was told least leads deep into the chains.
    told = Counter(batch.said.kind for batch in model.batches.values())
    seldom = sorted(by_kind, key=lambda kind: (told[kind], kind))
    kind = chance.one_of(seldom[:3] * len(seldom) + seldom)
    return fill(chance.one_of(by_kind[kind]), chance)


def fill(offer: Offer, chance: Chance) -> Said:
    """Say how much of an offer: all, a little, or something between."""
    if offer.said.kind == "reversal":
        return offer.said
    most = 5000 if offer.most is None else offer.most
    amount = chance.one_of([most, most, 1, chance.number(1, most)])
    counted = max(0, offer.most_counted)
    things = chance.one_of([counted, chance.number(0, counted)])
    return replace(offer.said, amount=amount, quantity=things)


def draw_refused(model: PairModel, today: dt.date, chance: Chance) -> Said:
    """Draw an event that has to be refused."""
    offers = [offer for offer in model.offers(today, today) if offer.said.kind != "reversal"]
    said = chance.one_of(offers).said
    one = replace(said, amount=1)
    alone = replace(one, follows="", quantity_unit="")
    side = "recipient" if said.kind in RECIPIENT else "donor"
    numbers = (0, -1, MOST_OF_A_ROW + 1, 1.5, float("nan"), "1", None)
    ways = [
        [replace(said, amount=number) for number in numbers],
        [replace(alone, kind="gift")],
        [replace(alone, kind="lapse", stage=stage) for stage in ("", "B130", "B150")],
        [replace(alone, kind="expenditure", nature=nature) for nature in ("", "other")],
        _of_wrong_days(model, today, one, offers),
        _outside_the_term(model, today, one, offers),
        [replace(alone, kind="opening", quantity=1), replace(alone, kind="commitment", quantity=1)],
        [replace(alone, kind="use_credit", amount=10**9)],
        [
            replace(offer.said, amount=offer.most + chance.one_of([1, 7, 10**9]))
            for offer in offers
            if offer.most is not None
        ],
        *[[Said("reversal", today, follows=key) for key in model.batches]] * 3,
        [
            Said("reversal", today, follows=key)
            for key, batch in model.batches.items()
            if batch.said.kind in {"carry", "lapse"}
            and batch.said.on.year < model.open_from["donor"]
        ],
        [replace(one, on=dt.date(model.open_from[side] - 1, 12, 31), relates_to=0)]
        if model.open_from[side]
        else [],
    ]
    wrong = chance.one_of(chance.one_of([way for way in ways if way]))
    return wrong if model.reasons(wrong, today) else replace(said, amount=0, quantity=0)


def _of_wrong_days(model: PairModel, today: dt.date, one: Said, offers: list[Offer]) -> list[Said]:
    """Return events of days to come, of a year that nobody set, and of days before what they follow."""
    days = [today + dt.timedelta(days=ahead) for ahead in (1, 400, 4000)]
    early = [replace(offer.said, amount=1) for offer in offers if offer.said.follows]
    early += [Said("reversal", today, follows=key) for key in model.batches]
    ahead = [replace(one, on=day) for day in [*days, dt.date(FIRST_YEAR - 1, 12, 31)]]
    return [
        # As often as all the others.
        *ahead * (1 + len(early) // len(ahead)),
        *(replace(said, on=model.batches[said.follows].said.on - _DAY) for said in early),
    ]


def _outside_the_term(
    model: PairModel, today: dt.date, one: Said, offers: list[Offer]
) -> list[Said]:
    """Return what is promised or moved before the pair begins, and what opens anew after its end."""
    if today >= model.ends:
        return [
            replace(one, kind=kind, follows="", quantity_unit="") for kind in sorted(OPENS_ANEW)
        ]
    return [
        replace(offer.said, amount=1, on=model.begins - _DAY)
        for offer in offers
        if offer.said.kind not in PREPARES
    ]
