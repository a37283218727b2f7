"""What a deployment cost: claimed, verified and paid through the books of the host, or by documents (§E12)."""

from datetime import date
from uuid import uuid4

import pytest
from tests.grounds import ground

from records.emergency_grounds import make_emergency
from records.ledger_grounds import LedgerGrounds, _sign
from tiebeam.apps.emergencies.models import Deployment
from tiebeam.apps.emergencies.operations.claims import (
    ClaimEnteredBefore,
    ClaimNotEntered,
    NoPairOfBooks,
    enter_claim,
)
from tiebeam.apps.emergencies.operations.messages import Message
from tiebeam.apps.emergencies.queries.inbox import inbox
from tiebeam.apps.emergencies.queries.situation import list_needs
from tiebeam.apps.emergencies.queries.standing import get_standing, list_steps
from tiebeam.apps.emergencies.states import NotNow
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.claims import (
    check_reimbursement,
    pay_reimbursement,
    refuse_reimbursement,
)
from tiebeam.apps.ledger.operations.parts import OwnProposal
from tiebeam.apps.ledger.operations.proposals import return_proposal
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.pairings.models import Pairing
from tiebeam.errors import InvalidInput
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import Actor, Duty, acting
from tiebeam.platform.time.periods import AsOf

VOUCHERS = [
    GivenVoucher(issuer="Railway", number="1", amount=300, issued_on=date(2020, 2, 9)),
    GivenVoucher(issuer="Hotel", number="2", amount=200, issued_on=date(2020, 2, 9)),
]


@pytest.fixture
@ground
def grounds(workspace, now):
    found = make_emergency(workspace, now)
    deployment = found.ask().deployment
    found.send(deployment, "returned")
    return found


@pytest.fixture
@ground
def with_books(grounds):
    """The same, and 1,000 fen received on the special account."""
    pairing = grounds.pairing
    makers = {
        "coordinator": grounds.actors["coordinator"],
        "donor": grounds.actors["home"],
        "recipient": grounds.actors["host"],
    }
    roles = {
        "coordinator": "coordinator",
        "donor": "donor_finance",
        "recipient": "recipient_finance",
    }
    checkers = {
        side: Actor(
            person_id=uuid4(), organisation_id=maker.organisation_id,
            duties=frozenset({Duty(roles[side])}),
        )
        for side, maker in makers.items()
    }  # fmt: skip
    agreement = _sign(pairing, makers["donor"], makers["recipient"])
    books = LedgerGrounds(grounds.programme, pairing, agreement, makers, checkers)
    books.fix_year(2020)
    for kind in ("obligation", "opening", "appropriation"):
        books.post(kind, 1000)
    payment = books.pay(1000)
    books.post("receipt", 1000, follows_id=payment.pk)
    grounds.books = books
    return grounds


def _deployment(grounds):
    with acting(grounds.actors["coordinator"]):
        return Deployment.objects.get()


def _state(grounds):
    with acting(grounds.actors["home"]):
        return get_standing(_deployment(grounds).pk, grounds.now).state


def _enter(grounds, **more):
    return enter_claim(
        deployment=_deployment(grounds), vouchers=VOUCHERS, purpose="medicine",
        message=Message(**more), actor=grounds.actors["host"], now=grounds.now,
    )  # fmt: skip


def _claim(grounds):
    return grounds.take("claim", "home_finance", _deployment(grounds), cost=500, document="C 1")


def _bound(grounds):
    with acting(grounds.actors["host"]):
        [need] = list_needs(grounds.incident, AsOf(true_on=date(2020, 2, 12)))
    return need.bound, need.fill


