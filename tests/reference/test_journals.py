"""The journals that we export, against programs of bookkeeping from outside (§L12)."""

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest

from checkers import ask
from ledger_examples import NAMES, HandRow, load_example
from tiebeam.core.ledger.chart import CHART
from tiebeam.core.ledger.posting import AccountKey, Row
from tiebeam.interchange.journals.beancount import write_beancount
from tiebeam.interchange.journals.entries import Balance, Book, Entry, Journal, year_end_balances
from tiebeam.interchange.journals.hledger import write_hledger
from tiebeam.interchange.journals.listing import write_listing
from tiebeam.interchange.journals.mapping import read_mapping

BOOKS = {
    "donor": Book(key="广东→林芝 donor", side="donor", owner=("Guangdong", "广东省")),
    "recipient": Book(key="广东→林芝 recipient", side="recipient", owner=("Nyingchi", "林芝市")),
}
WRITERS = {
    "beancount": (write_beancount, lambda path: ask("bean-check", path)),
    "hledger": (write_hledger, lambda path: ask("hledger", "-f", path, "check", "--strict")),
}
HOSTILE = '"; drop\n2020-01-01 open Assets:X\n\\" {fact: (1) | ; } 摘要 =1+1'


def _row(hand: HandRow) -> Row:
    side = CHART[hand.debit].side
    return Row(side, hand.debit, hand.credit, hand.amount, hand.year, hand.relates_to, hand.unit)


def _journal(name: str, narration: str = "") -> Journal:
    """Return the rows and the balances that an official wrote for an example of the law."""
    example = load_example(name)
    entries = []
    for number, step in enumerate(example.steps):
        for side, book in BOOKS.items():
            rows = tuple(row for row in map(_row, step.rows) if row.side == side)
            entries.append(
                Entry(
                    batch=f"{number:04}",
                    book=book,
                    kind=step.kind,
                    valid_on=step.on,
                    recorded_at=dt.datetime.combine(step.on, dt.time(9), dt.UTC),
                    rows=rows,
                    document=narration,
                    narration=narration,
                )
            )
    through = dt.date(max(row.year for step in example.steps for row in step.rows), 12, 31)
    stated = [
        Balance(
            book=BOOKS[CHART[code].side],
            account=AccountKey(CHART[code].side, code, year, unit),
            through=through,
            amount=amount,
        )
        for (code, year, unit), amount in example.balances.items()
    ]
    # The ends of years that no official wrote down are counted; the last is as he wrote it.
    named = {(balance.book, balance.account) for balance in stated}
    counted = [
        replace(balance, amount=0)
        if balance.through == through and (balance.book, balance.account) not in named
        else balance
        for balance in year_end_balances(entries)
        if balance.through < through or (balance.book, balance.account) not in named
    ]
    return Journal(title=f"Tiebeam {name}", entries=entries, balances=[*stated, *counted])


def _verdict(form: str, journal: Journal, folder) -> str:
    write, check = WRITERS[form]
    path = folder / f"export.{form}"
    path.write_text("\n".join(write(journal)) + "\n", encoding="utf-8")
    return check(str(path))


@pytest.mark.parametrize("form", WRITERS)
class TestAnExportedJournal:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_accepted_with_the_balances_of_the_law(self, form, name, tmp_path):
        assert _verdict(form, _journal(name), tmp_path) == ""

    def test_is_refused_where_one_balance_is_a_fen_off(self, form, tmp_path):
        journal = _journal("five-years")
        first, *others = journal.balances
        wrong = replace(journal, balances=[replace(first, amount=first.amount + 1), *others])

        assert "alance" in _verdict(form, wrong, tmp_path)

    def test_is_refused_where_an_account_that_nobody_used_should_hold_something(
        self, form, tmp_path
    ):
        journal = _journal("check-case")
        stray = replace(
            journal.balances[0], account=AccountKey("donor", "D1410", 0, "CNY"), amount=1
        )

        wrong = replace(journal, balances=[*journal.balances, stray])

        assert "alance" in _verdict(form, wrong, tmp_path)

    def test_takes_any_text_for_a_text(self, form, tmp_path):
        journal = replace(_journal("check-case", HOSTILE), title=HOSTILE, notes=[HOSTILE])

        assert _verdict(form, journal, tmp_path) == ""

    def test_tells_units_apart_whatever_they_are_called(self, form, tmp_path):
        row = Row("donor", "Q110", "Q100", 3, 2024)
        units = ("Q:件", "Q:kit", "Q:KIT", "Q:" + "长" * 30, "Q:" + "长" * 31, 'Q:"; x')
        entry = Entry(
            batch="1",
            book=BOOKS["donor"],
            kind="opening",
            valid_on=dt.date(2024, 1, 5),
            recorded_at=dt.datetime(2024, 1, 5, tzinfo=dt.UTC),
            rows=tuple(replace(row, unit=unit) for unit in units),
        )
        journal = Journal(title="", entries=[entry], balances=year_end_balances([entry]))

        assert len(journal.balances) == 2 * len(units)
        assert _verdict(form, journal, tmp_path) == ""

    def test_is_the_same_whatever_the_order_of_its_batches(self, form):
        write, _ = WRITERS[form]
        journal = _journal("five-years")

        turned = replace(journal, entries=journal.entries[::-1], balances=journal.balances[::-1])

        assert list(write(turned)) == list(write(journal))


class TestTheListing:
    def test_has_a_line_for_each_row_and_runs_nothing(self):
        journal = _journal("check-case", "=HYPERLINK(1)")

        lines = list(csv.DictReader(io.StringIO("\n".join(write_listing(journal)))))

        assert len(lines) == sum(len(entry.rows) for entry in journal.entries)
        assert {line["narration"] for line in lines} == {"'=HYPERLINK(1)"}
        # The example says: 1,000 万元 are due.
        (due,) = [line for line in lines if line["kind"] == "obligation"]
        assert (due["debit"], due["credit"], due["amount"]) == ("B110", "B100", "10000000.00")


class TestTheMappingTable:
    def test_says_something_of_every_account_of_money(self):
        named = {row.code for row in read_mapping() if row.scheme == "mof-2012-157"}

        assert named == {code for code, kind in CHART.items() if kind.group == "F"}

    def test_has_a_source_or_a_mark_for_every_line(self):
        assert {row.status for row in read_mapping()} == {"sourced", "assumption", "unknown"}
        assert [row for row in read_mapping() if not row.source] == []
        assert [row for row in read_mapping() if row.status == "unknown" and row.target] == []

    def test_maps_expense_and_revenue_as_the_ministry_does(self):
        target = {row.code: row.target for row in read_mapping() if row.scheme == "mof-2012-157"}

        assert (target["D5310"], target["R4330"]) == ("513", "413")
