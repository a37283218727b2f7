"""Two hands at one pairing at one moment: both are posted where the books bear it, or one is told why (§L4)."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from tests.small_workspace import NOW, make_workspace

from records.ledger_grounds import LATER, make_grounds
from records.test_two_writers import race, told
from tiebeam.apps.ledger.models import Account, Book, MonthSum
from tiebeam.apps.ledger.operations.keeping import keep_months
from tiebeam.apps.ledger.operations.proposals import post_proposal, withdraw_proposal
from tiebeam.apps.ledger.queries.verification import verify_books
from tiebeam.platform.tenancy.acting import acting

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to try"
    ),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def funded():
    found = make_grounds(make_workspace(NOW))
    found.fix_year(2020)
    for kind in ("obligation", "opening", "appropriation"):
        found.post(kind, 100)
    return found


def posts(grounds, proposal, side, **who):
    """Return what posts a proposal, as another checker where one is named."""
    checker = replace(grounds.checkers[side], **who)
    return lambda: post_proposal(proposal=proposal, actor=checker, now=LATER)


def post_both(grounds, side, *proposals):
    """Return what two hands are told who post at once, and check that the books are sound afterwards."""
    outcomes = race(*(posts(grounds, each, side) for each in proposals))
    with acting(grounds.makers["coordinator"]):
        assert verify_books(Book.objects.all()) == []
    return [told(each) for each in outcomes]


class TestTwoHands:
    def test_receive_a_payment_once(self, funded):
        payment = funded.pay(50)
        both = [funded.propose("receipt", 50, follows_id=payment.pk) for _ in range(2)]

        assert post_both(funded, "recipient", *both) == ["won", "ledger.more_than_left"]

    def test_receive_two_payments_at_once(self, funded):
        payments = [funded.pay(30), funded.pay(20)]
        both = [funded.propose("receipt", each.amount, follows_id=each.pk) for each in payments]

        # Both open the recipient's book and its first accounts.
        assert post_both(funded, "recipient", *both) == ["won", "won"]
        assert funded.balances("recipient") == {"R1000": 50, "R2200": 50}

    def test_spend_the_same_money_once(self, funded):
        funded.post("receipt", 50, follows_id=funded.pay(50).pk)
        both = [funded.propose("expenditure", 30, nature="current") for _ in range(2)]

        outcomes = race(*(posts(funded, each, "recipient") for each in both))

        assert [told(each) for each in outcomes] == ["won", "ledger.overdrawn"]
        assert outcomes[1].facts["balance"] == 20

    def test_post_one_proposal_once(self, funded):
        made = funded.propose("opening", 5)

        one, other = race(
            posts(funded, made, "donor"), posts(funded, made, "donor", person_id=uuid4())
        )

        assert one.pk == other.pk
        assert funded.balances("donor")["D1000"] == 105

    def test_do_not_post_what_is_withdrawn(self, funded):
        made = funded.propose("opening", 5)

        def withdraw():
            return withdraw_proposal(proposal=made, actor=funded.makers["donor"], now=LATER)

        _, other = race(withdraw, posts(funded, made, "donor"))

        assert told(other) == "ledger.not_proposed"
        assert funded.balances("donor")["D1000"] == 100

    def test_close_no_year_of_which_the_other_posts_a_proposal(self, funded):
        made = funded.propose("commitment", 5)

        first, other = race(lambda: funded.close("donor", 2020), posts(funded, made, "donor"))

        assert [told(first), told(other)] == ["ledger.proposals_open", "won"]

    def test_keep_a_month_with_what_the_other_posts(self, funded):
        made, donor = funded.propose("opening", 5), funded.makers["donor"]
        with acting(donor):
            book = Book.objects.get()

        def keep():
            with acting(donor):
                return keep_months(book, datetime(2021, 3, 5, tzinfo=UTC))

        race(posts(funded, made, "donor"), keep)

        with acting(donor):
            assert MonthSum.objects.get(account__code="D1000").debit_sum == 105
            assert verify_books([book]) == []

    def test_close_a_year_after_what_the_other_posts(self, funded):
        made = funded.propose("commitment", 5)

        assert [
            told(each)
            for each in race(posts(funded, made, "donor"), lambda: funded.close("donor", 2020))
        ] == ["won", "won"]
        with acting(funded.makers["donor"]):
            carried = Account.objects.get(code="B130", year=2021)
        assert carried.balance == 5
