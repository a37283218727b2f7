"""What the pages of money read: what passed, what is open, what waits, what a proposal would post (§L4, §L10)."""

from datetime import date
from uuid import uuid4

import pytest
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import Batch, Transfer
from tiebeam.apps.ledger.operations.disputes import dispute_payment
from tiebeam.apps.ledger.operations.obligation_rules import choose_rule
from tiebeam.apps.ledger.operations.preview import preview
from tiebeam.apps.ledger.queries.events import find_chain, list_events
from tiebeam.apps.ledger.queries.flows import list_pairs_at_work, list_years
from tiebeam.apps.ledger.queries.statements import list_statements
from tiebeam.apps.ledger.queries.waiting import list_open, list_proposals
from tiebeam.platform.tenancy.acting import acting

WAN = 10**6
DAY = date(2020, 3, 1)


@pytest.fixture
@ground
def paid(workspace):
    """1,000 due and appropriated, 900 committed, 400 ordered, 300 paid, 200 of it confirmed (万元)."""
    grounds = make_grounds(workspace)
    grounds.fix_year(2020)
    grounds.fix_year(2021)
    grounds.post("obligation", 1000 * WAN)
    grounds.post("opening", 1000 * WAN)
    grounds.post("appropriation", 1000 * WAN)
    commitment = grounds.post("commitment", 900 * WAN)
    order = grounds.post("order", 400 * WAN, follows_id=commitment.pk)
    payment = grounds.post("payment", 300 * WAN, follows_id=order.pk)
    grounds.post("receipt", 200 * WAN, follows_id=payment.pk)
    grounds.chain = (commitment, order, payment)
    return grounds


def open_amounts(grounds, *kinds):
    with acting(grounds.makers["donor"]):
        return sorted(row.amount for row in list_open(kinds))


