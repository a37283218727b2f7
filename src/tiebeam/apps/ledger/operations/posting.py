"""
Post events: every hand, page, command and import comes through here.

Each batch is composed by the law of the core from what stands in its books, and written with its
rows and balances in one transaction. Many events take as many statements as one.

Who divides an amount by what a book holds, ends a year or reverses is alone at the pairing. Others
share it: they are alone at the batch of which they take a part, and meet at the balances, which are
asked again as they are written, at the very end.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.ledger.models import Batch, Book
from tiebeam.apps.ledger.operations.books import (
    SIDES,
    PairBooks,
    read_books,
    read_policies,
)
from tiebeam.apps.ledger.operations.chain import Chain, FollowedUnknown, Link
from tiebeam.apps.ledger.operations.composing import (
    Agreements,
    UndoneRow,
    compose_event,
    compose_reversal,
    compose_year_end,
    in_range,
    list_open_proposals,
    refuse_day,
    refuse_open_proposals,
    take_over,
)
from tiebeam.apps.ledger.operations.dues import (
    note_of,
    refuse_due_by_hand,
    refuse_undoing_notice,
)
from tiebeam.apps.ledger.operations.parts import demand_another, own_side
from tiebeam.apps.ledger.operations.refusals import KeyReused, PostTooSlow
from tiebeam.apps.ledger.operations.terms import Terms, body_of, refuse_terms
from tiebeam.apps.ledger.operations.writing import (
    Composed,
    open_new,
    refusing_reused,
    write_batches,
    write_rows,
)
from tiebeam.apps.ledger.queries.finality import FINAL_AFTER
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.chart import Side
from tiebeam.core.ledger.events import KINDS
from tiebeam.core.ledger.posting import Row
from tiebeam.core.ledger.proof import digest_of_rows
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.statements.running import among, in_one_statement, in_parts, select
from tiebeam.platform.tenancy.acting import Actor, changing_seats
from tiebeam.platform.tenancy.holding import hold, share
from tiebeam.platform.time.clock import later

Sit = Callable[[UUID], None]

DIVIDED = frozenset({"due_up", "due_down", "use_credit", "appropriation", "reversal", "year_end"})
"""What is posted with no other hand on its pairing."""
DONE_WITHIN = FINAL_AFTER / 2
"""So long a post may take from its moment on; the rest is left for its commit."""
IN_BOTH_BOOKS = frozenset({"receipt", "goods_receipt", "refund_confirmed"})


@dataclass(frozen=True, slots=True)
class Hand:
    """A person, and whom that person stands in for."""

    person_id: UUID
    for_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """
    One event to post.

    Attributes:
        key: The id of its batch, chosen by the caller.
        pairing: As the acting organisation reads it, with its programme.
        is_by_rule: Whether a notice says it, and no hand.
    """

    key: UUID
    pairing: Pairing
    terms: Terms
    is_by_rule: bool = False


class Posting:
    """
    Events that are posted in one transaction, by a maker and the actor as checker.

    :func:`posting` reads what they meet; ``add`` composes each, ``write`` writes them all.
    """

    def __init__(
        self,
        entered: Sequence[Entered],
        maker: Hand,
        actor: Actor,
        now: datetime,
        import_id: UUID | None,
    ) -> None:
        demand_another(actor, maker.person_id, maker.for_id)
        self.maker, self.actor, self.now, self._import_id = maker, actor, now, import_id
        self._written = 0
        self.today = timezone.localdate(now)
        self.composed: list[Composed] = []
        self._agreements = Agreements()
        self._undone: dict[UUID, list[UndoneRow]] = {}
        pairings = {each.pairing.pk: each.pairing for each in entered}
        self._hold(entered, pairings)
        self.books = {pairing.pk: PairBooks(pairing) for pairing in pairings.values()}
        self.chain = Chain(pairings)
        self.chain.read(_list_named(entered))
        self._open_proposals = {
            each.pairing.pk: list_open_proposals(each.pairing, each.terms.valid_on.year)
            for each in entered
            if each.terms.kind == "year_end"
        }
        # Whose books are met: the own seat comes first, and is the last to be written.
        self._seats: dict[UUID, set[tuple[Side, UUID]]] = {actor.organisation_id: set()}
        for each in entered:
            for side in self._sides(each):
                owner_id = self.books[each.pairing.pk].owner(side)
                self._seats.setdefault(owner_id, set()).add((side, each.pairing.pk))

    def _hold(self, entered: Sequence[Entered], pairing_ids: Iterable[UUID]) -> None:
        """Let nobody else at what the events divide, take a part of, or end."""
        self._is_shared = len(entered) == 1 and entered[0].terms.kind not in DIVIDED
        if self._is_shared:
            key, followed = entered[0].key, entered[0].terms.follows_id
            share(entered[0].pairing.pk, key, *([followed] if followed else []))
            return
        for pairing_id in sorted(pairing_ids, key=str):
            hold(pairing_id)

    def _sides(self, entered: Entered) -> tuple[Side, ...]:
        """Return in whose books an event stands."""
        kind, undone_id = entered.terms.kind, entered.terms.reverses_id
        if kind == "reversal":
            link = self.chain.links.get(undone_id) if undone_id else None
            years = (link.donor_year, link.recipient_year) if link else (0, 0)
            return tuple(side for side, year in zip(SIDES, years, strict=True) if year)
        if kind in IN_BOTH_BOOKS:
            return SIDES
        by = KINDS[kind].by if kind in KINDS else own_side(self.actor, entered.pairing)
        return ("recipient",) if by == "recipient" else ("donor",)

    def read(self, sit: Sit, undone: Sequence[UUID]) -> None:
        """Read the books that are met, each in the seat of its owner."""
        for owner_id, places in self._seats.items():
            if places:
                sit(owner_id)
                read_books([(side, self.books[pk]) for side, pk in places], owner_id)
                if undone:
                    self._read_rows(undone, owner_id)
        read_policies([each for each in self.books.values() if not each.books])
        # Recorded now that the books are held: after what stands in them, and after a close.
        books = [book for each in self.books.values() for book in each.books.values()]
        self._recorded_at = max(
            [
                later(self.now),
                *(book.recorded_at for book in books if book.recorded_at is not None),
                *(
                    book.closed_at + timedelta(microseconds=1)
                    for book in books
                    if book.closed_at is not None
                ),
            ]
        )

    def _read_rows(self, undone: Sequence[UUID], owner_id: UUID) -> None:
        for part in in_parts(undone):
            condition, ids = among("t.batch_id", part)
            rows = select(
                "SELECT t.id, t.batch_id, b.side, d.code, c.code, t.amount, t.year,"  # noqa: S608  # our own names
                " t.relates_to_year, t.unit FROM ledger_transfer t"
                " JOIN ledger_book b ON b.id = t.book_id JOIN ledger_account d ON d.id = t.debit_id"
                f" JOIN ledger_account c ON c.id = t.credit_id WHERE {condition}"
                " AND t.tenant_id = %s ORDER BY t.number",
                [*ids, owner_id],
                ids=(0, 1),
            )
            for row_id, batch_id, *values in rows:
                self._undone.setdefault(batch_id, []).append((row_id, Row(*values)))

    def add(self, entered: Entered) -> bool:
        """
        Compose the batch of an event; return False where it was posted before under the same key.

        Raises:
            KeyReused: Another event was.
            Refused: Terms, law, chain or books refuse it; nothing of it is left.
        """
        terms, books = entered.terms, self.books[entered.pairing.pk]
        _, body = body_of(entered.pairing.pk, terms)
        known = self.chain.links.get(entered.key)
        if known is not None:
            if known.body_sha256 != body:
                raise KeyReused(key=str(entered.key))
            return False
        if entered.key in self.chain.elsewhere:
            raise KeyReused(key=str(entered.key))
        refuse_terms(terms)
        if not entered.is_by_rule:
            refuse_due_by_hand(terms, entered.pairing)
            named = terms.follows_id or terms.reverses_id
            followed = self.chain.links.get(named) if named else None
            refuse_day(terms, entered.pairing, self.today, followed)
        link = Link(
            id=entered.key, pairing_id=entered.pairing.pk, kind=terms.kind,
            valid_on=terms.valid_on, amount=terms.amount,
            quantity=terms.quantity, quantity_unit=terms.quantity_unit.strip(), follows_id=None,
            head_id=None, donor_year=0, recipient_year=0, purpose=terms.purpose.strip(),
            agreement_id=terms.agreement_id, body_sha256=body,
        )  # fmt: skip
        rows, undoes = self._compose(terms, link, books)
        take_over(rows, books)
        for row in rows:
            if row.side == "donor":
                link.donor_year = link.donor_year or row.year
            else:
                link.recipient_year = link.recipient_year or row.year
        self.chain.add(link)
        listed = list(in_range(rows, undoes))
        batch = self._batch_of(entered, link, books)
        batch["rows_sha256"] = digest_of_rows(row for row, _ in listed)
        self.composed.append(Composed(books, batch, listed))
        return True

    def _compose(self, terms: Terms, link: Link, books: PairBooks) -> tuple[list[Row], list[UUID]]:
        if terms.kind == "reversal":
            if terms.reverses_id is None:
                raise FollowedUnknown
            undone = self.chain.find(terms.reverses_id)
            refuse_undoing_notice(undone.kind, undone.id, books.pairing)
            known = self._undone.get(undone.id, [])
            rows = compose_reversal(link, undone, known, books, self.chain)
            undone.is_reversed = True
            return rows, [row_id for row_id, _ in known]
        if terms.kind == "year_end":
            side = own_side(self.actor, books.pairing)
            rows = compose_year_end(side, terms, books, self.today)
            refuse_open_proposals(terms.valid_on.year, self._open_proposals[books.pairing.pk])
            return rows, []
        return compose_event(terms, link, books, self.chain, self._agreements), []

    def _batch_of(self, entered: Entered, link: Link, books: PairBooks) -> dict[str, Any]:
        pairing, terms = books.pairing, entered.terms
        return {
            "id": link.id,
            "tenant_id": self.actor.organisation_id,
            "scope_id": pairing.scope_id,
            "pairing_id": pairing.pk,
            "programme_id": pairing.programme_id,
            "kind": link.kind,
            "year": terms.valid_on.year,
            "donor_year": link.donor_year,
            "recipient_year": link.recipient_year,
            "valid_on": terms.valid_on,
            "recorded_at": self._recorded_at,
            "amount": link.amount,
            "quantity": link.quantity,
            "quantity_unit": link.quantity_unit,
            "nature": terms.nature,
            "stage": terms.stage,
            "is_beyond_due": terms.is_beyond_due,
            "purpose": link.purpose,
            "reason_code": terms.reason_code.strip(),
            "agreement_id": link.agreement_id,
            "document": terms.document.strip(),
            "document_id": terms.document_id,
            "note": note_of(terms, is_by_rule=entered.is_by_rule),
            "follows_id": link.follows_id,
            "head_id": link.head_id,
            "reverses_id": terms.reverses_id,
            "reversed_kind": link.reversed_kind,
            "maker_id": self.maker.person_id,
            "maker_for_id": self.maker.for_id,
            "checker_id": self.actor.person_id,
            "checker_for_id": self.actor.deputy_of,
            "body_sha256": link.body_sha256,
            "import_id": self._import_id,
        }

    def write_ahead(self, sit: Sit) -> None:
        """
        Write the batches that were composed since, in the own seat, while others are still to come.

        Raises:
            KeyReused: A key is that of a batch of another pairing.
        """
        sit(self.actor.organisation_id)
        write_batches(self.composed[self._written :])
        self._written = len(self.composed)

    def write(self, sit: Sit, also: Callable[[], None] | None = None) -> None:
        """
        Write all that was composed, each half in the seat of its owner.

        Args:
            also: What is written with it, in the own seat.

        Raises:
            KeyReused: A key is that of a batch of another pairing.
            Overdrawn: Somebody was quicker.
            PostTooSlow: It took longer than what was known before may stay open (§L11).
        """
        opened: list[Book] = []
        for owner_id, found in reversed(self._seats.items()):
            places = [(side, self.books[pk]) for side, pk in sorted(found, key=str)]
            sit(owner_id)
            opened += open_new(
                places, self.composed, self.actor, self.now, is_shared=self._is_shared
            )
            if owner_id == self.actor.organisation_id:
                for book in opened:
                    record_creation(
                        actor=self.actor, now=self.now, action="ledger.open_book", record=book
                    )
                if also is not None:
                    also()
                self.write_ahead(sit)
            write_rows(places, self.composed, self.actor, self.now)
        refuse_slow(self._recorded_at, self.now)


def refuse_slow(since: datetime, now: datetime) -> None:
    """
    Refuse what took longer, from the first moment at which it recorded something, than may stay open.

    Raises:
        PostTooSlow: It did.
    """
    if later(now) - since > DONE_WITHIN:
        raise PostTooSlow(minutes=DONE_WITHIN.seconds // 60)


@contextmanager
def posting(
    entered: Sequence[Entered],
    *,
    maker: Hand,
    actor: Actor,
    now: datetime,
    import_id: UUID | None = None,
) -> Iterator[tuple[Posting, Sit]]:
    """Give what posts *entered*, their books read and held, and the function that changes seats."""
    made = Posting(entered, maker, actor, now, import_id)
    undone = [each.terms.reverses_id for each in entered if each.terms.reverses_id is not None]
    with changing_seats() as sit:
        made.read(sit, undone)
        yield made, sit


def post(
    entered: Entered,
    *,
    maker: Hand,
    actor: Actor,
    now: datetime,
    also: Callable[[Batch], None] | None = None,
) -> Batch:
    """
    Post one event; one that was posted before under its key is returned as it stands.

    Args:
        also: Writes what belongs to a batch that is posted now, just before the batch itself: its entry in the log.

    Raises:
        Refused: Nothing is written.
    """
    with posting([entered], maker=maker, actor=actor, now=now) as (made, sit):
        if made.add(entered):
            batch = Batch(**made.composed[0].batch)
            batch.pairing = entered.pairing
            with refusing_reused(made.composed), in_one_statement():
                made.write(sit, also=None if also is None else lambda: also(batch))
            return batch
    found: Batch = Batch.objects.get(pk=entered.key)
    return found


def _list_named(entered: Sequence[Entered]) -> list[UUID]:
    """Return the batches that events name, and those that they may be already."""
    named = [each.key for each in entered]
    for each in entered:
        named += [
            found for found in (each.terms.follows_id, each.terms.reverses_id) if found is not None
        ]
    return named
