"""The books of one pairing as the operations keep them, for drawn histories."""

import datetime as dt
import json
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4, uuid5

import pytest

from ledger_model import COORDINATOR, RECIPIENT, Account, Row, Said, side_of
from records.ledger_grounds import LedgerGrounds
from tiebeam.apps.ledger.models import Account as KeptAccount
from tiebeam.apps.ledger.models import Batch, Book, Proposal, Transfer
from tiebeam.apps.ledger.operations.proposals import (
    post_proposal,
    propose,
    propose_reversal,
    propose_year_end,
    withdraw_proposal,
)
from tiebeam.apps.ledger.operations.refusals import (
    EarlierYearOpen,
    KeyReused,
    YearClosed,
    YearNotOver,
)
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.ledger.queries.balances import list_balances
from tiebeam.apps.ledger.queries.trial import list_trial
from tiebeam.errors import Refused
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.time.periods import AsOf

BOOKS = ("donor", "recipient")


class RecordBooks:
    """The books of one pairing as the operations keep them."""

    def __init__(self, grounds: LedgerGrounds, met: Counter[str]) -> None:
        self.grounds, self.met, self.run = grounds, met, uuid4()
        self.today = dt.date(2024, 1, 1)
        self.moments = {0: dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}
        self.told_by: dict[str, str] = {}

    def key(self, name: str) -> UUID:
        return uuid5(self.run, name)

    def now(self) -> dt.datetime:
        """Return the moment at hand, later than that of every step before."""
        early = dt.datetime.combine(self.today, dt.time(4), dt.UTC)
        return max(early, *self.moments.values()) + dt.timedelta(seconds=1)

    def post(self, key: str, said: Said) -> list[Row]:
        by = self.teller(said)
        batch = self.take(self.key(key), said, by)
        self.told_by[key] = by
        return self.kept(key, batch)

    def teller(self, said: Said) -> str:
        if said.kind == "reversal":
            return self.told_by[said.follows]
        if said.kind in COORDINATOR:
            return "coordinator"
        return "recipient" if said.kind in RECIPIENT else "donor"

    def take(self, key: UUID, said: Said, by: str) -> Batch:
        """Propose and post, each by another person."""
        grounds, now = self.grounds, self.now()
        maker, checker = grounds.makers[by], grounds.checkers[by]
        if said.kind == "reversal":
            proposal = propose_reversal(
                batch=Batch(pk=self.key(said.follows)), reason_code="error", key=key,
                actor=maker, now=now, valid_on=said.on,
            )  # fmt: skip
        else:
            proposal = propose(
                pairing=grounds.pairing, terms=self.terms(said), key=key, actor=maker, now=now
            )
        try:
            batch = post_proposal(proposal=proposal, actor=checker, now=now)
        except Refused:
            # A year is not closed over what waits.
            with suppress(Refused):
                withdraw_proposal(proposal=proposal, actor=maker, now=now)
            raise
        if key.int % 6 == 0:
            self.send_again(proposal, by)
        return batch

    def send_again(self, proposal: Proposal, by: str) -> None:
        """The same is found standing, another under its key is refused; neither changes anything."""
        checker, maker = self.grounds.checkers[by], self.grounds.makers[by]
        before = self.trace()
        again = post_proposal(proposal=proposal, actor=checker, now=self.now())
        assert again.pk == proposal.pk
        other = replace(Terms.from_plain(proposal.terms), document="another")
        with pytest.raises(KeyReused):
            propose(
                pairing=proposal.pairing, terms=other, key=proposal.pk, actor=maker, now=self.now()
            )
        assert self.trace() == before
        self.met["sent again"] += 1

    def terms(self, said: Said) -> Terms:
        is_commitment = said.kind == "commitment"
        return Terms(
            kind=said.kind, valid_on=said.on, amount=said.amount, quantity=said.quantity,
            quantity_unit=said.quantity_unit, nature=said.nature, stage=said.stage,
            is_beyond_due=said.beyond_due, relates_to=said.relates_to, document="财函1号",
            follows_id=self.key(said.follows) if said.follows else None,
            purpose="education" if is_commitment else "",
            agreement_id=self.grounds.agreement.pk if is_commitment else None,
        )  # fmt: skip

    def close(self, key: str, side: str, year: int, carried: dict[str, bool]) -> list[Row]:
        grounds, now = self.grounds, self.now()
        before = self.trace()
        with pytest.raises((YearNotOver, EarlierYearOpen)):
            self.end(uuid4(), side, self.today.year, {}, now)
        assert self.trace() == before
        batch = self.end(self.key(key), side, year, carried, now)
        before = self.trace()
        with pytest.raises(YearClosed):
            self.end(uuid4(), side, year, carried, now)
        assert self.trace() == before
        self.told_by[key] = side
        assert batch.tenant_id == grounds.owners[side]
        return self.kept(key, batch)

    def end(
        self, key: UUID, side: str, year: int, carried: dict[str, bool], now: dt.datetime
    ) -> Batch:
        grounds = self.grounds
        proposal = propose_year_end(
            pairing=grounds.pairing, year=year, key=key, actor=grounds.makers[side], now=now,
            carries_due=carried.get("B110", False),
            carries_appropriated=carried.get("B120", True),
        )  # fmt: skip
        return post_proposal(proposal=proposal, actor=grounds.checkers[side], now=now)

    def kept(self, key: str, batch: Batch) -> list[Row]:
        """Return the rows of a batch, each read by its owner, who alone is given it."""
        self.moments[int(key[1:])] = batch.recorded_at
        rows = []
        for side in BOOKS:
            with acting(self.grounds.makers[side]):
                for row in Transfer.objects.filter(batch_id=batch.pk).select_related(
                    "debit", "credit"
                ):
                    assert row.tenant_id == self.grounds.owners[side]
                    assert side_of(row.debit.code) == side_of(row.credit.code) == side
                    rows.append(
                        Row(
                            row.debit.code,
                            row.credit.code,
                            row.amount,
                            row.year,
                            row.relates_to_year,
                            row.unit,
                        )
                    )
        return rows

    def trace(self) -> object:
        """Return all of the books and what the log has of them; a proposal may stay, refused or not."""
        found: list[object] = [self.balances()]
        of_books = Entry.objects.filter(record_type__startswith="ledger.").exclude(
            record_type="ledger.proposal"
        )
        for actor in self.grounds.makers.values():
            with acting(actor):
                found += [
                    (of_books & Entry.objects.owned()).count(),
                    Batch.objects.owned().count(),
                    Transfer.objects.owned().count(),
                ]
        return found

    def balances(self) -> dict[Account, int]:
        held: dict[Account, int] = {}
        for side in BOOKS:
            with acting(self.grounds.makers[side]):
                rows = KeptAccount.objects.filter(
                    book__pairing=self.grounds.pairing, tenant_id=self.grounds.owners[side]
                ).exclude(balance=0)
                held |= {(row.code, row.year, row.unit): row.balance for row in rows}
        return held

    def balances_as_of(self, true_on: dt.date, known_at: int) -> dict[Account, int]:
        as_of = AsOf(true_on=true_on, known_at=self.moments[known_at])
        held: dict[Account, int] = {}
        for side in BOOKS:
            with acting(self.grounds.makers[side]):
                own = Book.objects.filter(pairing=self.grounds.pairing, side=side)
                for found in list_balances(own, as_of).values():
                    held |= {(key.code, key.year, key.unit): left for key, left in found.items()}
        return held

    def trial(self, side: str, year: int) -> bytes:
        with acting(self.grounds.makers[side]):
            lines = list_trial([self.grounds.pairing.pk], side=side, year=year)
        return json.dumps([[*line.key, line.balance] for line in lines]).encode()

    def sum_up(self, **conditions: object) -> dict[Account, int]:
        held: dict[Account, int] = defaultdict(int)
        for side in BOOKS:
            with acting(self.grounds.makers[side]):
                rows = Transfer.objects.filter(book__pairing=self.grounds.pairing, **conditions)
                for debit, credit, amount, year, unit in rows.values_list(
                    "debit__code", "credit__code", "amount", "year", "unit"
                ):
                    said = Row(debit, credit, amount, year, 0, unit)
                    for account, change in said.ends():
                        held[account] += change
        return {account: amount for account, amount in held.items() if amount}

    def is_proven_by_the_log(self) -> None:
        """Each batch is one entry of the log, which holds its terms."""
        for by in ("coordinator", *BOOKS):
            with acting(self.grounds.makers[by]):
                own = Batch.objects.filter(
                    pairing=self.grounds.pairing, tenant_id=self.grounds.owners[by]
                )
                for batch in own:
                    entry = Entry.objects.get(record_type="ledger.batch", record_id=batch.pk)
                    after = json.loads(entry.body)["after"]
                    assert after["body_sha256"] == batch.body_sha256
                    assert after["rows_sha256"] == batch.rows_sha256
                    assert after["amount"] == batch.amount
