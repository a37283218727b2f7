"""Hand-overs: their lines, what is still unanswered, and pairings that ended without one."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from tiebeam.apps.pairings.hand_over_providers import KINDS, OpenItems
from tiebeam.apps.pairings.models import (
    Agreement,
    HandOver,
    HandOverLine,
    ListLine,
    Pairing,
)
from tiebeam.apps.pairings.queries.lists import find_in_force, list_known_lists
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.files.models import Document
from tiebeam.platform.time.periods import AsOf, valid_on

LineAnswer = Literal["items", "none", "not_recorded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPairing:
    """A pairing that has ended, with its hand-over where one was opened."""

    pairing: Pairing
    hand_over: HandOver | None


def get_hand_over(hand_over_id: UUID) -> HandOver:
    """
    Return one hand-over, with those of its two pairings that may be read.

    Raises:
        HandOver.DoesNotExist: There is none that may be read.
    """
    hand_over: HandOver = HandOver.objects.select_related("tenant").get(pk=hand_over_id)
    # Not joined: each donor reads the hand-over and its own pairing, and not that of the other.
    pairs = Pairing.objects.select_related("donor", "recipient").in_bulk(
        [pk for pk in (hand_over.ending_id, hand_over.successor_id) if pk is not None]
    )
    if hand_over.ending_id in pairs:
        hand_over.ending = pairs[hand_over.ending_id]
    if hand_over.successor_id in pairs:
        hand_over.successor = pairs[hand_over.successor_id]
    return hand_over


def find_ending(hand_over: HandOver) -> Pairing | None:
    """Return the pairing that ends, None where it may not be read."""
    try:
        return hand_over.ending
    except Pairing.DoesNotExist:
        return None


def find_successor(hand_over: HandOver) -> Pairing | None:
    """Return the pairing that follows, None where none is named or it may not be read."""
    try:
        return hand_over.successor
    except Pairing.DoesNotExist:
        return None


def list_received(successor: Pairing) -> list[HandOver]:
    """Return the hand-overs that name *successor*, the latest first."""
    return list(HandOver.objects.filter(successor_id=successor.pk).order_by("-opened_at", "pk"))


def find_hand_over(ending: Pairing) -> HandOver | None:
    """Return the hand-over of an ending pairing, or None."""
    hand_over: HandOver | None = HandOver.objects.filter(ending_id=ending.pk).first()
    return hand_over


def list_lines(hand_over: HandOver) -> list[HandOverLine]:
    """Return the lines of *hand_over*: money, people, projects, documents, then further kinds."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    lines = HandOverLine.objects.filter(hand_over_id=hand_over.pk)
    return sorted(lines, key=lambda line: (order.get(line.kind, len(order)), line.kind))


def answer_of(line: HandOverLine) -> LineAnswer:
    """Return what *line* says: n items, none, or not recorded here and not yet entered by hand."""
    if line.items_count is None:
        return "not_recorded"
    return "items" if line.items_count else "none"


def list_unanswered(hand_over: HandOver) -> list[HandOverLine]:
    """Return the lines that have to be entered by hand and are not."""
    return [line for line in list_lines(hand_over) if answer_of(line) == "not_recorded"]


def list_pairings_without_hand_over(day: date, programme_id: UUID | None = None) -> list[Pairing]:
    """Return the pairings that have ended by *day* and have no signed hand-over, oldest end first."""
    signed = HandOver.objects.filter(ending_id=OuterRef("pk"), state="signed")
    ended = Pairing.objects.filter(
        ~Exists(signed), valid_until__lte=day, valid_until__gt=F("valid_from")
    )
    if programme_id is not None:
        ended = ended.filter(programme_id=programme_id)
    return list(ended.order_by("valid_until", "valid_from", "id"))