class TestYears:
    def test_tell_what_stands_of_each_step(self, paid):
        undone = paid.post("commitment", 50 * WAN)
        paid.reverse(undone, "donor")

        with acting(paid.makers["donor"]):
            [year] = list_years()
        steps = ("due", "appropriated", "committed", "ordered", "paid", "confirmed")
        assert [year.flow(step) // WAN for step in steps] == [1000, 1000, 900, 400, 300, 200]
        assert (year.to_give, year.open) == (1000 * WAN, 700 * WAN)

    def test_leave_open_what_was_met_in_goods_that_the_rule_does_not_count(self, paid):
        """§P10: of 1,000 due 300 is paid; 150 more came in goods, 50 of it beyond the due."""
        commitment, *_ = paid.chain
        paid.post("opening", 150 * WAN, quantity=15, quantity_unit="kit")
        paid.post("appropriation", 50 * WAN, is_beyond_due=True)
        goods = {"quantity": 15, "quantity_unit": "kit"}
        lorry = paid.post("shipment", 150 * WAN, follows_id=commitment.pk, **goods)
        paid.post("goods_receipt", 150 * WAN, follows_id=lorry.pk, **goods)

        told = []
        for rule in ("", "wenchuan-2008", "tibet"):
            if rule:
                choose_rule(
                    programme=paid.programme, rule_id=rule, rule_version=1, indicator="revenue",
                    actor=paid.makers["coordinator"], now=LATER, reason="Chosen",
                )  # fmt: skip
            with acting(paid.makers["donor"]):
                [year] = list_years()
            told.append((year.open // WAN, year.uncounted // WAN))

        assert told == [(600, 0), (600, 0), (700, 100)]

    def test_hold_of_the_accounts_what_the_reader_may_read(self, paid):
        with acting(paid.makers["recipient"]):
            [year] = list_years(paid.pairing.pk)
        assert year.flow("paid") == 300 * WAN
        assert not any(code.startswith(("B", "D")) for code in year.held)

    def test_of_others_are_not_there(self, paid, hunan):
        with acting(hunan):
            assert list_years() == []
            assert list_pairs_at_work(hunan.organisation_id, DAY) == {}


class TestOpen:
    def test_is_what_nothing_that_stands_has_taken(self, paid):
        assert open_amounts(paid, "commitment", "order", "payment") == [
            100 * WAN, 100 * WAN, 500 * WAN,
        ]  # fmt: skip

    def test_agrees_with_what_posting_allows(self, paid):
        _, order, payment = paid.chain
        paid.post("bounce", 60 * WAN, follows_id=payment.pk)
        paid.post("cancel_order", 100 * WAN, follows_id=order.pk)

        # What came back and what was cancelled can be ordered anew.
        assert open_amounts(paid, "commitment", "order", "payment") == [40 * WAN, 660 * WAN]
        paid.post("order", 660 * WAN, follows_id=paid.chain[0].pk)
        assert open_amounts(paid, "commitment") == []

    def test_has_the_amount_again_when_what_took_it_is_reversed(self, paid):
        with acting(paid.makers["recipient"]):
            receipt = Batch.objects.get(kind="receipt")
        paid.reverse(receipt, "recipient")

        assert open_amounts(paid, "payment") == [300 * WAN]
        with acting(paid.makers["donor"]):
            assert [row.kind for row in find_chain(paid.chain[2]).after] == ["receipt"]
            assert [row.kind for row in find_chain(receipt).after] == ["reversal"]

    def test_counts_goods_besides_their_value(self, paid):
        paid.post("opening", 100 * WAN, quantity=40, quantity_unit="kits")
        said = {"quantity_unit": "kits", "follows_id": paid.chain[0].pk}
        sent = paid.post("shipment", 100 * WAN, quantity=40, **said)
        said["follows_id"] = sent.pk
        paid.post("goods_receipt", 100 * WAN, quantity=30, **said)

        with acting(paid.makers["donor"]):
            [row] = list_open(["shipment"])
        assert (row.amount, row.quantity) == (0, 10)

    def test_bears_the_last_dispute_and_its_age(self, paid):
        payment = paid.chain[2]
        for reason in ("Late", "Still late"):
            dispute_payment(
                payment=payment,
                amount=100 * WAN,
                reason=reason,
                actor=paid.makers["recipient"],
                now=LATER,
            )
        with acting(paid.makers["donor"]):
            [row] = list_open(["payment"], batch_id=payment.pk)
        assert row.dispute.reason == "Still late"
        assert row.age(date(2020, 3, 31)) == 30


class TestProposals:
    def test_are_those_of_the_own_organisation(self, paid):
        paid.propose("commitment", 5 * WAN)

        with acting(paid.checkers["donor"]):
            assert [row.kind for row in list_proposals()] == ["commitment"]
        for side in ("recipient", "coordinator"):
            with acting(paid.makers[side]):
                assert list_proposals() == []


class TestPreview:
    def test_tells_rows_and_balances_and_writes_nothing(self, paid):
        proposal = paid.propose("order", 100 * WAN, follows_id=paid.chain[0].pk)
        before = paid.balances("donor")

        seen = preview(proposal=proposal, actor=paid.checkers["donor"], now=LATER)

        assert [(row.debit, row.credit) for row in seen.rows] == [("B140", "B130")]
        told = {key.code: change for key, change in seen.changes.items()}
        assert told == {
            "B130": (500 * WAN, -100 * WAN),
            "B140": (100 * WAN, 100 * WAN),
        }
        assert paid.balances("donor") == before
        with acting(paid.makers["donor"]):
            assert not Transfer.objects.filter(batch_id=proposal.pk).exists()

    def test_keeps_the_other_side_s_rows_to_itself(self, paid):
        proposal = paid.propose("receipt", 50 * WAN, follows_id=paid.chain[2].pk)

        seen = preview(proposal=proposal, actor=paid.checkers["recipient"], now=LATER)

        assert {row.side for row in seen.rows} == {"recipient"}
        assert {key.side for key in seen.changes} == {"recipient"}
        assert seen.other_rows == 1

    def test_tells_why_it_would_be_refused(self, paid):
        proposal = paid.propose("order", 501 * WAN, follows_id=paid.chain[0].pk)

        seen = preview(proposal=proposal, actor=paid.checkers["donor"], now=LATER)

        assert seen.refusal.code == "ledger.more_than_left"
        assert seen.rows == ()


class TestStatement:
    def statement(self, grounds, year, side="donor"):
        with acting(grounds.makers[side]):
            found = list_statements(grounds.pairing.pk, year)
        return {
            (line.code, line.debit or -line.credit) for row in found for line in row.lines
        }, found

    def test_balances_and_stays_once_the_year_is_closed(self, paid):
        paid.close("donor", 2020)
        closed, [row] = self.statement(paid, 2020)
        assert sum(amount for _, amount in closed) == 0
        assert row.closed is not None
        assert ("B190", 700 * WAN) in closed

        paid.post("bounce", 40 * WAN, follows_id=paid.chain[2].pk, valid_on=date(2021, 1, 20))
        paid.post("receipt", 60 * WAN, follows_id=paid.chain[2].pk, valid_on=date(2020, 12, 30))

        assert self.statement(paid, 2020)[0] == closed
        assert ("B105", -700 * WAN) in self.statement(paid, 2021)[0]

    def test_is_of_the_book_that_may_be_read(self, paid):
        codes = {code for code, _ in self.statement(paid, 2020, "recipient")[0]}
        assert codes == {"R1000", "R2200"}


class TestEvents:
    def test_are_listed_by_day_kind_and_year(self, paid):
        with acting(paid.makers["recipient"]):
            rows, count = list_events(paid.pairing, kind="payment", year=2020)
            assert ([row.kind for row in rows], count) == (["payment"], 1)
            assert list_events(paid.pairing, year=2019) == ([], 0)
            first, _ = list_events(paid.pairing, order="amount", is_descending=False, stop=1)
        assert first[0].amount == 200 * WAN
        assert paid.propose("commitment", WAN, key=uuid4()).state == "proposed"
