"""What accounts held on any day, as known at any moment, and whether books are what their rows say (§L11, §L12)."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from tiebeam.apps.ledger.models import Account, Book, Transfer
from tiebeam.apps.ledger.queries.balances import balance_as_of, list_balances, trial_balance
from tiebeam.apps.ledger.queries.verification import verify_books
from tiebeam.core.ledger.chart import CHART
from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf


def moment(year, month, day):
    return datetime(year, month, day, 3, tzinfo=UTC)


@pytest.fixture
@ground
def story(workspace):
    """Two years with late entries: what is true in a closed year, and recorded after its close."""
    found = make_grounds(workspace)
    for year in (2020, 2021, 2022):
        found.fix_year(year)
    random = Random(4)
    now = moment(2020, 2, 1)
    found.post("obligation", 10**6, now=now, valid_on=date(2020, 1, 5))
    found.post("opening", 10**6, now=now, valid_on=date(2020, 1, 5))
    found.post("appropriation", 10**6, now=now, valid_on=date(2020, 1, 5))
    payments = []
    for step in range(40):
        now += timedelta(days=random.randint(5, 20))
        true_on = (now - timedelta(days=random.randint(0, 90))).date()
        with suppress(Refused):
            commitment = found.post("commitment", 100, now=now, valid_on=true_on)
            order = found.post("order", 100, now=now, valid_on=true_on, follows_id=commitment.pk)
            payment = found.post("payment", 100, now=now, valid_on=true_on, follows_id=order.pk)
            payments.append(payment)
            if random.random() < 0.7:
                found.post("receipt", 60, now=now, valid_on=true_on, follows_id=payment.pk)
            elif random.random() < 0.5:
                found.post("bounce", 100, now=now, valid_on=true_on, follows_id=payment.pk)
        if step == 20:
            now = max(now, moment(2021, 3, 1))
            found.close("donor", 2020, now=now)
            for payment in payments[:4]:
                with suppress(Refused):
                    found.post(
                        "receipt", 40, now=now, valid_on=date(2020, 12, 1), follows_id=payment.pk
                    )
    return found


def _naive(account, as_of):
    rows = Transfer.objects.filter(valid_on__lte=as_of.true_on)
    if as_of.known_at is not None:
        rows = rows.filter(recorded_at__lte=as_of.known_at)
    net = sum(
        row.amount * ((row.debit_id == account.pk) - (row.credit_id == account.pk)) for row in rows
    )
    return net if CHART[account.code].is_debit else -net


class TestBalanceAsOf:
    def test_is_what_the_rows_of_then_come_to(self, story):
        random = Random(7)
        with acting(story.makers["donor"]):
            accounts = list(Account.objects.filter(code__in=("D1000", "D1310", "B150", "B130")))
            late = Transfer.objects.filter(is_late=True).count()
            differing = []
            for _ in range(25):
                as_of = AsOf(
                    true_on=date(2020, 1, 1) + timedelta(days=random.randint(0, 800)),
                    known_at=moment(2020, 1, 1) + timedelta(days=random.randint(0, 900)),
                )
                account = random.choice(accounts)
                found = balance_as_of(account, as_of)
                if found != _naive(account, as_of):
                    differing.append((account, as_of, found))

        assert late > 0
        assert differing == []

    def test_never_changes_for_a_moment_that_has_passed(self, story):
        as_of = AsOf(true_on=date(2021, 1, 31), known_at=moment(2021, 2, 15))
        with acting(story.makers["donor"]):
            books = list(Book.objects.all())
            before = list_balances(books, as_of)
        story.post("obligation", 5, valid_on=date(2021, 1, 1), now=moment(2022, 6, 1))

        with acting(story.makers["donor"]):
            assert list_balances(books, as_of) == before


class TestTrialBalance:
    def test_sums_to_zero_now_and_then(self, story):
        with acting(story.makers["coordinator"]):
            books = list(Book.objects.all())
            assert {book.side for book in books} == {"donor", "recipient"}
            for as_of in (None, AsOf(true_on=date(2020, 12, 31)), AsOf(true_on=date(2021, 6, 1))):
                sums = {}
                for line in trial_balance(books, as_of):
                    kind = CHART[line.key.code]
                    place = kind.side, kind.group, line.key.unit
                    sign = 1 if kind.is_debit else -1
                    sums[place] = sums.get(place, 0) + sign * line.balance
                assert set(sums.values()) == {0}

    def test_of_now_is_that_of_the_rows(self, story):
        with acting(story.makers["coordinator"]):
            books = list(Book.objects.all())
            assert trial_balance(books) == trial_balance(books, AsOf(true_on=date(2999, 1, 1)))

    def test_shows_nobody_the_books_of_the_other_side(self, story):
        with acting(story.makers["recipient"]):
            books = list(Book.objects.all())
            assert {line.key.side for line in trial_balance(books)} == {"recipient"}


class TestVerification:
    def test_finds_sound_books_sound(self, story):
        with acting(story.makers["coordinator"]):
            assert verify_books(Book.objects.all()) == []

    def test_finds_a_balance_that_its_rows_do_not_give(self, story):
        with acting(story.makers["donor"]):
            Account.objects.filter(code="D1000").update(balance=7)
            found = verify_books(Book.objects.all())

        assert [(each.law, each.where, each.kept) for each in found] == [
            ("balance_kept", "D1000 CNY", 7)
        ]
