"""Hand over what an ending pairing leaves open: list it, answer by hand, sign."""

from datetime import datetime

from django.utils import timezone

from tiebeam.apps.pairings.hand_over_providers import (
    OpenItems,
    ask_providers,
    register_provider,
)
from tiebeam.apps.pairings.models import HandOver, HandOverLine, Pairing
from tiebeam.apps.pairings.operations.sides import PARTIES, NotASide, demand_side
from tiebeam.apps.pairings.queries.hand_overs import (
    count_open_documents,
    find_ending,
    find_hand_over,
    find_next_pairing,
    list_lines,
    list_next_donors,
    list_unanswered,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner

ITEMS_MOST = 1_000_000_000

register_provider("documents", count_open_documents)


class PairingNotEnding(Refused):
    """A pairing without an end leaves nothing to hand over."""

    code = "pairings.pairing_not_ending"


class SuccessorDoesNotFit(Refused):
    """The successor is of another recipient or programme, or is the ending pairing itself."""

    code = "pairings.successor_does_not_fit"


class HandOverLineRecordedHere(Refused):
    """A line that this system counts is not entered by hand."""

    code = "pairings.hand_over_line_recorded_here"


class HandOverAnswerNotValid(Refused):
    """An answer by hand says how many, none included, and what they are or where they are kept."""

    code = "pairings.hand_over_answer_not_valid"


class HandOverUnanswered(Refused):
    """Lines are still to be entered by hand."""

    code = "pairings.hand_over_unanswered"


class HandOverOutdated(Refused):
    """What the lines say has changed since they were counted."""

    code = "pairings.hand_over_outdated"


class HandOverSigned(Refused):
    """A signed hand-over does not change."""

    code = "pairings.hand_over_signed"


@operation("pairings.open_hand_over", roles=PARTIES)
def open_hand_over(
    *, ending: Pairing, successor: Pairing | None, actor: Actor, now: datetime
) -> HandOver:
    """
    List what *ending* leaves open, a line for each kind; its sides and those of *successor* read it.

    There is one hand-over for each ending pairing: a second call gives it, and
    names its successor where none was named. Where none is named at the first and the
    list in force after the end gives the recipient to exactly one donor, it is that one.

    Raises:
        PairingNotEnding: The pairing has no end.
        SuccessorDoesNotFit: The successor is of another recipient or programme.
        HandOverSigned: A successor is named for a signed hand-over.
    """
    hold(ending.pk)
    kept = Pairing.objects.get(pk=ending.pk)
    demand_side(actor, "pairings.open_hand_over", kept)
    follower = Pairing.objects.get(pk=successor.pk) if successor is not None else None
    _refuse_pairings(kept, follower)
    standing = find_hand_over(kept)
    if standing is not None:
        return _name_successor(standing, follower, actor, now)
    next_donors = list_next_donors(kept) if follower is None else []
    # Where the next list leaves no choice, nobody has to make one.
    taker = next_donors[0] if len(next_donors) == 1 else None
    if taker is not None:
        follower = find_next_pairing(kept, taker)
    hand_over = HandOver(
        tenant_id=actor.organisation_id, ending=kept, successor=follower, opened_at=now
    )
    hand_over.save(force_insert=True)
    action = "pairings.open_hand_over"
    record_creation(actor=actor, now=now, action=action, record=hand_over)
    for kind, items in ask_providers(kept).items():
        _add_line(hand_over, kind, items, actor, now, action)
    _let_sides_read(hand_over, kept, follower, actor, now, taker)
    return hand_over


@operation("pairings.answer_line", roles=PARTIES)
def answer_line(
    *, line: HandOverLine, items_count: int, statement: str, actor: Actor, now: datetime
) -> HandOverLine:
    """
    Enter by hand what this system does not record: how many, and what they are or where they are kept.

    Raises:
        NotOwner: Another organisation keeps this hand-over.
        HandOverSigned: It is signed.
        HandOverLineRecordedHere: This system counts that kind.
        HandOverAnswerNotValid: No statement, or a count below 0.
    """
    # Read once it is held: two answers at once do not overwrite each other unseen.
    _hold_own(HandOver.objects.get(pk=line.hand_over_id), "pairings.answer_line", actor)
    kept: HandOverLine = HandOverLine.objects.get(pk=line.pk)
    if kept.is_recorded_here:
        raise HandOverLineRecordedHere(kind=kept.kind)
    words = statement.strip()
    if not words or not 0 <= items_count <= ITEMS_MOST:
        raise HandOverAnswerNotValid(kind=kept.kind, found=items_count, most=ITEMS_MOST)
    if (kept.items_count, kept.statement) == (items_count, words):
        return kept
    before = state_of(kept)
    kept.items_count, kept.statement = items_count, words
    kept.save()
    action = "pairings.answer_line"
    record_change(actor=actor, now=now, action=action, record=kept, before=before)
    return kept


@operation("pairings.recount_hand_over", roles=PARTIES)
def recount_hand_over(*, hand_over: HandOver, actor: Actor, now: datetime) -> HandOver:
    """
    Count again what this system records; answers by hand stay where it still records nothing.

    Raises:
        NotOwner: Another organisation keeps this hand-over.
        HandOverSigned: It is signed.
    """
    kept = _hold_own(hand_over, "pairings.recount_hand_over", actor)
    counted, lines = ask_providers(kept.ending), list_lines(kept)
    for kind in sorted(counted.keys() - {line.kind for line in lines}):
        _add_line(kept, kind, counted[kind], actor, now, "pairings.recount_hand_over")
    for line in lines:
        items = counted.get(line.kind, OpenItems(items_count=None))
        if not _is_outdated(line, items):
            continue
        before = state_of(line)
        line.is_recorded_here = items.items_count is not None
        line.items_count, line.descriptions = items.items_count, list(items.descriptions)
        line.statement = ""
        line.save()
        action = "pairings.recount_hand_over"
        record_change(actor=actor, now=now, action=action, record=line, before=before)
    return kept


@operation("pairings.sign_hand_over", roles=PARTIES)
def sign_hand_over(*, hand_over: HandOver, actor: Actor, now: datetime) -> HandOver:
    """
    Sign that the list is whole; signed a second time, nothing changes.

    Raises:
        NotOwner: Another organisation keeps this hand-over.
        HandOverUnanswered: Lines are still to be entered by hand.
        HandOverOutdated: What this system counts has changed since.
    """
    standing = HandOver.objects.get(pk=hand_over.pk)
    if standing.state == "signed" and standing.tenant_id == actor.organisation_id:
        assert isinstance(standing, HandOver)
        return standing
    kept = _hold_own(hand_over, "pairings.sign_hand_over", actor)
    unanswered = [line.kind for line in list_unanswered(kept)]
    if unanswered:
        raise HandOverUnanswered(kinds=tuple(unanswered), lines_count=len(unanswered))
    counted, lines = ask_providers(kept.ending), list_lines(kept)
    missing = OpenItems(items_count=None)
    outdated = [line.kind for line in lines if _is_outdated(line, counted.get(line.kind, missing))]
    # A kind that came to be asked for since has no line yet: the list is not whole without it.
    outdated += sorted(counted.keys() - {line.kind for line in lines})
    if outdated:
        raise HandOverOutdated(kinds=tuple(outdated), lines_count=len(outdated))
    before = state_of(kept)
    kept.state, kept.signed_at, kept.signed_by_id = "signed", now, actor.person_id
    kept.save()
    action = "pairings.sign_hand_over"
    record_change(actor=actor, now=now, action=action, record=kept, before=before)
    return kept


def _add_line(
    hand_over: HandOver, kind: str, items: OpenItems, actor: Actor, now: datetime, action: str
) -> None:
    line = HandOverLine(
        tenant_id=actor.organisation_id,
        scope_id=hand_over.scope_id,
        hand_over=hand_over,
        kind=kind,
        is_recorded_here=items.items_count is not None,
        items_count=items.items_count,
        descriptions=list(items.descriptions),
    )
    line.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=line)


