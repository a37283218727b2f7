"""From events as a file gives them to events of pairings on record: which pair, which key, what they follow."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.ledger.operations.terms import Terms
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.agreements import AgreementStanding, list_agreements
from tiebeam.apps.regions.operations.rows import as_uuid
from tiebeam.core.ledger.events import KINDS
from tiebeam.errors import Fault
from tiebeam.interchange.ledger_events.given import REVERSAL, YEAR_END, GivenEvent, Pair
from tiebeam.platform.tenancy.acting import find_actor
from tiebeam.platform.time.periods import holds_on
from tiebeam.units import question_magnitude


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """
    An event of a file whose pair, key and predecessor are known.

    Attributes:
        key: The id of its batch.
        side: Who tells it: coordinator, donor or recipient.
        owner_id: Whose organisation that is.
        waits_for: What it follows, where that is an event of the same file.
        standing: The hash of what was posted or proposed under its key; empty where nothing was.
        is_posted: Whether it was posted.
    """

    given: GivenEvent
    pairing: Pairing
    key: UUID
    terms: Terms
    side: str
    owner_id: UUID
    waits_for: UUID | None = None
    standing: str = ""
    is_posted: bool = False


def key_of(pairing_id: UUID, name: str) -> UUID:
    """Return the id by which a pair knows the event called *name*: the same for the same name, for good."""
    return as_uuid(name) or uuid5(pairing_id, name)


def know_events(events: Sequence[GivenEvent]) -> tuple[list[KnownEvent], list[Fault]]:
    """Return *events* as the acting organisation knows their pairs, and every fault of those that it does not."""
    return _Knowing(events).know()


def question_amounts(events: Sequence[KnownEvent]) -> list[Fault]:
    """
    Return a question for each new amount that looks like a slipped unit beside those of its kind in its programme.

    A tenth of what an event follows is a common part of it, and no question.
    """
    programmes = {event.pairing.programme_id for event in events}
    peers: defaultdict[tuple[UUID, str], list[int]] = defaultdict(list)
    rows = Batch.objects.filter(programme_id__in=programmes, amount__gt=0).order_by("-recorded_at")
    for programme_id, kind, amount in rows.values_list("programme_id", "kind", "amount")[:5000]:
        peers[programme_id, kind].append(amount)
    new = [event for event in events if not event.is_posted and event.terms.amount]
    for event in new:
        peers[event.pairing.programme_id, event.terms.kind].append(event.terms.amount)
    questions = []
    for event in new:
        others = list(peers[event.pairing.programme_id, event.terms.kind])
        others.remove(event.terms.amount)
        asked = question_magnitude(event.terms.amount, others)
        if asked is not None and (event.terms.follows_id is None or asked.facts["times"] != 10):
            questions.append(_at(event.given, asked.code, "amount", asked.value, **asked.facts))
    return questions


def find_pairing(asked: Pair, on: date | None = None) -> Pairing | Fault:
    """Return the pairing that *asked* names, of several the one in force on a day, or the fault."""
    return _Pairs().find(asked, on)


class _Pairs:
    """Finds the pair that a line names."""

    def __init__(self) -> None:
        self._rows = list(Pairing.objects.select_related("programme", "donor", "recipient"))
        self._found: dict[Pair, list[Pairing]] = {}

    def find(self, asked: Pair, on: date | None) -> Pairing | Fault:
        said = asked.pairing or ":".join(filter(None, (asked.donor, asked.recipient)))
        if not asked.pairing and not (asked.donor and asked.recipient):
            return Fault(code="ledger_files.pair_missing", column="pairing", value=said)
        if asked not in self._found:
            self._found[asked] = [row for row in self._rows if _is_meant(row, asked)]
        found = self._found[asked]
        if len(found) > 1 and on is not None:
            # The same two may be paired anew: the pair in force on the day is meant.
            found = [r for r in found if holds_on(on, r.valid_from, r.valid_until)] or found
        if len(found) == 1:
            return found[0]
        code = "ledger_files.ambiguous_pair" if found else "ledger_files.unknown_pair"
        return Fault(code=code, column="pairing", value=said[:80], facts={"count": len(found)})


def _is_meant(row: Pairing, asked: Pair) -> bool:
    programme = row.programme
    if asked.programme and asked.programme not in {
        programme.slug,
        str(programme.pk),
        programme.name_zh,
        programme.name_en,
    }:
        return False
    if asked.pairing:
        return as_uuid(asked.pairing) == row.pk
    return all(
        said.casefold() in {str(side.pk), side.name_zh.casefold(), side.name_en.casefold()}
        for said, side in ((asked.donor, row.donor), (asked.recipient, row.recipient))
    )


class _Knowing:
    """Goes through the events of one file, in their order."""

    def __init__(self, events: Sequence[GivenEvent]) -> None:
        self._events = events
        self._pairs = _Pairs()
        self._unnamed: Counter[tuple[UUID, str]] = Counter()
        self._rows: dict[UUID, int] = {}
        self._agreements: dict[UUID, list[AgreementStanding]] = {}
        self._faults: list[Fault] = []

    def know(self) -> tuple[list[KnownEvent], list[Fault]]:
        """Return what is known, and the faults."""
        placed: list[tuple[GivenEvent, Pairing, UUID]] = []
        for event in self._events:
            pairing = self._pairs.find(event.pair, event.on)
            if isinstance(pairing, Fault):
                self._faults.append(replace(pairing, row=event.row))
                continue
            key = self._key(event, pairing.pk)
            if key in self._rows:
                self._faults.append(
                    _at(
                        event,
                        "ledger_files.key_twice",
                        "key",
                        event.key or event.kind,
                        first=self._rows[key],
                    )
                )
                continue
            self._rows[key] = event.row
            placed.append((event, pairing, key))
        wanted = {key for _, _, key in placed}
        wanted |= {
            key_of(pairing.pk, event.follows) for event, pairing, _ in placed if event.follows
        }
        posted, proposed = _find_standing(wanted)
        known = [
            self._known(event, pairing, key, posted, proposed) for event, pairing, key in placed
        ]
        return [each for each in known if each is not None], self._faults

    def _key(self, event: GivenEvent, pairing_id: UUID) -> UUID:
        """Return the key: of its own name, else of what it is and how often that came before in this file."""
        if event.key:
            return key_of(pairing_id, event.key)
        if event.kind == YEAR_END:
            return key_of(pairing_id, f"{YEAR_END} {event.side} {event.year}")
        if event.kind == REVERSAL:
            return key_of(pairing_id, f"{REVERSAL} {event.follows}")
        text = " ".join(
            filter(
                None, (event.on.isoformat(), event.kind, event.nature, event.stage, event.follows)
            )
        )
        self._unnamed[pairing_id, text] += 1
        return key_of(pairing_id, f"{text} #{self._unnamed[pairing_id, text]}")

    def _known(
        self,
        event: GivenEvent,
        pairing: Pairing,
        key: UUID,
        posted: dict[UUID, Batch],
        proposed: dict[UUID, str],
    ) -> KnownEvent | None:
        before = len(self._faults)
        followed = key_of(pairing.pk, event.follows) if event.follows else None
        in_file = followed is not None and self._rows.get(followed, event.row) < event.row
        batch = posted.get(followed) if followed else None
        if followed and not in_file and (batch is None or batch.pairing_id != pairing.pk):
            self._faults.append(
                _at(event, "ledger_files.unknown_predecessor", "follows", event.follows)
            )
        agreement_id = self._agreement(event, pairing)
        if len(self._faults) > before:
            return None
        side = self._side(event, followed, batch)
        owners = {
            "coordinator": pairing.programme.tenant_id,
            "donor": pairing.donor_id,
            "recipient": pairing.recipient_id,
        }
        standing = posted.get(key)
        return KnownEvent(
            given=event,
            pairing=pairing,
            key=key,
            terms=_terms(event, followed, agreement_id),
            side=side,
            owner_id=owners[side],
            waits_for=followed if in_file else None,
            standing=standing.body_sha256 if standing else proposed.get(key, ""),
            is_posted=standing is not None,
        )

    def _side(self, event: GivenEvent, followed: UUID | None, batch: Batch | None) -> str:
        kind = event.kind
        if kind == REVERSAL:
            kind = batch.kind if batch else self._kind_in_file(followed)
        return KINDS[kind].by if kind in KINDS else event.side

    def _kind_in_file(self, key: UUID | None) -> str:
        row = self._rows.get(key) if key else None
        return next((event.kind for event in self._events if event.row == row), "")

    def _agreement(self, event: GivenEvent, pairing: Pairing) -> UUID | None:
        """Return the agreement of a commitment: the named one, else the only one in force on its day."""
        actor = find_actor()
        is_ours = actor is not None and actor.organisation_id == pairing.donor_id
        if event.kind not in KINDS or not KINDS[event.kind].names_agreement or not is_ours:
            return None  # Whoever tells it reads the agreements; to others it is just an event.
        if pairing.pk not in self._agreements:
            self._agreements[pairing.pk] = list_agreements(pairing)
        standing = self._agreements[pairing.pk]
        if event.agreement:
            named = [each for each in standing if _names(each, event.agreement)]
            code = "ledger_files.unknown_agreement"
        else:
            named = [each for each in standing if each.is_in_force(event.on)]
            code = "ledger_files.agreement_missing"
        if len(named) == 1:
            return named[0].agreement.pk
        self._faults.append(_at(event, code, "agreement", event.agreement, count=len(named)))
        return None


def _names(standing: AgreementStanding, text: str) -> bool:
    agreement = standing.agreement
    return text in {str(agreement.pk), agreement.title, agreement.number}


def _terms(event: GivenEvent, followed: UUID | None, agreement_id: UUID | None) -> Terms:
    if event.kind == YEAR_END:
        return Terms(
            kind=YEAR_END,
            valid_on=event.on,
            carries_due=event.carried.get("B110", False),
            carries_appropriated=event.carried.get("B120", True),
        )
    if event.kind == REVERSAL:
        return Terms(
            kind=REVERSAL, valid_on=event.on, reverses_id=followed, document=event.document,
            reason_code=event.reason, note=event.note,
        )  # fmt: skip
    return Terms(
        kind=event.kind, valid_on=event.on, amount=event.amount, quantity=event.quantity,
        quantity_unit=event.quantity_unit, nature=event.nature, stage=event.stage,
        is_beyond_due=event.is_beyond_due, relates_to=event.relates_to, purpose=event.purpose,
        reason_code=event.reason, document=event.document, note=event.note,
        agreement_id=agreement_id, follows_id=followed,
    )  # fmt: skip


def _find_standing(keys: Iterable[UUID]) -> tuple[dict[UUID, Batch], dict[UUID, str]]:
    """Return the batches posted, and the hashes of what is proposed, under *keys*."""
    listed = list(keys)
    posted: dict[UUID, Batch] = {}
    proposed: dict[UUID, str] = {}
    for start in range(0, len(listed), 500):
        some = listed[start : start + 500]
        posted |= {row.pk: row for row in Batch.objects.filter(pk__in=some)}
        waiting = Proposal.objects.filter(pk__in=some, state="proposed")
        proposed |= dict(waiting.values_list("pk", "body_sha256"))
    return posted, proposed


def _at(event: GivenEvent, code: str, column: str, value: str = "", **facts: object) -> Fault:
    return Fault(code=code, row=event.row, column=column, value=value[:80], facts=facts)
