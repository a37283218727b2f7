"""
Who reads the books besides their owner: the programme's owner and overseers, and auditors who follow the money.

An auditor whose region is the donor's, or lies above it, reads both books of its pairs, wherever
the money is spent; one whose region is the recipient's reads the recipient's book; one of no
region is national and reads all (§L1). The other side never reads a book.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tiebeam.apps.ledger.models import Book
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.programmes.operations.participants import follow_participation
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.platform.tenancy.acting import Actor, changing_seats
from tiebeam.platform.tenancy.grants import end_reading, grant_reading

OVERSEEING = ("ministry", "assessor")


def let_oversee(books: Iterable[Book], actor: Actor, now: datetime) -> None:
    """Let whoever oversees the money of new *books*, whose owner acts, read them."""
    today = timezone.localdate(now)
    for book in books:
        seated = Actor(person_id=actor.person_id, organisation_id=book.tenant_id)
        grant_reading(
            actor=seated,
            scope_id=book.scope_id,
            organisation_ids=[book.programme.tenant_id],
            role="owner",
            valid_from=today,
        )
        lasting = Participant.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=today),
            programme_id=book.programme_id,
            side__in=[*OVERSEEING, "auditor"],
        ).select_related("organisation")
        for participant in lasting:
            _grant(book, participant, seated, today)


@follow_participation
def follow_overseer(participant: Participant, actor: Actor, now: datetime) -> None:
    """Let who now oversees the programme read its books; who no longer does reads them no longer."""
    if participant.side not in {*OVERSEEING, "auditor"}:
        return
    today = timezone.localdate(now)
    books = list(
        Book.objects.filter(programme_id=participant.programme_id).select_related("pairing")
    )
    others = Participant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today),
        programme_id=participant.programme_id,
        organisation_id=participant.organisation_id,
        side__in=[*OVERSEEING, "auditor"],
    ).select_related("organisation")
    lasting = list(others)
    with changing_seats() as sit:
        for book in books:
            sit(book.tenant_id)
            seated = Actor(person_id=actor.person_id, organisation_id=book.tenant_id)
            end_reading(
                actor=seated,
                scope_id=book.scope_id,
                organisation_id=participant.organisation_id,
                until=today,
            )
            for each in lasting:
                _grant(book, each, seated, today)


def _grant(book: Book, participant: Participant, seated: Actor, today: date) -> None:
    if participant.side == "auditor" and not _follows(participant.organisation, book):
        return
    grant_reading(
        actor=seated,
        scope_id=book.scope_id,
        organisation_ids=[participant.organisation_id],
        role=participant.side,
        valid_from=max(today, participant.valid_from or today),
        valid_until=participant.valid_until,
    )


def _follows(auditor: Organisation, book: Book) -> bool:
    """Return whether the money of *book* concerns the region of *auditor*."""
    if auditor.region_id is None:
        return True
    sides = [book.pairing.donor_id]
    if book.side == "recipient":
        sides.append(book.pairing.recipient_id)
    regions = Organisation.objects.filter(pk__in=sides).values_list("region_id", flat=True)
    return any(auditor.region_id in list_above(region_id) for region_id in regions)


def list_above(region_id: UUID | None) -> set[UUID]:
    """Return a region and all that it lies in."""
    above: set[UUID] = set()
    while region_id is not None and region_id not in above:
        above.add(region_id)
        region_id = Region.objects.values_list("parent_id", flat=True).get(pk=region_id)
    return above
