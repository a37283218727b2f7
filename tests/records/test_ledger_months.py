"""What was kept of whole months never tells another balance than the rows (§L11)."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from records.ledger_rows import Rows
from tiebeam.apps.ledger.models import Book, MonthSum, Transfer
from tiebeam.apps.ledger.operations.keeping import keep_months, list_unkept
from tiebeam.apps.ledger.queries.balances import balance_as_of, sum_rows
from tiebeam.apps.ledger.queries.verification import verify_books
from tiebeam.interfaces.jobs import keeping
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf

PAIRS = [
    ("B110", "B100"),
    ("B120", "B110"),
    ("D1310", "D1000"),
    ("D5310", "D1310"),
    ("D1000", "D1310"),
]
EDGES = [datetime(2020, month, 1, tzinfo=UTC) for month in range(2, 13)]
WHOLE = [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 1), date(2020, 12, 31)]
TICK = timedelta(microseconds=1)


class Drawn:
    """A book, and the rows that were written into it."""

    def __init__(self, rows, seed):
        self.rows, self.random = rows, Random(seed)
        self.told = []
        self.actor = rows.grounds.makers["donor"]
        self.accounts = {code: rows.account(code) for pair in PAIRS for code in pair}
        self.book = rows.book("donor")

    def add(self, count, since, until):
        """Write rows that were recorded from *since* until *until*, many at the edges of months."""
        moments = [each + shift for each in EDGES for shift in (-TICK, timedelta(0), TICK)]
        edges = [each for each in moments if since <= each < until]
        batch, added = self.rows.batch(), []
        for number in range(1, count + 1):
            recorded_at = since + (until - since) * self.random.random()
            if edges and self.random.random() < 0.4:
                recorded_at = self.random.choice(edges)
            valid_on = recorded_at.date() - timedelta(days=self.random.randint(-20, 90))
            if self.random.random() < 0.3:
                valid_on = self.random.choice(WHOLE)
            row = (*self.random.choice(PAIRS), self.random.randint(1, 99), valid_on, recorded_at)
            self.told.append(row)
            debit, credit, amount, *_ = row
            added.append(
                Transfer(
                    tenant_id=self.book.tenant_id, scope_id=self.book.scope_id, book=self.book,
                    batch=batch, number=number, debit=self.accounts[debit], unit="CNY", year=2020,
                    credit=self.accounts[credit], amount=amount, valid_on=valid_on, recorded_at=recorded_at,
                )
            )  # fmt: skip
        with acting(self.actor):
            Transfer.objects.bulk_create(added)

    def keep(self, now):
        """Keep what is over at *now*, and return how many sums were added."""
        with acting(self.actor):
            return keep_months(self.book, now)

    def list_sums(self):
        """Return what is kept."""
        with acting(self.actor):
            return list(MonthSum.objects.all())

    def plain(self, as_of):
        """Return code → what was debited and credited, added up from what was told."""
        sums = {code: [0, 0] for code in self.accounts}
        for debit, credit, amount, valid_on, recorded_at in self.told:
            if valid_on <= as_of.true_on and recorded_at <= (as_of.known_at or recorded_at):
                sums[debit][0] += amount
                sums[credit][1] += amount
        return {code: tuple(found) for code, found in sums.items()}

    def list_wrong(self):
        """Return each question, drawn and at the edges, that is answered otherwise."""
        questions = [
            AsOf(
                true_on=date(2019, 11, 1) + timedelta(days=self.random.randint(0, 500)),
                known_at=EDGES[0] + timedelta(hours=self.random.randint(-800, 9000)),
            )
            for _ in range(30)
        ]
        questions += [AsOf(true_on=day, known_at=at) for day in WHOLE for at in (None, *EDGES[::3])]
        questions += [AsOf(true_on=WHOLE[1], known_at=at - TICK) for at in EDGES]
        questions += [AsOf(true_on=date.min), AsOf(true_on=date.max)]
        with acting(self.actor):
            return [
                as_of
                for as_of in questions
                if {
                    each.key.code: (each.debits, each.credits)
                    for each in sum_rows({self.book.pk: "donor"}, as_of)
                }
                != self.plain(as_of)
            ]


def at(month, day=1):
    return datetime(2020, month, day, tzinfo=UTC)


@pytest.fixture
@ground
def rows(workspace, now):
    return Rows(make_grounds(workspace), now)


class TestBalanceAsOf:
    @pytest.mark.parametrize("seed", range(3))
    def test_is_the_sum_of_the_rows_whatever_is_kept(self, rows, seed):
        drawn = Drawn(rows, seed)
        drawn.add(60, at(1), at(4))
        assert drawn.list_wrong() == []
        assert drawn.keep(at(4, 2)) > 0
        assert drawn.list_wrong() == []
        # Nothing in May and June; July is not over for long.
        drawn.add(20, at(4), at(5))
        drawn.add(40, at(7), at(9))
        assert drawn.list_wrong() == []
        drawn.keep(at(8, 1))
        drawn.keep(at(9, 15))

        assert drawn.list_wrong() == []
        assert {each.recorded_before.month for each in drawn.list_sums()} == {2, 3, 4, 5, 8, 9}

    def test_of_one_account_is_its_own(self, rows):
        drawn = Drawn(rows, 9)
        drawn.add(40, at(1), at(6))
        drawn.keep(at(5, 20))
        as_of = AsOf(true_on=date(2020, 4, 15), known_at=at(5, 10))
        debits, credited = drawn.plain(as_of)["D1310"]

        with acting(drawn.actor):
            assert balance_as_of(drawn.accounts["D1310"], as_of) == debits - credited


class TestKeeping:
    def test_takes_a_month_a_day_after_its_end_and_once(self, rows):
        drawn = Drawn(rows, 1)
        drawn.add(20, at(2), at(3))
        with acting(drawn.actor):
            assert list_unkept(at(3, 2) - TICK) == []
            assert list_unkept(at(3, 2)) == [drawn.book]
        assert drawn.keep(at(3, 2) - TICK) == 0
        assert drawn.keep(at(3, 2)) > 0
        assert drawn.keep(at(3, 2)) == 0

        assert {each.recorded_before for each in drawn.list_sums()} == {at(3)}
        with acting(drawn.actor):
            assert list_unkept(at(12)) == []

    def test_leaves_no_room_for_a_row_of_its_month(self, rows):
        drawn = Drawn(rows, 3)
        drawn.add(10, at(2), at(3))
        drawn.keep(at(3, 2))
        drawn.add(1, at(3), at(3) + TICK)

        with (
            pytest.raises(DatabaseError, match="month of this recording is kept"),
            transaction.atomic(),
        ):
            drawn.add(1, at(2, 10), at(2, 11))

    def test_is_done_by_the_worker_for_each_owner(self, rows, monkeypatch):
        drawn = Drawn(rows, 4)
        drawn.add(20, at(2), at(4))
        monkeypatch.setattr(keeping.timezone, "now", lambda: at(4, 5))

        assert keeping.keep_sums() == len(drawn.list_sums()) > 0
        assert keeping.keep_sums() == 0
        with acting(rows.grounds.makers["recipient"]):
            assert not MonthSum.objects.exists()


class TestVerification:
    def test_finds_kept_sums_as_their_rows_say(self, rows):
        drawn = Drawn(rows, 5)
        drawn.add(40, at(1), at(6))
        drawn.keep(at(6, 2))
        with acting(drawn.actor):
            found = verify_books(Book.objects.all())

        assert [each for each in found if each.law == "sums_kept"] == []

    def test_finds_what_was_kept_and_no_row_gives(self, rows):
        drawn = Drawn(rows, 6)
        drawn.add(5, at(1), at(2))
        drawn.keep(at(2, 2))
        owned = {"tenant_id": drawn.book.tenant_id, "scope_id": drawn.book.scope_id}
        with acting(drawn.actor):
            MonthSum(
                **owned, id=uuid4(), book=drawn.book, account=drawn.accounts["B120"],
                through=date(2018, 2, 28), recorded_before=at(2), debit_sum=7, credit_sum=0,
            ).save(force_insert=True)  # fmt: skip
            found = verify_books(Book.objects.all())

        assert [
            (each.where, each.kept, each.found) for each in found if each.law == "sums_kept"
        ] == [("B120 2020 CNY 2018-02-28 2020-02-01", 7, 0)]