class TestClaimInTheBooks:
    def test_is_verified_and_paid_by_two_of_finance_who_post_it(self, with_books):
        grounds = with_books
        deployment = _deployment(grounds)
        _claim(grounds)
        with pytest.raises(ClaimNotEntered):
            grounds.take("verify", "finance", deployment, document="V 1")
        key = uuid4()
        entered = _enter(grounds, id=key)
        assert _enter(grounds, id=key).pk == entered.pk
        with pytest.raises(ClaimEnteredBefore):
            _enter(grounds)
        grounds.take("verify", "finance", deployment, document="V 1")
        with pytest.raises(OwnProposal):
            grounds.take("pay", "finance", deployment, document="P 1")
        grounds.take("pay", "finance2", deployment, document="P 1")

        assert _state(grounds) == "paid"
        with acting(grounds.actors["host"]):
            batch = Batch.objects.get(kind="expenditure")
            assert (batch.amount, batch.purpose, batch.document) == (500, "medicine", "V 1")
        assert grounds.books.balances("recipient")["R1000"] == 500
        grounds.take("close", "coordinator", deployment)
        assert _state(grounds) == "closed"

    def test_moves_with_what_is_done_in_the_ledger(self, with_books):
        grounds = with_books
        finance, second = grounds.actors["finance"], grounds.actors["finance2"]
        _claim(grounds)
        claim = _enter(grounds).reimbursement
        said = {"reimbursement": claim, "now": grounds.now}
        states = [_state(grounds)]
        check = {"pay_on": date(2020, 2, 10), "document": "V 1", "actor": finance, **said}
        kept = check_reimbursement(**check)
        states.append(_state(grounds))
        return_proposal(proposal=kept.proposal, reason="Sum?", actor=second, now=grounds.now)
        states.append(_state(grounds))
        check_reimbursement(**check)
        pay_reimbursement(actor=second, **said)
        states.append(_state(grounds))

        assert states == ["claimed", "verified", "claimed", "paid"]
        with acting(grounds.actors["home"]):
            last = list_steps(_deployment(grounds))[-1]
        assert (last.event, last.side, last.person_id) == ("pay", "host", second.person_id)

    def test_refused_in_the_ledger_may_be_made_again(self, with_books):
        grounds = with_books
        _claim(grounds)
        claim = _enter(grounds).reimbursement
        refuse_reimbursement(
            reimbursement=claim, reason="Hotel twice", actor=grounds.actors["finance"],
            now=grounds.now,
        )  # fmt: skip
        with acting(grounds.actors["home"]):
            last = list_steps(_deployment(grounds))[-1]
        assert (last.state, last.reason) == ("returned", "Hotel twice")

        _claim(grounds)
        assert _enter(grounds).reimbursement_id != claim.pk

    def test_undone_after_the_payment_is_open_again(self, with_books):
        grounds = with_books
        deployment = _deployment(grounds)
        _claim(grounds)
        _enter(grounds)
        grounds.take("verify", "finance", deployment, document="V 1")
        grounds.take("pay", "finance2", deployment, document="P 1")
        with acting(grounds.actors["host"]):
            batch = Batch.objects.get(kind="expenditure")
        grounds.books.reverse(batch, "recipient")

        assert _state(grounds) == "claimed"
        grounds.take("refuse_claim", "finance", deployment, reason="Paid twice")
        assert _state(grounds) == "returned"

    def test_comes_to_what_its_vouchers_come_to(self, with_books):
        grounds = with_books
        grounds.take("claim", "home", _deployment(grounds), cost=501, document="C 1")

        with pytest.raises(InvalidInput) as refused:
            _enter(grounds)

        assert [fault.code for fault in refused.value.faults] == ["claims.sum_differs"]
        assert _state(grounds) == "claimed"


class TestClaimByDocuments:
    def test_is_verified_and_paid_by_two_people(self, grounds):
        deployment = _deployment(grounds)
        with pytest.raises(NotNow):
            grounds.take("verify", "finance", deployment, document="V 1")
        _claim(grounds)
        with pytest.raises(InvalidInput):
            grounds.take("verify", "finance", deployment)
        key = {"id": uuid4(), "document": "V 1"}
        first = grounds.take("verify", "finance", deployment, **key)
        assert grounds.take("verify", "finance", deployment, **key).pk == first.pk
        with pytest.raises(OwnProposal):
            grounds.take("pay", "finance", deployment, document="P 1")
        grounds.take("pay", "finance2", deployment, document="P 1")

        assert _state(grounds) == "paid"

    def test_is_not_the_hosts_to_claim_nor_the_homes_to_pay(self, grounds):
        deployment = _deployment(grounds)
        with pytest.raises(NotAllowed):
            grounds.take("claim", "host", deployment, cost=1, document="C")
        _claim(grounds)
        for by in ("home_finance", "host", "coordinator"):
            with pytest.raises(NotAllowed):
                grounds.take("pay", by, deployment, document="P")

        assert _state(grounds) == "claimed"

    def test_of_no_pair_stands_in_no_books(self, grounds):
        with acting(grounds.actors["coordinator"]):
            Pairing.objects.filter(pk=grounds.pairing.pk).update(valid_until=date(2020, 2, 5))
        unpaired = grounds.ask().deployment
        assert unpaired.pairing_id is None

        with pytest.raises(NoPairOfBooks):
            enter_claim(
                deployment=unpaired, vouchers=VOUCHERS, purpose="medicine", message=Message(),
                actor=grounds.actors["host"], now=grounds.now,
            )  # fmt: skip

    def test_of_who_was_stood_down_is_paid_and_counts_for_no_day(self, grounds):
        deployment = grounds.ask().deployment
        grounds.send(deployment, until="mobilised")
        grounds.take("stand_down", "coordinator", deployment, reason="Needed no more")
        before = _bound(grounds)
        step = grounds.take("claim", "home", deployment, cost=5_000, document="Bill 9")
        with acting(grounds.actors["host"]):
            waiting = inbox(grounds.actors["host"].organisation_id, grounds.now)
        after = _bound(grounds)
        grounds.take("refuse_claim", "finance", deployment, reason="No bill")
        again = grounds.take("claim", "home", deployment, cost=4_000, document="Bill 10")

        assert after == before
        assert (step.state, step.starts_on, step.ends_on) == (
            "claimed",
            date(2020, 2, 12),
            date(2020, 2, 12),
        )
        assert [each.events for each in waiting] == [("verify", "refuse_claim")]
        assert again.state == "claimed"

    def test_is_none_where_it_is_closed_as_returned(self, grounds):
        grounds.take("close", "coordinator", _deployment(grounds))

        assert _state(grounds) == "closed"
