"""What the database itself keeps of the ledger, with the program bypassed (§L2, §L4)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from tests.grounds import ground

from records.ledger_grounds import make_grounds
from records.ledger_rows import DAY, YEAR, Rows
from tiebeam.apps.ledger.models import (
    Account,
    Batch,
    Book,
    ClosedYear,
    Dispute,
    Import,
    MonthSum,
    Transfer,
)
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
@ground
def rows(workspace, now):
    return Rows(make_grounds(workspace), now)


class TestTransfer:
    def test_joins_two_accounts_of_one_book_group_unit_and_year(self, rows):
        due, source = rows.account("B110"), rows.account("B100")
        assert rows.transfer(due, source).amount == 5

        for credit in (
            rows.account("R1000"),
            rows.account("D3000"),
            rows.account("B100", year=2021),
            rows.account("B120", unit="Q:kits"),
        ):
            with pytest.raises(DatabaseError, match="joins two accounts"), transaction.atomic():
                rows.transfer(due, credit)
        with pytest.raises(DatabaseError, match="joins two accounts"), transaction.atomic():
            rows.transfer(due, source, unit="USD")
        with (
            pytest.raises(DatabaseError, match=r"joins two accounts|FOREIGN KEY"),
            transaction.atomic(),
        ):
            rows.transfer(due, source, credit_id=uuid4())

    def test_stands_in_the_book_of_its_owner(self, rows):
        due, source = rows.account("B110"), rows.account("B100")
        other = rows.book("recipient")

        with (
            pytest.raises(DatabaseError, match=r"joins two accounts|row-level security"),
            transaction.atomic(),
        ):
            rows.transfer(due, source, book=other)
        with pytest.raises(DatabaseError, match="joins two accounts"), transaction.atomic():
            rows.transfer(due, source, scope_id=uuid4())

    @pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
    def test_moves_an_amount_in_range(self, rows, amount):
        due, source = rows.account("B110"), rows.account("B100")

        with (
            pytest.raises(DatabaseError, match="ledger_transfer_moves_an_amount"),
            transaction.atomic(),
        ):
            rows.transfer(due, source, amount=amount)

    def test_has_two_ends(self, rows):
        due = rows.account("B110")

        with (
            pytest.raises(DatabaseError, match="ledger_transfer_has_two_ends"),
            transaction.atomic(),
        ):
            rows.transfer(due, due)

    def test_is_reversed_once(self, rows):
        due, source = rows.account("B110"), rows.account("B100")
        first = rows.transfer(due, source)
        rows.transfer(source, due, reverses=first)

        with (
            pytest.raises(DatabaseError, match=r"ledger_transfer_reversed_once|append-only"),
            transaction.atomic(),
        ):
            rows.transfer(source, due, reverses=first)

    def test_stands_in_no_year_that_is_closed(self, rows):
        due, source = rows.account("B110"), rows.account("B100")
        book = rows.book("donor")
        with acting(rows.grounds.makers["donor"]):
            ClosedYear(
                tenant_id=book.tenant_id,
                scope_id=book.scope_id,
                book=book,
                year=YEAR,
                batch=rows.batch(kind="year_end", amount=0),
                closed_at=rows.now,
            ).save(force_insert=True)

        with pytest.raises(DatabaseError, match="year is closed"), transaction.atomic():
            rows.transfer(due, source)
        later = rows.account("B110", year=2021), rows.account("B100", year=2021)
        assert rows.transfer(*later, year=2021).year == 2021


class TestAccount:
    @pytest.mark.parametrize(
        ("code", "balance", "constraint"),
        [
            ("B110", -1, "ledger_account_is_not_overdrawn"),
            ("B110", 9 * 10**18 + 1, "ledger_account_can_be_counted"),
            ("D3000", -9 * 10**18 - 1, "ledger_account_can_be_counted"),
        ],
    )
    def test_keeps_its_balance_in_bounds(self, rows, code, balance, constraint):
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
            rows.account(code, balance=balance)

    def test_of_net_assets_alone_may_be_negative(self, rows):
        assert rows.account("D3000", balance=-5).balance == -5

    def test_keeps_all_but_its_balance(self, rows):
        account = rows.account("B110")
        with acting(rows.grounds.makers["donor"]):
            assert Account.objects.filter(pk=account.pk).update(balance=7) == 1
            for change in ({"code": "B120"}, {"year": 2021}, {"may_be_negative": True}):
                with (
                    pytest.raises(DatabaseError, match=r"keeps all|permission denied"),
                    transaction.atomic(),
                ):
                    Account.objects.filter(pk=account.pk).update(**change)
            with (
                pytest.raises(DatabaseError, match=r"keeps all|permission denied"),
                transaction.atomic(),
            ):
                Account.objects.filter(pk=account.pk).delete()

    def test_belongs_to_the_owner_of_its_book(self, rows):
        squatting = Account(
            tenant_id=rows.grounds.owners["recipient"],
            scope_id=rows.book("donor").scope_id,
            book=rows.book("donor"),
            code="B120",
            group="B",
            year=YEAR,
            unit="CNY",
        )
        with (
            acting(rows.grounds.makers["recipient"]),
            pytest.raises(DatabaseError, match="belongs to its side"),
            transaction.atomic(),
        ):
            squatting.save(force_insert=True)
        with pytest.raises(DatabaseError, match="belongs to its side"), transaction.atomic():
            rows.account("B120", scope_id=uuid4())

    def test_is_opened_once(self, rows):
        account = rows.account("B110")
        rows.accounts.clear()
        with (
            pytest.raises(DatabaseError, match=r"ledger_account_opened_once|UNIQUE|append-only"),
            transaction.atomic(),
        ):
            rows.account("B110")
        assert account.balance == 0


class TestBook:
    def test_belongs_to_its_side_of_the_pairing(self, rows):
        grounds = rows.grounds
        book = Book(
            tenant_id=grounds.owners["donor"],
            pairing=grounds.pairing,
            programme=grounds.programme,
            side="recipient",
        )
        with (
            acting(grounds.makers["donor"]),
            pytest.raises(DatabaseError, match="belongs to its side"),
            transaction.atomic(),
        ):
            book.save(force_insert=True)


class TestBatch:
    def test_is_made_and_checked_by_two_people(self, rows):
        one, other = uuid4(), uuid4()
        for people in (
            {"maker_id": one, "checker_id": one},
            {"maker_id": one, "maker_for_id": other, "checker_id": other},
            {"maker_id": one, "checker_id": other, "checker_for_id": one},
            {"maker_id": uuid4(), "maker_for_id": one, "checker_id": other, "checker_for_id": one},
        ):
            with pytest.raises(DatabaseError, match="two_people"), transaction.atomic():
                rows.batch(**people)

    @pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
    def test_moves_something_that_can_be_counted(self, rows, amount):
        with pytest.raises(DatabaseError, match="ledger_batch_moves"), transaction.atomic():
            rows.batch(amount=amount)

    def test_is_reversed_once(self, rows):
        wrong = rows.batch()
        rows.batch(kind="reversal", reverses=wrong)

        with pytest.raises(DatabaseError, match=r"reverses_id|append-only"), transaction.atomic():
            rows.batch(kind="reversal", reverses=wrong)
        with pytest.raises(DatabaseError, match="is_a_reversal"), transaction.atomic():
            rows.batch(reverses=rows.batch())


class TestWhatWasPosted:
    @pytest.fixture
    def posted(self, rows):
        due, source = rows.account("B110"), rows.account("B100")
        transfer = rows.transfer(due, source)
        owned = {"tenant_id": transfer.tenant_id, "scope_id": transfer.scope_id}
        with acting(rows.grounds.makers["donor"]):
            MonthSum.objects.create(
                **owned,
                book=transfer.book,
                account=due,
                through=DAY,
                recorded_before=rows.now,
                debit_sum=5,
                credit_sum=0,
            )
            Dispute.objects.create(
                **owned,
                payment=transfer.batch,
                amount=1,
                reason="not received",
                person_id=uuid4(),
                disputed_at=rows.now,
            )
            Import.objects.create(
                tenant_id=transfer.tenant_id,
                programme=rows.grounds.programme,
                import_id=uuid4(),
                part=1,
                batches_count=1,
                rows_count=1,
                bodies_sha256="0" * 64,
                maker_id=uuid4(),
                checker_id=uuid4(),
                imported_at=rows.now,
            )
        return rows

    @pytest.mark.parametrize("model", [Book, Batch, Transfer, MonthSum, Dispute, Import])
    def test_is_never_changed_or_deleted(self, posted, model):
        table = model._meta.db_table
        statements = [f"UPDATE {table} SET scope_id = id", f"DELETE FROM {table}"]
        if connection.vendor == "postgresql":
            statements.append(f"TRUNCATE {table} CASCADE")
        with acting(posted.grounds.makers["donor"]), connection.cursor() as cursor:
            for statement in statements:
                with (
                    pytest.raises(DatabaseError, match=r"append-only|permission denied"),
                    transaction.atomic(),
                ):
                    cursor.execute(statement)

    def test_is_not_read_by_the_other_side(self, posted):
        with acting(posted.grounds.makers["recipient"]):
            assert not Transfer.objects.exists()
            assert not Account.objects.exists()
            assert not Book.objects.exists()
            assert Batch.objects.count() == 1
