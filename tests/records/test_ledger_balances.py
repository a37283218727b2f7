"""What accounts held on any day, as known at any moment, and whether books are what their rows say (§L11, §L12)."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db.models import F
from drills.tampering import as_superuser
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from tiebeam.apps.ledger.models import Account, Batch, Book, Transfer
from tiebeam.apps.ledger.queries.balances import balance_as_of, list_balances, trial_balance
from tiebeam.apps.ledger.queries.verification import verify_books
from tiebeam.core.ledger.chart import CHART
from tiebeam.core.ledger.posting import Row
from tiebeam.core.ledger.proof import digest_of_rows
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

    def test_finds_a_row_that_was_changed_with_all_that_stands_beside_it(self, story):
        """§L12: balances and sums agree with the changed rows; the hash of the batch, and the log, do not."""
        with acting(story.makers["donor"]), as_superuser():
            paid = Batch.objects.filter(kind="payment").first()
            for row in Transfer.objects.filter(batch=paid):
                Transfer.objects.filter(pk=row.pk).update(amount=row.amount - 1)
                for account_id, change in ((row.debit_id, -1), (row.credit_id, 1)):
                    Account.objects.filter(pk=account_id).update(balance=F("balance") + change)
            found = {each.law: each for each in verify_books(Book.objects.all())}
            assert found["rows_proven"].where == str(paid.pk)
            assert "balance_kept" not in found

            Batch.objects.filter(pk=paid.pk).update(rows_sha256=found["rows_proven"].found)
            found = {each.law: each for each in verify_books(Book.objects.all())}
            assert found["rows_logged"].where == str(paid.pk)
            assert "rows_proven" not in found

    def test_finds_a_row_that_is_gone(self, story):
        with acting(story.makers["donor"]), as_superuser():
            Transfer.objects.filter(batch__kind="payment", number=2)[:1].get().delete()
            laws = {each.law for each in verify_books(Book.objects.all())}

        assert {"rows_proven", "balance_kept"} <= laws


class TestTheHashOfRows:
    def test_is_that_of_their_canonical_text(self):
        """Worked out by `printf | sha256sum`."""
        rows = [
            Row("donor", "B150", "B140", 500, 2024),
            Row("donor", "D1310", "D1000", 500, 2024, relates_to=2023),
        ]

        assert (
            digest_of_rows(rows)
            == "63e7e1600c795fce4c1c51f4a4e50d6144061e134e500a2b041e40bc4cc0bc00"
        )
