"""Books with accounts and rows, written past the operations."""

from datetime import date
from uuid import uuid4

from tiebeam.apps.ledger.models import Account, Batch, Book, Transfer
from tiebeam.core.ledger.chart import CHART
from tiebeam.platform.tenancy.acting import acting

YEAR = 2020
DAY = date(2020, 3, 1)


class Rows:
    """Books with accounts, written past the operations."""

    def __init__(self, grounds, now):
        self.grounds, self.now = grounds, now
        self.books = {}
        self.accounts = {}

    def book(self, side):
        """Return the book of a side, made where it is not there."""
        if side not in self.books:
            book = Book(
                tenant_id=self.grounds.owners[side],
                pairing=self.grounds.pairing,
                programme=self.grounds.programme,
                side=side,
            )
            with acting(self.grounds.makers[side]):
                book.save(force_insert=True)
            self.books[side] = book
        return self.books[side]

    def account(self, code, unit="CNY", year=YEAR, balance=0, **more):
        """Return an account, made where it is not there."""
        key = code, unit, year
        if key not in self.accounts:
            kind = CHART[code]
            book = self.book(kind.side)
            account = Account(
                tenant_id=book.tenant_id,
                scope_id=book.scope_id,
                book=book,
                code=code,
                group=kind.group,
                year=year if kind.is_yearly else 0,
                unit=unit,
                balance=balance,
                may_be_negative=kind.may_be_negative,
            )
            for name, value in more.items():
                setattr(account, name, value)
            with acting(self.grounds.makers[kind.side]):
                account.save(force_insert=True)
            self.accounts[key] = account
        return self.accounts[key]

    def batch(self, side="donor", **more):
        """Return a batch."""
        batch = Batch(
            tenant_id=self.grounds.owners[side],
            scope_id=self.grounds.pairing.scope_id,
            pairing=self.grounds.pairing,
            programme=self.grounds.programme,
            kind="appropriation",
            year=YEAR,
            valid_on=DAY,
            recorded_at=self.now,
            amount=5,
            maker_id=uuid4(),
            checker_id=uuid4(),
            body_sha256="0" * 64,
        )
        for name, value in more.items():
            setattr(batch, name, value)
        with acting(self.grounds.makers[side]):
            batch.save(force_insert=True)
        return batch

    def transfer(self, debit, credit, **more):
        """Return a transfer between two accounts, of the book of the first."""
        book = self.books[CHART[debit.code].side]
        transfer = Transfer(
            tenant_id=book.tenant_id,
            scope_id=book.scope_id,
            book=book,
            number=1,
            debit=debit,
            credit=credit,
            amount=5,
            unit=debit.unit,
            year=YEAR,
            valid_on=DAY,
            recorded_at=self.now,
        )
        for name, value in more.items():
            setattr(transfer, name, value)
        if transfer.batch_id is None:
            transfer.batch = self.batch()
        with acting(self.grounds.makers[book.side]):
            transfer.save(force_insert=True)
        return transfer
