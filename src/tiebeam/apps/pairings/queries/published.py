"""
What is published, read by anybody: programmes, their documents, their pairings in force.

The one place that reads without an acting organisation. Everything is read to its
end here, so that nothing is looked up later with the leave of this block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import LegalDocument, Programme
from tiebeam.platform.tenancy.acting import reading_published
from tiebeam.platform.time.periods import valid_on


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """A published programme with the number of its pairs in force, and of donors and recipients in them."""

    programme: Programme
    pairs: int
    donors: int
    recipients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPairs:
    """
    What is published of one programme.

    Attributes:
        pairings: Of the lists, in force on the day, by recipient; second-tier ones are not published.
        documents: On which the programme rests: the sources.
        amounts: Resource -> sum over the pairs that state it.
    """

    of_programme: PublishedProgramme
    pairings: tuple[Pairing, ...]
    documents: tuple[LegalDocument, ...]
    amounts: Mapping[str, float]


def list_published(today: date) -> list[PublishedProgramme]:
    """Return the published programmes, by name."""
    with reading_published():
        return _list_counted(today, Q())


def find_published(programme_id: UUID, today: date) -> PublishedPairs | None:
    """Return what is published of a programme, or None: there is none, or it is not published."""
    with reading_published():
        found = _list_counted(today, Q(pk=programme_id))
        if not found:
            return None
        rows = Pairing.objects.filter(valid_on(today), programme_id=programme_id)
        pairings = tuple(
            rows.select_related("donor", "recipient").order_by(
                "recipient__name_en", "recipient_id", "donor__name_en", "pk"
            )
        )
        documents = tuple(
            LegalDocument.objects.filter(programme_id=programme_id).order_by("dated_on", "pk")
        )
    amounts: dict[str, float] = {}
    for pairing in pairings:
        for resource, amount in pairing.amounts.items():
            amounts[resource] = amounts.get(resource, 0.0) + amount
    return PublishedPairs(
        of_programme=found[0], pairings=pairings, documents=documents, amounts=amounts
    )


def _list_counted(today: date, wanted: Q) -> list[PublishedProgramme]:
    programmes = list(
        Programme.objects.filter(wanted).select_related("tenant").order_by("name_en", "pk")
    )
    counts = {
        row["programme_id"]: row
        for row in Pairing.objects.filter(valid_on(today))
        .order_by()
        .values("programme_id")
        .annotate(
            pairs=Count("pk"),
            donors=Count("donor_id", distinct=True),
            recipients=Count("recipient_id", distinct=True),
        )
    }
    return [
        PublishedProgramme(
            programme=row,
            **{
                key: counts[row.pk][key] if row.pk in counts else 0
                for key in ("pairs", "donors", "recipients")
            },
        )
        for row in programmes
    ]
