"""
Many events at once: proposed as a whole, posted by a second person in parts that follow each other.

Before the first part, all of them are tried against the books, and one that is refused refuses
all. Each part is one commit with one entry in the log; an import that was cut off goes on with
the part where it stopped, and nothing is posted twice.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.models import Import
from tiebeam.apps.ledger.operations.given_events import KnownEvent, know_events, question_amounts
from tiebeam.apps.ledger.operations.parts import CHECKERS, MAKERS, demand_another, demand_part
from tiebeam.apps.ledger.operations.posting import Entered, Hand, posting
from tiebeam.apps.ledger.operations.proposals import NotOwnProposal, NotProposed
from tiebeam.apps.ledger.operations.terms import ReasonMissing
from tiebeam.apps.ledger.operations.writing import refusing_reused
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.errors import Fault, InvalidInput, Refused
from tiebeam.interchange.ledger_events.fields import FieldReader
from tiebeam.interchange.ledger_events.given import GivenEvent
from tiebeam.interchange.tables.findings import Findings
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.files.store import (
    hash_of_content,
    read_content,
    remove_content,
    write_content,
)
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.statements.running import without_waiting
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.holding import hold

PART = 1_000
"""Events of one commit."""
AHEAD = 125
"""Events whose batches the database writes while the next are composed."""
FAULTS_MOST = 200
_FOLDER = "imports"


@dataclass(frozen=True, slots=True)
class LookedImport:
    """What the rows of an import are: events whose pairs are known, what keeps them out, and what is asked about."""

    events: list[KnownEvent]
    faults: list[Fault]
    questions: list[Fault]


class PartMissing(Refused):
    """The parts of an import are posted one after the other; facts: ``next``."""

    code = "ledger_files.part_missing"


@operation("ledger.propose_import", roles=MAKERS)
def propose_import(
    *,
    programme: Programme,
    rows: Sequence[GivenRow],
    actor: Actor,
    now: datetime,
    source: str = "",
    import_id: UUID | None = None,
    is_sure: bool = False,
) -> ImportProposal:
    """
    Propose many events of a programme at once, for another person of the organisation to post.

    Proposed again under the same id with the same rows, the import that stands is returned.

    Args:
        rows: Row by row what stands in the columns of the form.
        source: Name of the file.
        import_id: Chosen by the caller.
        is_sure: Amounts that look like a slipped unit were looked at, and are right.

    Raises:
        InvalidInput: Every row that cannot be read, or that the books would refuse; or, unless
            *is_sure*, every amount that is asked about. Then nothing is kept.
    """
    content = _content_of(rows)
    key, digest = import_id or uuid4(), hash_of_content(content)
    hold(key)
    known = ImportProposal.objects.owned().filter(pk=key).first()
    if isinstance(known, ImportProposal):
        if known.rows_sha256 != digest:
            raise InvalidInput([Fault(code="ledger.key_reused", facts={"key": str(key)})])
        return known
    looked = look_at_import(programme, rows, actor, now)
    if looked.faults or (looked.questions and not is_sure):
        raise InvalidInput(looked.faults or looked.questions)
    proposal = ImportProposal(
        id=key,
        tenant_id=actor.organisation_id,
        programme=programme,
        source=source.strip()[:200],
        stored_as=f"{_FOLDER}/{secrets.token_hex(24)}",
        rows_sha256=digest,
        events_count=len(looked.events),
        maker_id=actor.person_id,
        maker_for_id=actor.deputy_of,
        proposed_at=now,
    )
    write_content(proposal.stored_as, content)
    try:
        proposal.save(force_insert=True)
        record_creation(actor=actor, now=now, action="ledger.propose_import", record=proposal)
    except BaseException:
        remove_content(proposal.stored_as)
        raise
    return proposal


@operation("ledger.post_import_part", roles=CHECKERS)
def post_import_part(*, proposal: ImportProposal, part: int, actor: Actor, now: datetime) -> Import:
    """
    Post one part of an import that another person proposed; posted before, it is found standing.

    Args:
        part: From 1. With the last one the import is done.

    Raises:
        OwnProposal: The actor made it, or stands in for who did.
        NotProposed: It was sent back or withdrawn.
        PartMissing: An earlier part was not posted yet, or there is none of this number.
        InvalidInput: A row is refused by now; nothing of this part is written.
    """
    action = "ledger.post_import_part"
    hold(proposal.pk)
    kept = _get(proposal, actor)
    demand_another(actor, kept.maker_id, kept.maker_for_id)
    standing = Import.objects.filter(import_id=kept.pk, part=part).first()
    if isinstance(standing, Import):
        return standing
    if kept.state != "proposed":
        raise NotProposed(state=kept.state)
    following = Import.objects.filter(import_id=kept.pk).count() + 1
    if part != following:
        raise PartMissing(next=following)
    events = list_events(kept)
    these = events[(part - 1) * PART : part * PART]
    _demand_checker(actor, action, events if part == 1 else these)
    if part == 1:
        _demand_whole(try_events(events, actor, now))
    posted = _post(kept, these, part, actor, now)
    if part * PART >= len(events):
        _end(kept, "posted", actor, now, action, "")
    return posted


@operation("ledger.return_import", roles=CHECKERS)
def return_import(
    *, proposal: ImportProposal, reason: str, actor: Actor, now: datetime
) -> ImportProposal:
    """
    Send an import of another person back, with a reason.

    Raises:
        ReasonMissing: No reason is given.
        OwnProposal: The actor made it, or stands in for who did.
        NotProposed: It was sent back or withdrawn before, or is being posted.
    """
    if not reason.strip():
        raise ReasonMissing
    hold(proposal.pk)
    kept = _get(proposal, actor)
    demand_another(actor, kept.maker_id, kept.maker_for_id)
    return _end(kept, "returned", actor, now, "ledger.return_import", reason.strip())


@operation("ledger.withdraw_import", roles=MAKERS)
def withdraw_import(
    *, proposal: ImportProposal, actor: Actor, now: datetime, reason: str = ""
) -> ImportProposal:
    """
    Withdraw an own import.

    Raises:
        NotOwnProposal: Another person made it.
        NotProposed: It was sent back or withdrawn before, or is being posted.
    """
    hold(proposal.pk)
    kept = _get(proposal, actor)
    if actor.person_id not in {kept.maker_id, kept.maker_for_id}:
        raise NotOwnProposal
    return _end(kept, "withdrawn", actor, now, "ledger.withdraw_import", reason.strip())


def look_at_import(
    programme: Programme, rows: Sequence[GivenRow], actor: Actor, now: datetime
) -> LookedImport:
    """Return what *rows* are, and everything that keeps them from being posted; nothing is written."""
    findings = Findings()
    given = _read_rows(programme, [(row.number, row.values) for row in rows], findings)
    if not rows:
        findings.add_fault("ledger_files.without_events", "")
    known, faults = know_events(given)
    faults = [*findings.faults, *faults, *_list_of_others(known, actor)]
    if not faults:
        faults = try_events(known, actor, now)
    return LookedImport(known, faults[:FAULTS_MOST], question_amounts(known))


def try_events(events: Sequence[KnownEvent], actor: Actor, now: datetime) -> list[Fault]:
    """Return why *events*, posted one after the other, would be refused; nothing is written."""
    faults: list[Fault] = []
    refused: set[UUID] = set()
    entered = [Entered(event.key, event.pairing, event.terms) for event in events]
    nobody = Hand(uuid4())
    # Holding the books takes a transaction, also where nothing is written.
    with (
        transaction.atomic(),
        posting(entered, maker=nobody, actor=actor, now=now) as (made, _),
    ):
        for event, each in zip(events, entered, strict=True):
            if event.waits_for in refused:
                refused.add(event.key)
                continue
            try:
                made.add(each)
            except Refused as error:
                refused.add(event.key)
                faults.append(fault_of(error, event.given.row))
                if len(faults) >= FAULTS_MOST:
                    break
    return faults


def fault_of(error: Refused, row: int) -> Fault:
    """Return a refusal as a fault at its row."""
    return Fault(code=error.code, row=row, facts=dict(error.facts))


def list_events(proposal: ImportProposal) -> tuple[KnownEvent, ...]:
    """Return the events of an import as its organisation, which acts, knew them when it first asked."""
    return _list_events(proposal.pk, proposal.rows_sha256, proposal.tenant_id)


def know_import(proposal: ImportProposal) -> list[KnownEvent]:
    """
    Return the events of an import as its organisation, which acts, knows them now.

    Raises:
        InvalidInput: A pair, or what an event follows, is no longer there.
        DocumentDamaged: What was proposed is not what is kept.
    """
    rows = [(row.number, row.values) for row in list_rows(proposal)]
    findings = Findings()
    events, faults = know_events(_read_rows(proposal.programme, rows, findings))
    _demand_whole([*findings.faults, *faults])
    return events


def list_rows(proposal: ImportProposal) -> list[GivenRow]:
    """Return what stood in the sheet, row by row."""
    content = read_content(proposal.stored_as, proposal.rows_sha256)
    return [GivenRow(number=number, values=values) for number, values in json.loads(content)]


@lru_cache(maxsize=1)
def _list_events(proposal_id: UUID, digest: str, tenant_id: UUID) -> tuple[KnownEvent, ...]:
    """Read the rows once for all parts: what stands under an id and a hash never changes."""
    del digest, tenant_id
    return tuple(
        know_import(ImportProposal.objects.owned().select_related("programme").get(pk=proposal_id))
    )


def _demand_checker(actor: Actor, action: str, events: Sequence[KnownEvent]) -> None:
    """Raise unless *actor* checks what the sides of *events* tell."""
    told = {(event.pairing.pk, event.side): event for event in events}
    for event in told.values():
        demand_part(actor, action, event.pairing, event.side, is_checking=True)


def _read_rows(
    programme: Programme, rows: Sequence[tuple[int, Mapping[str, str]]], findings: Findings
) -> list[GivenEvent]:
    reader = FieldReader(findings, "", kinds={}, common={"programme": str(programme.pk)})
    events = (reader.read(values, number) for number, values in rows)
    return [event for event in events if event is not None]


def _list_of_others(events: Sequence[KnownEvent], actor: Actor) -> list[Fault]:
    """Return a fault for each event that another organisation tells."""
    faults = []
    for event in events:
        with suppress(Refused):
            demand_part(
                actor, "ledger.propose_import", event.pairing, event.side, is_checking=False
            )
            continue
        facts: dict[str, object] = {"kind": event.terms.kind, "side": event.side}
        faults.append(
            Fault(code="ledger_files.not_ours", row=event.given.row, column="kind", facts=facts)
        )
    return faults


def _post(
    proposal: ImportProposal, events: Sequence[KnownEvent], part: int, actor: Actor, now: datetime
) -> Import:
    maker = Hand(proposal.maker_id, proposal.maker_for_id)
    entered = [Entered(event.key, event.pairing, event.terms) for event in events]
    bodies = sha256()
    batches = rows = 0
    faults: list[Fault] = []
    with posting(entered, maker=maker, actor=actor, now=now, import_id=proposal.pk) as (made, sit):
        with refusing_reused(made.composed), without_waiting():
            for number, (event, each) in enumerate(zip(events, entered, strict=True), start=1):
                try:
                    made.add(each)
                except Refused as error:
                    faults.append(fault_of(error, event.given.row))
                if number % AHEAD == 0 and not faults:
                    made.write_ahead(sit)
            _demand_whole(faults)
            made.write(sit)
        for composed in made.composed:
            for proven in ("body_sha256", "rows_sha256"):
                bodies.update(str(composed.batch[proven]).encode())
            batches, rows = batches + 1, rows + len(composed.rows)
    record = Import(
        tenant_id=proposal.tenant_id,
        scope_id=proposal.scope_id,
        programme_id=proposal.programme_id,
        import_id=proposal.pk,
        part=part,
        source=proposal.source,
        batches_count=batches,
        rows_count=rows,
        bodies_sha256=bodies.hexdigest(),
        maker_id=proposal.maker_id,
        maker_for_id=proposal.maker_for_id,
        checker_id=actor.person_id,
        checker_for_id=actor.deputy_of,
        imported_at=now,
    )
    record.posted = {
        (each.batch["kind"], each.books.pairing.donor_id, each.books.pairing.recipient_id)
        for each in made.composed
    }
    record.save(force_insert=True)
    record_creation(actor=actor, now=now, action="ledger.post_import_part", record=record)
    return record


def _get(proposal: ImportProposal, actor: Actor) -> ImportProposal:
    with acting(actor):
        kept: ImportProposal = ImportProposal.objects.lock(proposal.pk)
        return kept


def _end(
    proposal: ImportProposal, state: str, actor: Actor, now: datetime, action: str, reason: str
) -> ImportProposal:
    is_begun = Import.objects.filter(import_id=proposal.pk).exists()
    if proposal.state != "proposed" or (state != "posted" and is_begun):
        raise NotProposed(state="posted" if is_begun else proposal.state)
    before = state_of(proposal)
    proposal.state, proposal.reason = state, reason
    proposal.decided_by_id, proposal.decided_at = actor.person_id, now
    proposal.save()
    record_change(
        actor=actor, now=now, action=action, record=proposal, before=before, reason=reason
    )
    return proposal


def _content_of(rows: Sequence[GivenRow]) -> bytes:
    said: list[Any] = [
        [row.number, {name: text for name, text in row.values.items() if text}] for row in rows
    ]
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _demand_whole(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)
