"""What each event does to the books of both sides, and what is refused (§L4 to §L9)."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import Batch, Dispute, Proposal, Transfer
from tiebeam.apps.ledger.operations import posting
from tiebeam.apps.ledger.operations.chain import MoreThanLeft
from tiebeam.apps.ledger.operations.disputes import dispute_payment
from tiebeam.apps.ledger.operations.proposals import (
    NotOwnProposal,
    NotProposed,
    post_proposal,
    propose,
    propose_reversal,
    return_proposal,
    withdraw_proposal,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.finality import is_final
from tiebeam.errors import Refused
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.clock import telling_time

WAN = 10**6
"""万元, in fen."""


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    return found


@pytest.fixture
@ground
def funded(grounds):
    """Due and appropriated 1,000 万元, with the money in the treasury."""
    grounds.post("obligation", 1000 * WAN)
    grounds.post("opening", 1000 * WAN)
    grounds.post("appropriation", 1000 * WAN)
    return grounds


class TestCashEvents:
    def test_stand_in_both_books_as_worked_by_hand(self, funded):
        commitment = funded.post("commitment", 900 * WAN)
        order = funded.post("order", 700 * WAN, follows_id=commitment.pk)
        payment = funded.post("payment", 700 * WAN, follows_id=order.pk)
        receipt = funded.post("receipt", 700 * WAN, follows_id=payment.pk)
        funded.post("expenditure", 600 * WAN, nature="capital")
        funded.post("handover", 600 * WAN)
        agreed = funded.post("refund_agreed", 50 * WAN, follows_id=receipt.pk)
        paid = funded.post("refund_paid", 50 * WAN, follows_id=agreed.pk)
        funded.post("refund_confirmed", 50 * WAN, follows_id=paid.pk)
        funded.post("decommitment", 100 * WAN, follows_id=commitment.pk)

        assert funded.balances("donor") == {
            "B100/2020": 1000 * WAN,
            "B120/2020": 250 * WAN,
            "B130/2020": 100 * WAN,
            "B150/2020": 650 * WAN,
            "D1000": 350 * WAN,
            "D3000": 1000 * WAN,
            "D5310/2020": 650 * WAN,
        }
        assert funded.balances("recipient") == {
            "R1000": 50 * WAN,
            "R1610": 600 * WAN,
            "R2200": 50 * WAN,
            "R4330/2020": 600 * WAN,
        }

    def test_in_part_leave_the_rest_on_its_way(self, funded):
        payment = funded.pay(700 * WAN)
        funded.post("receipt", 300 * WAN, follows_id=payment.pk)

        assert funded.balances("donor")["D1310"] == 400 * WAN
        with pytest.raises(Refused, match=r"'ledger\.more_than_left'"):
            funded.post("receipt", 400 * WAN + 1, follows_id=payment.pk)
        funded.post("receipt", 400 * WAN, follows_id=payment.pk)
        assert "D1310" not in funded.balances("donor")

    def test_that_bounce_give_the_commitment_its_amount_back(self, funded):
        commitment = funded.post("commitment", 700 * WAN)
        order = funded.post("order", 700 * WAN, follows_id=commitment.pk)
        payment = funded.post("payment", 700 * WAN, follows_id=order.pk)
        with pytest.raises(Refused, match=r"'ledger\.more_than_left'"):
            funded.post("order", 1, follows_id=commitment.pk)
        funded.post("bounce", 700 * WAN, follows_id=payment.pk)

        again = funded.post("order", 700 * WAN, follows_id=commitment.pk)
        assert again.head_id == commitment.pk
        assert funded.balances("donor")["B140/2020"] == 700 * WAN

    def test_name_purpose_and_agreement_of_what_they_follow(self, funded):
        payment = funded.pay(5, purpose="education")

        receipt = funded.post("receipt", 5, follows_id=payment.pk)

        assert (receipt.purpose, receipt.agreement_id) == ("education", funded.agreement.pk)


class TestGoods:
    def test_are_valued_and_counted_on_both_sides(self, funded):
        kits = {"quantity": 20, "quantity_unit": "kits"}
        funded.post("opening", 100, **kits)
        commitment = funded.post("commitment", 100)
        shipment = funded.post("shipment", 100, follows_id=commitment.pk, **kits)
        with pytest.raises(Refused, match=r"'ledger\.wrong_unit'"):
            funded.post("goods_receipt", 50, follows_id=shipment.pk, quantity=1, quantity_unit="m")
        with pytest.raises(Refused, match=r"'ledger\.more_than_left'"):
            funded.post("goods_receipt", 50, follows_id=shipment.pk, **kits | {"quantity": 21})
        funded.post("goods_receipt", 60, follows_id=shipment.pk, **kits | {"quantity": 12})
        funded.post("supplies_used", 10, **kits | {"quantity": 2})

        donor, recipient = funded.balances("donor"), funded.balances("recipient")
        assert (donor["B160/2020"], donor["D1410"], donor["D5340/2020"]) == (60, 40, 60)
        assert (donor["Q120/Q:kits"], donor["Q150/Q:kits"]) == (8, 12)
        assert (recipient["Q210/Q:kits"], recipient["Q250/Q:kits"]) == (10, 2)
        assert (recipient["R1400"], recipient["R5400/2020"]) == (50, 10)

    def test_are_counted_on_arrival_where_they_were_sent_counted(self, funded):
        kits = {"quantity": 5, "quantity_unit": "kits"}
        funded.post("opening", 100, **kits)
        commitment = funded.post("commitment", 100)
        funded.post("shipment", 50, follows_id=commitment.pk, **kits)
        uncounted = funded.post("shipment", 50, follows_id=commitment.pk)

        with pytest.raises(Refused, match=r"'ledger\.wrong_unit'"):
            funded.post("goods_receipt", 50, follows_id=uncounted.pk, **kits)


class TestCredit:
    def test_that_met_a_later_due_is_not_taken_back(self, funded):
        funded.post("obligation", 30)
        excess = funded.post("due_down", 1000 * WAN, valid_on=date(2020, 4, 1))
        assert funded.balances("donor")["B108/2020"] == 1000 * WAN - 30
        funded.post("obligation", 40)
        funded.post("use_credit", 40)

        with pytest.raises(Refused, match=r"'ledger\.credit_used_up'"):
            funded.reverse(excess, "coordinator")
        funded.post("due_up", 1000 * WAN)
        assert funded.balances("donor")["B108/2020"] == 40


class TestPosting:
    def test_takes_two_people_whoever_stands_in(self, grounds):
        made = grounds.propose("obligation", 5)
        maker, checker = grounds.makers["coordinator"], grounds.checkers["coordinator"]
        for hand in (maker, replace(checker, deputy_of=maker.person_id)):
            with pytest.raises(Refused, match=r"'ledger\.own_proposal'"):
                post_proposal(proposal=made, actor=hand, now=LATER)
        assert (
            post_proposal(proposal=made, actor=checker, now=LATER).checker_id == checker.person_id
        )

    @pytest.mark.parametrize(
        ("kind", "side"),
        [("obligation", "donor"), ("appropriation", "recipient"), ("expenditure", "donor")],
    )
    def test_is_proposed_by_no_other_side(self, grounds, kind, side):
        terms = Terms(
            kind=kind, amount=5, valid_on=date(2020, 3, 1), document="x", nature="current"
        )
        with pytest.raises(Refused, match="not_a_side"):
            propose(
                pairing=grounds.pairing,
                terms=terms,
                key=uuid4(),
                actor=grounds.makers[side],
                now=LATER,
            )

    def test_is_checked_by_finance(self, grounds):
        made = grounds.propose("opening", 5)
        office = replace(grounds.makers["donor"], person_id=uuid4())
        with pytest.raises(Refused, match="not_allowed"):
            post_proposal(proposal=made, actor=office, now=LATER)

    def test_sent_again_finds_the_batch_standing(self, grounds):
        key = uuid4()
        first = grounds.post("opening", 5, key=key)
        again = grounds.post("opening", 5, key=key)

        assert again == first
        assert grounds.balances("donor")["D1000"] == 5
        with pytest.raises(Refused, match=r"'ledger\.key_reused'"):
            grounds.propose("opening", 6, key=key)

    def test_leaves_one_entry_with_both_sides_named(self, grounds):
        batch = grounds.post("opening", 5)

        with acting(grounds.makers["donor"]):
            entry = Entry.objects.get(record_type="ledger.batch", record_id=batch.pk)
        assert str(grounds.owners["recipient"]) in entry.body
        assert entry.action == "ledger.post_proposal"

    def test_refused_leaves_no_trace(self, funded):
        before = funded.balances("donor")
        made = funded.propose("expenditure", 5, nature="current")
        with pytest.raises(Refused, match=r"'ledger\.overdrawn'") as caught:
            post_proposal(proposal=made, actor=funded.checkers["recipient"], now=LATER)

        assert caught.value.facts["account"] == "R1000"
        assert (caught.value.facts["balance"], caught.value.facts["asked"]) == (0, 5)
        assert funded.balances("donor") == before
        with acting(funded.makers["recipient"]):
            assert Proposal.objects.get(pk=made.pk).state == "proposed"
            assert not Batch.objects.filter(kind="expenditure").exists()

    def test_is_recorded_when_it_holds_its_books_and_after_what_stands_in_them(
        self, funded, monkeypatch
    ):
        """§L11: asked for at one moment, it is known from the moment after its wait on."""
        after, order = LATER + timedelta(seconds=7), []
        monkeypatch.setattr(posting, "share", lambda *ids: order.append("held"))

        def clock():
            order.append("asked")
            return after

        with telling_time(clock):
            waited = funded.post("opening", 5)
        assert order[:2] == ["held", "asked"]
        behind = funded.post("opening", 6)

        assert (waited.recorded_at, behind.recorded_at) == (after, after)
        with acting(funded.makers["donor"]):
            for row in Transfer.objects.filter(batch__in=[waited, behind]):
                assert row.recorded_at == after

    def test_is_refused_where_it_takes_longer_than_what_was_known_may_stay_open(self, funded):
        before, waiting = funded.balances("donor"), funded.propose("opening", 5)
        moments = iter([LATER, LATER + timedelta(minutes=5, seconds=1)])

        with (
            telling_time(lambda: next(moments)),
            pytest.raises(Refused, match=r"'ledger\.post_too_slow'"),
        ):
            post_proposal(proposal=waiting, actor=funded.checkers["donor"], now=LATER)
        assert funded.balances("donor") == before

    @pytest.mark.parametrize(("minutes", "known"), [(9, False), (10, True)])
    def test_can_change_what_was_known_for_ten_minutes(self, minutes, known):
        assert is_final(LATER, LATER + timedelta(minutes=minutes)) is known

    def test_shows_each_side_its_own_rows_alone(self, funded):
        payment = funded.pay(5)
        receipt = funded.post("receipt", 5, follows_id=payment.pk)

        for side, rows in (("donor", 1), ("recipient", 1)):
            with acting(funded.makers[side]):
                assert Batch.objects.filter(pk=receipt.pk).exists()
                assert Transfer.objects.filter(batch=receipt).count() == rows
        with acting(funded.makers["coordinator"]):
            assert Transfer.objects.filter(batch=receipt).count() == 2


class TestProposal:
    @pytest.mark.parametrize(
        ("code", "kind", "amount", "terms"),
        [
            ("unknown_kind", "gift", 5, {}),
            ("amount_out_of_range", "obligation", 0, {}),
            ("amount_out_of_range", "obligation", -5, {}),
            ("amount_out_of_range", "obligation", 10**15 + 1, {}),
            ("amount_out_of_range", "obligation", float("nan"), {}),
            ("amount_out_of_range", "obligation", True, {}),
            ("amount_out_of_range", "obligation", "5", {}),
            ("document_missing", "obligation", 5, {"document": " "}),
            ("text_too_long", "obligation", 5, {"document": "x" * 201}),
            ("year_not_set", "obligation", 5, {"valid_on": date(2019, 1, 1)}),
            ("term_missing", "lapse", 5, {"stage": "B130"}),
            ("term_missing", "expenditure", 5, {"nature": "wages"}),
            ("term_missing", "opening", 5, {"quantity": 3}),
            ("term_missing", "due_up", 5, {"relates_to": 2020}),
            ("purpose_missing", "commitment", 5, {"purpose": ""}),
            ("no_agreement_in_force", "commitment", 5, {"agreement_id": None}),
            ("no_agreement_in_force", "commitment", 5, {"agreement_id": uuid4()}),
            ("follows_nothing", "order", 5, {}),
            ("followed_unknown", "order", 5, {"follows_id": uuid4()}),
        ],
    )
    def test_is_refused_where_its_terms_are_wrong(self, grounds, code, kind, amount, terms):
        with pytest.raises(Refused, match=rf"'ledger\.{code}'"):
            grounds.propose(kind, amount, **terms)

    @pytest.mark.parametrize(
        ("code", "kind", "day"),
        [
            ("day_ahead", "opening", date(2021, 2, 2)),
            ("day_before_followed", "order", date(2020, 2, 29)),
            ("day_before_term", "commitment", date(2019, 12, 31)),
            ("day_after_term", "commitment", date(2020, 12, 1)),
        ],
    )
    def test_is_of_a_day_on_which_it_can_be_true(self, funded, code, kind, day):
        """§L14, told on 1 February 2021 of a pair of 2020 until the end of November."""
        follows = {"follows_id": funded.post("commitment", 5).pk} if kind == "order" else {}
        funded.set_term(date(2020, 1, 1), date(2020, 12, 1))

        with pytest.raises(Refused, match=rf"'ledger\.{code}'"):
            funded.propose(kind, 5, valid_on=day, now=LATER, **follows)

    def test_is_asked_for_its_day_again_when_it_is_posted(self, funded):
        waiting = funded.propose("commitment", 5, valid_on=date(2020, 6, 1))
        funded.set_term(date(2020, 1, 1), date(2020, 6, 1))

        with pytest.raises(Refused, match=r"'ledger\.day_after_term'"):
            post_proposal(proposal=waiting, actor=funded.checkers["donor"], now=LATER)

    def test_settles_what_was_promised_after_the_pair_has_ended(self, funded):
        payment = funded.pay(5)
        funded.set_term(date(2020, 1, 1), date(2020, 4, 1))

        receipt = funded.post("receipt", 5, follows_id=payment.pk, valid_on=date(2020, 5, 1))

        assert receipt.valid_on == date(2020, 5, 1)
        with pytest.raises(Refused, match=r"'ledger\.day_before_followed'"):
            funded.reverse(receipt, "recipient", valid_on=date(2020, 4, 30))

    def test_is_read_by_who_follows_the_book_and_never_by_the_other_side(self, funded):
        made = funded.propose("opening", 5)

        with acting(funded.makers["recipient"]):
            assert not Proposal.objects.filter(pk=made.pk).exists()
        for actor in (funded.makers["coordinator"], funded.checkers["donor"]):
            with acting(actor):
                assert Proposal.objects.get(pk=made.pk).amount == 5

    def test_names_what_it_can_follow(self, funded):
        commitment = funded.post("commitment", 5)
        with pytest.raises(Refused, match=r"'ledger\.follows_wrong_kind'"):
            funded.propose("payment", 5, follows_id=commitment.pk)

    def test_is_sent_back_with_a_reason_or_withdrawn(self, grounds):
        maker, checker = grounds.makers["donor"], grounds.checkers["donor"]
        one, other = grounds.propose("opening", 5), grounds.propose("opening", 5)
        with pytest.raises(Refused, match=r"'ledger\.reason_missing'"):
            return_proposal(proposal=one, reason=" ", actor=checker, now=LATER)
        returned = return_proposal(proposal=one, reason="wrong year", actor=checker, now=LATER)
        assert (returned.state, returned.reason) == ("returned", "wrong year")
        with pytest.raises(NotProposed):
            post_proposal(proposal=one, actor=checker, now=LATER)
        with pytest.raises(NotOwnProposal):
            withdraw_proposal(proposal=other, actor=checker, now=LATER)
        assert withdraw_proposal(proposal=other, actor=maker, now=LATER).state == "withdrawn"
        with pytest.raises(NotProposed):
            withdraw_proposal(proposal=other, actor=maker, now=LATER)


class TestReversal:
    def test_undoes_every_row_once(self, funded):
        before = funded.balances("donor"), funded.balances("recipient")
        commitment = funded.post("commitment", 5)
        order = funded.post("order", 5, follows_id=commitment.pk)
        payment = funded.post("payment", 5, follows_id=order.pk)
        receipt = funded.post("receipt", 5, follows_id=payment.pk)
        with pytest.raises(Refused, match=r"'ledger\.followed'"):
            funded.reverse(payment, "donor")

        with pytest.raises(Refused, match=r"'ledger\.reason_missing'"):
            propose_reversal(
                batch=receipt, reason_code=" ", key=uuid4(), actor=funded.makers["recipient"],
                now=LATER,
            )  # fmt: skip

        key = uuid4()
        undone = funded.reverse(receipt, "recipient", key=key)
        assert funded.reverse(receipt, "recipient", key=key) == undone
        with pytest.raises(Refused, match=r"'ledger\.already_reversed'"):
            funded.reverse(receipt, "recipient")
        with pytest.raises(Refused, match=r"'ledger\.reversal_reversed'"):
            funded.reverse(undone, "recipient")
        for batch in (payment, order, commitment):
            funded.reverse(batch, "donor")

        assert (funded.balances("donor"), funded.balances("recipient")) == before

    def test_takes_no_amount_back_that_was_committed_anew(self, funded):
        payment = funded.pay(5)
        bounce = funded.post("bounce", 5, follows_id=payment.pk)
        funded.post("order", 3, follows_id=payment.head_id)
        with pytest.raises(MoreThanLeft):
            funded.reverse(bounce, "donor")

    def test_lets_the_amount_be_taken_again(self, funded):
        payment = funded.pay(5)
        funded.reverse(funded.post("receipt", 5, follows_id=payment.pk), "recipient")

        assert funded.post("receipt", 5, follows_id=payment.pk).amount == 5
        with pytest.raises(Refused, match=r"'ledger\.more_than_left'"):
            funded.post("receipt", 1, follows_id=payment.pk)


class TestDispute:
    def test_posts_nothing_and_says_why(self, funded):
        payment = funded.pay(5)
        funded.post("receipt", 2, follows_id=payment.pk)
        before = funded.balances("donor")

        def dispute(amount, reason="the bank knows nothing of it", actor=None):
            return dispute_payment(
                payment=payment,
                amount=amount,
                reason=reason,
                actor=actor or funded.makers["recipient"],
                now=LATER,
            )

        assert dispute(3).amount == 3
        assert funded.balances("donor") == before
        with pytest.raises(Refused, match=r"'ledger\.more_than_left'"):
            dispute(4)
        with pytest.raises(Refused, match=r"'ledger\.reason_missing'"):
            dispute(3, reason=" ")
        with pytest.raises(Refused, match=r"'ledger\.amount_out_of_range'"):
            dispute(0)
        with pytest.raises(Refused, match="not_allowed"):
            dispute(3, actor=funded.makers["donor"])

    def test_is_of_a_quantity_where_goods_have_no_value(self, funded):
        counted = {"quantity": 10, "quantity_unit": "kits"}
        funded.post("opening", 0, **counted)
        commitment = funded.post("commitment", 1)
        sent = funded.post("shipment", 0, follows_id=commitment.pk, **counted)
        funded.post("goods_receipt", 0, follows_id=sent.pk, **counted | {"quantity": 6})
        said = {
            "payment": sent, "reason": "A wet box", "actor": funded.makers["recipient"],
            "now": LATER,
        }  # fmt: skip

        dispute = dispute_payment(**said, quantity=4)
        assert (dispute.amount, dispute.quantity) == (0, 4)
        with pytest.raises(MoreThanLeft) as refused:
            dispute_payment(**said, quantity=5)
        assert (refused.value.facts["left"], refused.value.facts["unit"]) == (4, "kits")
        with pytest.raises(MoreThanLeft):
            dispute_payment(**said, amount=1, quantity=4)
        with pytest.raises(Refused, match=r"'ledger\.amount_out_of_range'"):
            dispute_payment(**said, quantity=-1)

    def test_is_about_something_and_stays_in_the_database_itself(self, funded):
        payment = funded.pay(5)
        recipient = funded.makers["recipient"]
        standing = dispute_payment(
            payment=payment, amount=3, reason="Late", actor=recipient, now=LATER
        )
        empty = Dispute(
            tenant_id=recipient.organisation_id, scope_id=payment.scope_id, payment=payment,
            reason="x", person_id=recipient.person_id, disputed_at=LATER,
        )  # fmt: skip
        with acting(recipient):
            for act in (lambda: empty.save(force_insert=True), standing.save, standing.delete):
                with pytest.raises(DatabaseError), transaction.atomic():
                    act()
