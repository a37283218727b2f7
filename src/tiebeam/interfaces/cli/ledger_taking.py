"""
Events from the command line: proposed by one person, posted by another, each act under its own token.

All of a file is done, or nothing. Events of other organisations stay theirs; an event that
follows one that is only proposed yet waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from tiebeam.errors import Fault, InvalidInput, Refused

if TYPE_CHECKING:
    from tiebeam.apps.ledger.operations.given_events import KnownEvent
    from tiebeam.interchange.ledger_events.given import GivenEvent
    from tiebeam.platform.tenancy.acting import Actor

Outcome = Literal["posted", "stands", "proposed", "waits", "theirs", "missing"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One event, and what became of it."""

    event: "KnownEvent"
    outcome: Outcome


class Taking:
    """
    Takes the events of one file.

    Args:
        makers: Who proposes, one for each organisation.
        checkers: Who posts what another proposed; nobody where it is left to a later run.
        now: When.
    """

    def __init__(
        self, makers: "Sequence[Actor]", checkers: "Sequence[Actor]", now: datetime
    ) -> None:
        self._makers = {actor.organisation_id: actor for actor in makers}
        self._checkers = {actor.organisation_id: actor for actor in checkers}
        self._now = now
        self._posted: set[UUID] = set()
        self._lost: set[UUID] = set()
        self._faults: list[Fault] = []

    def take(self, events: "Sequence[GivenEvent]", *, is_sure: bool) -> list[Taken]:
        """
        Propose what nobody proposed, and post what another person proposed.

        Raises:
            InvalidInput: Every event that is refused; then nothing is written.
        """
        from django.db import transaction
        from django.utils import timezone

        from tiebeam.apps.ledger.operations.given_events import know_events, question_amounts
        from tiebeam.apps.ledger.operations.posting import refuse_slow
        from tiebeam.platform.tenancy.acting import acting
        from tiebeam.platform.time.clock import telling_time

        own: dict[UUID, KnownEvent] = {}
        faults: dict[tuple[int | None, str], Fault] = {}
        questions: list[Fault] = []
        began = timezone.now()
        with transaction.atomic(), telling_time(timezone.now):
            for actor in {**self._checkers, **self._makers}.values():
                with acting(actor):
                    known, found = know_events(events)
                    questions = [] if is_sure else question_amounts(known)
                faults |= {(fault.row, fault.code): fault for fault in found}
                # Each organisation alone reads all that its own events name.
                mine = actor.organisation_id
                own |= {e.key: e for e in known if e.owner_id == mine or e.key not in own}
            known = list(own.values())
            self._demand(list(faults.values()))
            self._demand_somebody(known)
            if questions:
                count: dict[str, object] = {"count": len(questions)}
                raise InvalidInput([Fault(code="ledger_files.questions", facts=count)], questions)
            taken = [Taken(event, self._take(event)) for event in known]
            self._demand(self._faults)
            refuse_slow(began, began)
        return taken

    def _take(self, event: "KnownEvent") -> Outcome:
        from tiebeam.apps.ledger.operations.imports import fault_of
        from tiebeam.apps.ledger.operations.terms import body_of

        _, body = body_of(event.pairing.pk, event.terms)
        if event.standing and event.standing != body:
            code = "ledger.key_reused" if event.given.key else "ledger_files.unnamed_reused"
            facts: dict[str, object] = {"key": event.given.key or str(event.key)}
            return self._lose(event, Fault(code=code, row=event.given.row, facts=facts))
        if event.is_posted:
            self._posted.add(event.key)
            return "stands"
        if event.waits_for in self._lost:
            return self._lose(event)
        if event.owner_id not in self._makers and event.owner_id not in self._checkers:
            return "theirs"
        if event.waits_for and event.waits_for not in self._posted:
            return "waits"
        try:
            return self._propose_and_post(event)
        except Refused as error:
            return self._lose(event, fault_of(error, event.given.row))

    def _propose_and_post(self, event: "KnownEvent") -> Outcome:
        from tiebeam.apps.ledger.models import Proposal
        from tiebeam.apps.ledger.operations.proposals import NotProposed, post_proposal, propose
        from tiebeam.platform.tenancy.acting import acting

        maker, checker = self._makers.get(event.owner_id), self._checkers.get(event.owner_id)
        if not event.standing:
            if maker is None:
                return "missing"
            made = propose(
                pairing=event.pairing, terms=event.terms, key=event.key, actor=maker, now=self._now
            )
            if made.state != "proposed":
                raise NotProposed(state=made.state)
        if checker is None:
            return "proposed"
        with acting(checker):
            proposal = Proposal.objects.get(pk=event.key)
        post_proposal(proposal=proposal, actor=checker, now=self._now)
        self._posted.add(event.key)
        return "posted"

    def _lose(self, event: "KnownEvent", fault: Fault | None = None) -> Outcome:
        self._lost.add(event.key)
        self._faults += [fault] if fault else []
        return "missing"

    def _demand_somebody(self, known: "Sequence[KnownEvent]") -> None:
        """Refuse a file of which no event is told by any organisation whose token was given."""
        ours = {*self._makers, *self._checkers}
        if known and not any(event.owner_id in ours for event in known):
            facts: dict[str, object] = {"side": known[0].side}
            self._demand(
                [Fault(code="ledger_files.nobody_for_side", row=known[0].given.row, facts=facts)]
            )

    @staticmethod
    def _demand(faults: Sequence[Fault]) -> None:
        if faults:
            raise InvalidInput(faults)


def find_differences(
    taken: Sequence[Taken], expected: Mapping[tuple[str, int, str], int], actors: "Sequence[Actor]"
) -> list[Fault]:
    """Return the balances that differ from those that the file says are left, as far as *actors* read the books."""
    from tiebeam.apps.ledger.models import Account, Book
    from tiebeam.platform.tenancy.acting import acting

    pairings = {each.event.pairing.pk for each in taken}
    found: dict[tuple[str, int, str], int] = {}
    sides: set[str] = set()
    for actor in actors:
        with acting(actor):
            for book in Book.objects.filter(pairing_id__in=pairings):
                sides.add(book.side)
                rows = Account.objects.filter(book=book).values_list(
                    "code", "year", "unit", "balance"
                )
                found |= {(code, year, unit): balance for code, year, unit, balance in rows}
    return [
        Fault(
            code="ledger_files.balance_differs",
            column=code,
            facts={
                "account": code,
                "year": str(year or ""),
                "unit": unit,
                "found": found.get((code, year, unit), 0),
                "expected": amount,
            },
        )
        for (code, year, unit), amount in expected.items()
        if _side_of(code) in sides and found.get((code, year, unit), 0) != amount
    ]


def _side_of(code: str) -> str:
    from tiebeam.core.ledger.chart import CHART

    return CHART[code].side
