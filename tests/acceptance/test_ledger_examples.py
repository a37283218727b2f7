"""
The examples of §L1 to §L13 that an official worked by hand, against our rules and against bean-check.

Bean-check reads the rows of the files alone: it accepts them before our code is asked, so the
balances expected of our code are those that two hands agree on.
"""

from collections import defaultdict

import pytest

from checkers import ask
from ledger_examples import NAMES, Example, HandRow, Step, load_example
from tiebeam.core.ledger.chart import CHART, MONEY, Side
from tiebeam.core.ledger.events import KINDS, Event, Frame, Policy
from tiebeam.core.ledger.posting import (
    AccountKey,
    Row,
    effects_of,
    find_breaches,
    mirrored,
    refuse_breaches,
    rows_of,
)
from tiebeam.core.ledger.soundness import find_unsound
from tiebeam.core.ledger.year_end import year_end
from tiebeam.errors import Refused

ROOTS = {"B": "Equity", "D": "Assets", "R": "Assets", "Q": "Equity"}


class Books:
    """The two books of one pair, kept with the rules of the core alone."""

    def __init__(self, example: Example) -> None:
        self.policies = {year: Policy(**said) for year, said in example.years.items()}
        self.open_from: dict[Side, int] = {}
        self.balances: dict[AccountKey, int] = {}
        self.posted: dict[str, tuple[Step, list[Row]]] = {}

    def rows(self, step: Step) -> list[Row]:
        frame = Frame(policies=self.policies, open_from=self.open_from)
        if step.kind == "close":
            side: Side = "donor" if step.side == "donor" else "recipient"
            return year_end(side, step.on.year, self.balances, step.terms["carried"])
        if step.kind == "reversal":
            return mirrored(self.posted[step.follows][1], frame)
        return rows_of(
            Event(kind=step.kind, year=step.on.year, **step.terms, **self.earlier(step)),
            frame,
            self.balances,
        )

    def earlier(self, step: Step) -> dict[str, int]:
        """Return the years of payment and receipt at the head of what *step* follows."""
        years = {}
        name = step.follows if step.kind in {"bounce", "refund_agreed", "refund_confirmed"} else ""
        while name in self.posted:
            before, _ = self.posted[name]
            if before.kind == "payment":
                years["paid_in"] = before.on.year
            if before.kind == "receipt":
                years["expensed_in"] = years["received_in"] = before.on.year
            name = before.follows
        return years

    def take(self, step: Step) -> list[Row]:
        rows = self.rows(step)
        effects = effects_of(rows)
        refuse_breaches(effects, self.balances)
        for key, change in effects.items():
            self.balances[key] = self.balances.get(key, 0) + change
        if step.kind == "close":
            self.open_from["donor" if step.side == "donor" else "recipient"] = step.on.year + 1
        if step.name:
            self.posted[step.name] = (step, rows)
        return rows


def as_hand(row: Row) -> HandRow:
    return HandRow(row.debit, row.credit, row.amount, row.unit, row.year, row.relates_to)


def journal_of(example: Example) -> str:
    """Write the hand-made rows and the hand-made balances of *example* for bean-check."""
    lines, opened, held = [], set(), defaultdict(set)
    last = example.steps[-1].on
    for step in example.steps:
        for row in step.rows:
            debit, credit = account(row.debit, row), account(row.credit, row)
            unit = "CNY" if row.unit == MONEY else row.unit[2:].upper()
            lines.append(f'{step.on} * "{step.kind}"\n  {debit}  {row.amount} {unit}\n  {credit}')
            opened |= {debit, credit}
            held[unit] |= {debit, credit}
            last = max(last, step.on)
    said = {}
    for (code, year, unit), amount in example.balances.items():
        name = named(code, year)
        said[name] = (amount if CHART[code].is_debit else -amount, unit.removeprefix("Q:").upper())
    for unit, names in sorted(held.items()):
        for name in sorted(names):
            amount, _ = said.get(name, (0, unit))
            lines.append(f"{last.replace(year=last.year + 1)} balance {name}  {amount} {unit}")
    openings = [f"1970-01-01 open {name}" for name in sorted(opened | set(said))]
    return "\n".join([*openings, *lines]) + "\n"


def account(code: str, row: HandRow) -> str:
    return named(code, row.year if CHART[code].is_yearly else 0)


def named(code: str, year: int) -> str:
    return f"{ROOTS[code[0]]}:{code}" + (f":Y{year}" if year else "")


@pytest.fixture(params=NAMES)
def example(request):
    return load_example(request.param)


class TestExamplesOfTheLaw:
    def test_are_accepted_by_a_checker_from_outside(self, example, tmp_path):
        path = tmp_path / "example.beancount"
        path.write_text(journal_of(example), encoding="utf-8")

        assert ask("bean-check", str(path)) == ""

    def test_post_the_rows_that_were_worked_by_hand(self, example):
        books = Books(example)

        for step in example.steps:
            assert [as_hand(row) for row in books.take(step)] == list(step.rows), step

    def test_leave_the_balances_that_were_worked_by_hand_and_nothing_else(self, example):
        books = Books(example)
        for step in example.steps:
            books.take(step)

        held = {(k.code, k.year, k.unit): left for k, left in books.balances.items() if left}
        assert held == {key: left for key, left in example.balances.items() if left}

    def test_keep_the_books_sound_after_every_step(self, example):
        books = Books(example)
        profiles = {said["profile"] for said in example.years.values()}
        unspent = example.years if profiles == {"on_expenditure"} else ()

        for step in example.steps:
            books.take(step)

            assert find_unsound(books.balances, unspent) == [], step

    def test_refuse_what_the_official_says_is_refused(self, example):
        books = Books(example)
        for step in example.steps:
            books.take(step)
        before = dict(books.balances)

        for step in example.refused:
            if step.code == "ledger.follows_too_much":
                continue  # What a batch still has open is known to the records (test_ledger_journey).
            with pytest.raises(Refused) as refused:
                books.take(step)
            assert refused.value.code == step.code, step
        assert books.balances == before


class TestExamplesTogether:
    def test_meet_every_kind_of_event(self):
        met = {step.kind for name in NAMES for step in load_example(name).steps}

        assert met >= set(KINDS) | {"close", "reversal"}

    def test_find_a_breach_only_where_an_account_falls(self):
        assert find_breaches({AccountKey("donor", "D3000", 0, MONEY): -5}, {}) == []
        assert find_breaches({AccountKey("donor", "D1000", 0, MONEY): -5}, {}) != []
