"""
A machine that posts drawn events in two places at once, our books and the plain model, and compares them.

Whoever keeps the books says how (:class:`Books`): the rules of the core alone, or the whole
operations on a database.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger_drawing import FIRST_YEAR, LAST_DAY, Drawn, draw_enabled, draw_refused
from ledger_model import Account, PairModel, Row, Said
from tiebeam.errors import Refused

YEARS = range(FIRST_YEAR, FIRST_YEAR + 4)


class Books(Protocol):
    """
    Our books of one pair.

    Attributes:
        today: The day on which something is told.
    """

    today: dt.date

    def post(self, key: str, said: Said) -> list[Row]:
        """Post an event, or raise Refused."""

    def close(self, key: str, side: str, year: int, carried: dict[str, bool]) -> list[Row]:
        """End a year of one book."""

    def balances(self) -> dict[Account, int]:
        """Return what every account holds that holds anything."""

    def trace(self) -> object:
        """Return everything that a refused event must leave as it was."""

    def balances_as_of(self, true_on: dt.date, known_at: int) -> dict[Account, int]:
        """Return the same as of a day, as known after a step."""

    def trial(self, side: str, year: int) -> bytes:
        """Return the trial balance of a closed year."""


class LedgerMachine(RuleBasedStateMachine):
    """Events of one pair over two years and a part of the third."""

    met: ClassVar[Counter[str]]
    """Over all runs: accepted and refused, and each kind and code by itself."""

    open_books: ClassVar[Callable[[Any, PairModel], Books]]
    """Made by each machine: the books that are tried."""

    @initialize(
        profile=st.sampled_from(["on_expenditure", "on_receipt"]),
        reopens=st.lists(st.booleans(), min_size=len(YEARS), max_size=len(YEARS)),
        begins=st.sampled_from([dt.date(2020, 1, 1), dt.date(FIRST_YEAR, 2, 10)]),
        ends=st.sampled_from([dt.date(2030, 1, 1), dt.date(FIRST_YEAR + 2, 5, 1)]),
    )
    def begin(self, profile, reopens, begins, ends):
        policies = {year: (profile, each) for year, each in zip(YEARS, reopens, strict=True)}
        self.model = PairModel(policies, begins, ends)
        self.books = self.open_books(self.model)
        self.today = dt.date(FIRST_YEAR, 1, 1)
        self.step = 0
        self.tried_at = 0
        self.trials: dict[tuple[str, int], bytes] = {}
        self.known: dict[int, dict[Account, int]] = {}
        type(self).met[profile] += 1
        type(self).met[f"refunds reopen {reopens[0]}"] += 1

    def next_key(self) -> str:
        self.step += 1
        return f"b{self.step}"

    @rule(data=st.data(), days=st.integers(0, 30))
    def post(self, data, days):
        self.today = self.books.today = min(LAST_DAY, self.today + dt.timedelta(days=days))
        said = draw_enabled(self.model, self.today, Drawn(data.draw))
        reasons = self.model.reasons(said, self.today)
        if reasons:
            self.refuse(said, reasons)
            type(self).met["drawn and refused"] += 1
            return
        key = self.next_key()
        rows = self.books.post(key, said)
        assert as_lines(rows) == as_lines(self.model.post(key, said, self.step))
        if said.kind == "reversal" and not any(row.relates_to for row in rows):
            assert net([*rows, *self.model.batches[said.follows].rows]) == {}
        type(self).met["accepted"] += 1
        type(self).met[said.kind] += 1

    @rule(
        data=st.data(),
        keeps=st.fixed_dictionaries({}, optional={"B110": st.booleans(), "B120": st.booleans()}),
    )
    @precondition(lambda self: self.step % 4 == 0 and self.sides_to_close())
    def close_a_year(self, data, keeps):
        side = data.draw(st.sampled_from(self.sides_to_close()))
        year, key = self.year_to_close(side), self.next_key()
        rows = self.books.close(key, side, year, keeps)
        assert as_lines(rows) == as_lines(self.model.close(key, side, year, keeps, self.step))
        self.trials[side, year] = self.books.trial(side, year)
        type(self).met["accepted"] += 1
        type(self).met[f"close {side}"] += 1

    def sides_to_close(self) -> list[str]:
        return [side for side in ("donor", "recipient") if self.year_to_close(side)]

    def year_to_close(self, side: str) -> int:
        """Return the year that a side may end today, 0 where there is none."""
        year = self.model.open_from[side] or FIRST_YEAR
        return year if year < self.today.year else 0

    @rule(data=st.data())
    @precondition(lambda self: self.step >= self.tried_at + 3)
    def try_what_is_refused(self, data):
        self.tried_at = self.step
        said = draw_refused(self.model, self.today, Drawn(data.draw))
        self.refuse(said, self.model.reasons(said, self.today))

    def refuse(self, said: Said, reasons: set[str]) -> None:
        before = self.books.trace()
        with pytest.raises(Refused) as refused:
            self.books.post(f"r{self.step}", said)
        assert self.books.trace() == before
        code = refused.value.code
        assert code in reasons, (code, reasons, said)
        type(self).met.update(["refused", code])

    @invariant()
    def holds_what_the_model_holds(self):
        if not hasattr(self, "books"):
            return
        held = self.books.balances()
        assert held == {key: amount for key, amount in self.model.balances.items() if amount}
        assert self.model.find_wrong(held) == []
        if self.step % 7 == 0:
            self.known[self.step] = held

    def teardown(self):
        if not hasattr(self, "books"):
            return
        for (side, year), trial in self.trials.items():
            assert self.books.trial(side, year) == trial
        for step, held in self.known.items():
            assert self.books.balances_as_of(LAST_DAY, step) == held
            day = dt.date(FIRST_YEAR, 1, 1) + dt.timedelta(days=37 * step)
            assert self.books.balances_as_of(day, step) == self.model.as_of(day, step)


def net(rows: list[Row]) -> dict[Account, int]:
    """Return what *rows* together change."""
    changes: Counter[Account] = Counter()
    for row in rows:
        for account, change in row.ends():
            changes[account] += change
    return {account: change for account, change in changes.items() if change}


def as_lines(rows: list[Row]) -> list[str]:
    return sorted(map(str, rows))