def list_ended_pairings(
    day: date, *, state: str = "", start: int = 0, stop: int = 50
) -> tuple[list[EndedPairing], int]:
    """
    Return pairings that have ended by *day* with their hand-over, the latest end first, and how many there are.

    Args:
        day: Pairings that end later are left out.
        state: "missing", "open" or "signed", empty for all.
        start: Rows before the first that is returned.
        stop: Rows up to the last.
    """
    own = HandOver.objects.filter(ending_id=OuterRef("pk"))
    ended = Pairing.objects.filter(valid_until__lte=day, valid_until__gt=F("valid_from"))
    if state == "missing":
        ended = ended.filter(~Exists(own))
    elif state:
        ended = ended.filter(Exists(own.filter(state=state)))
    rows = list(
        ended.select_related("donor", "recipient").order_by("-valid_until", "valid_from", "id")[
            start:stop
        ]
    )
    found = {row.ending_id: row for row in HandOver.objects.filter(ending__in=rows)}
    return [EndedPairing(pairing=row, hand_over=found.get(row.pk)) for row in rows], ended.count()


def count_without_hand_over(tenant_id: UUID, day: date) -> int:
    """Return how many pairings of an organisation have ended by *day* without any hand-over."""
    own = HandOver.objects.filter(ending_id=OuterRef("pk"))
    ended = Pairing.objects.filter(
        ~Exists(own), tenant_id=tenant_id, valid_until__lte=day, valid_until__gt=F("valid_from")
    )
    return int(ended.count())


def list_successors(ending: Pairing) -> list[Pairing]:
    """Return the pairings that can take over from *ending*: of the same recipient and programme."""
    same = Pairing.objects.filter(
        programme_id=ending.programme_id, recipient_id=ending.recipient_id
    ).exclude(pk=ending.pk)
    return list(same.select_related("donor", "recipient").order_by("-valid_from", "id"))


def find_next_pairing(ending: Pairing, donor: Organisation) -> Pairing | None:
    """Return the pairing of *donor* that follows *ending*, None where it may not be read."""
    assert ending.valid_until is not None
    found: Pairing | None = (
        Pairing.objects.filter(
            valid_on(ending.valid_until),
            programme_id=ending.programme_id,
            recipient_id=ending.recipient_id,
            donor=donor,
            parent=None,
        )
        .exclude(pk=ending.pk)
        .first()
    )
    return found


def list_next_donors(ending: Pairing) -> list[Organisation]:
    """List who answers for the recipient of *ending* by the list in force on the day after its end."""
    if ending.valid_until is None:
        return []
    as_of = AsOf(true_on=ending.valid_until)
    lists = list_known_lists([ending.programme_id], as_of)[ending.programme_id]
    standing = find_in_force(lists, as_of)
    lines = ListLine.objects.filter(of_list=standing, recipient_id=ending.recipient_id)
    found = Organisation.objects.filter(pk__in=lines.values("donor_id"))
    return list(found.order_by("name_en", "pk"))


def get_line(line_id: UUID) -> HandOverLine:
    """
    Return one line of a hand-over.

    Raises:
        HandOverLine.DoesNotExist: There is none that may be read.
    """
    line: HandOverLine = HandOverLine.objects.select_related("hand_over").get(pk=line_id)
    return line


def list_open_hand_overs(organisation_id: UUID) -> list[HandOver]:
    """Return the open hand-overs that the organisation keeps, the oldest first."""
    kept = HandOver.objects.filter(tenant_id=organisation_id, state="open")
    return list(
        kept.select_related("ending__donor", "ending__recipient").order_by("opened_at", "pk")
    )


def count_open_documents(pairing: Pairing) -> OpenItems:
    """Return the documents attached to *pairing* and to its agreements."""
    agreements = Agreement.objects.filter(pairing_id=pairing.pk).values_list("pk", flat=True)
    documents = Document.objects.filter(record_id__in=[pairing.pk, *agreements])
    names = tuple(documents.order_by("added_at", "name").values_list("name", flat=True))
    return OpenItems(items_count=len(names), descriptions=names)
