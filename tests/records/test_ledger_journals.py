"""What stands in the books, proved by programs of bookkeeping from outside (§L11, §L12)."""

from dataclasses import replace
from datetime import date

import pytest
from tests.grounds import ground

from checkers import ask
from records.ledger_grounds import make_grounds
from tiebeam.apps.ledger.queries.journals import list_books, read_journal
from tiebeam.interchange.journals.beancount import write_beancount
from tiebeam.interchange.journals.hledger import write_hledger
from tiebeam.interchange.journals.listing import write_listing
from tiebeam.platform.tenancy.acting import acting

WAN = 10**6
"""万元, in fen."""


@pytest.fixture
@ground
def grounds(workspace):
    """Two years: one closed by the donor, a receipt of it told late, goods, a reversal."""
    found = make_grounds(workspace)
    found.fix_year(2020)
    found.fix_year(2021)
    found.post("obligation", 1000 * WAN)
    found.post("opening", 1000 * WAN)
    found.post("opening", 200 * WAN, quantity=20, quantity_unit="件")
    found.post("appropriation", 900 * WAN)
    commitment = found.post("commitment", 700 * WAN)
    order = found.post("order", 400 * WAN, follows_id=commitment.pk)
    payment = found.post("payment", 400 * WAN, follows_id=order.pk)
    found.post("receipt", 250 * WAN, follows_id=payment.pk)
    lorries = found.post(
        "shipment", 200 * WAN, follows_id=commitment.pk, quantity=20, quantity_unit="件"
    )
    found.post("goods_receipt", 150 * WAN, follows_id=lorries.pk, quantity=15, quantity_unit="件")
    wrong = found.post("expenditure", 33 * WAN, nature="current")
    found.close("donor", 2020)
    found.post("receipt", 150 * WAN, follows_id=payment.pk, valid_on=date(2020, 12, 30))
    found.reverse(wrong, "recipient", valid_on=date(2021, 1, 20))
    found.post("expenditure", 210 * WAN, nature="capital", valid_on=date(2021, 1, 25))
    return found


def _journal(grounds, side):
    with acting(grounds.makers[side]):
        return read_journal("Tibet", list_books(programme_id=grounds.programme.pk))


@pytest.mark.parametrize("side", ["donor", "recipient", "coordinator"])
class TestAnExport:
    def test_is_accepted_with_the_balances_of_the_books(self, grounds, side, tmp_path):
        journal = _journal(grounds, side)

        assert _verdicts(journal, tmp_path) == ("", "")

    def test_holds_the_books_that_one_reads_and_no_others(self, grounds, side):
        sides = {entry.book.side for entry in _journal(grounds, side).entries}

        assert sides == ({side} if side != "coordinator" else {"donor", "recipient"})


class TestAnExportOfTheDonor:
    def test_holds_what_was_kept_of_the_closed_year(self, grounds):
        kept = {
            (balance.account.code, balance.account.year): balance.amount
            for balance in _journal(grounds, "donor").balances
            if balance.through == date(2020, 12, 31)
        }

        # Of 900 appropriated and 700 committed, 400 was paid, 150 delivered and 50 is on its way.
        assert kept["B150", 2020] == 400 * WAN
        assert kept["B160", 2020] == 150 * WAN
        assert kept["D1310", 0] == 150 * WAN
        assert kept["B190", 2020] == 350 * WAN

    def test_is_refused_where_a_row_was_changed_behind_the_books(self, grounds, tmp_path):
        journal = _journal(grounds, "donor")
        first, *others = journal.entries
        row, *rows = first.rows
        changed = replace(first, rows=(replace(row, amount=row.amount - 1), *rows))

        verdicts = _verdicts(replace(journal, entries=[changed, *others]), tmp_path)

        assert all("alance" in verdict for verdict in verdicts)

    def test_lists_every_row_once(self, grounds):
        journal = _journal(grounds, "donor")

        listed = list(write_listing(journal))

        assert len(listed) == 1 + sum(len(entry.rows) for entry in journal.entries)


def _verdicts(journal, folder) -> tuple[str, str]:
    bean, led = folder / "export.beancount", folder / "export.hledger"
    bean.write_text("\n".join(write_beancount(journal)) + "\n", encoding="utf-8")
    led.write_text("\n".join(write_hledger(journal)) + "\n", encoding="utf-8")
    return ask("bean-check", str(bean)), ask("hledger", "-f", str(led), "check", "--strict")