def _refuse_pairings(ending: Pairing, successor: Pairing | None) -> None:
    if ending.valid_until is None:
        raise PairingNotEnding
    if successor is None:
        return
    is_same_place = (successor.programme_id, successor.recipient_id) == (
        ending.programme_id,
        ending.recipient_id,
    )
    if successor.pk == ending.pk or not is_same_place:
        raise SuccessorDoesNotFit


def _name_successor(
    hand_over: HandOver, successor: Pairing | None, actor: Actor, now: datetime
) -> HandOver:
    if successor is None or hand_over.successor_id == successor.pk:
        return hand_over
    if hand_over.successor_id is not None:
        raise SuccessorDoesNotFit
    kept = _hold_own(hand_over, "pairings.open_hand_over", actor)
    before = state_of(kept)
    kept.successor = successor
    kept.save()
    action = "pairings.open_hand_over"
    record_change(actor=actor, now=now, action=action, record=kept, before=before)
    _let_sides_read(kept, kept.ending, successor, actor, now)
    return kept


def _let_sides_read(
    hand_over: HandOver,
    ending: Pairing,
    successor: Pairing | None,
    actor: Actor,
    now: datetime,
    taker: Organisation | None = None,
) -> None:
    readers = [ending.tenant_id, ending.donor_id, ending.recipient_id]
    if taker is not None:
        # The pairing of who takes over may be out of sight of who hands over.
        readers.append(taker.pk)
    if successor is not None:
        readers += [successor.tenant_id, successor.donor_id]
    grant_reading(
        actor=actor,
        scope_id=hand_over.scope_id,
        organisation_ids=dict.fromkeys(readers),
        role="hand_over",
        valid_from=timezone.localdate(now),
    )


def _hold_own(hand_over: HandOver, name: str, actor: Actor) -> HandOver:
    """Return an own, open hand-over as it stands now, held against others."""
    hold(hand_over.ending_id)
    kept: HandOver = HandOver.objects.get(pk=hand_over.pk)
    ending = find_ending(kept)
    if ending is None:
        # Read by the donor of the successor, who has no part in what ends.
        raise NotASide
    demand_side(actor, name, ending)
    if kept.tenant_id != actor.organisation_id:
        raise NotOwner(record="HandOver")
    if kept.state == "signed":
        raise HandOverSigned
    return kept


def _is_outdated(line: HandOverLine, items: OpenItems) -> bool:
    if items.items_count is None:
        return line.is_recorded_here
    said = (line.is_recorded_here, line.items_count, line.descriptions)
    return said != (True, items.items_count, list(items.descriptions))
