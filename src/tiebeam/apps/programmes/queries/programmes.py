"""Programmes that the acting organisation may read, and what belongs to them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.search.grams import matches, matching
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on


def get_programme(programme_id: UUID, as_of: AsOf | None = None) -> Programme:
    """
    Return one programme; with *as_of*, what was known of it then.

    Raises:
        Programme.DoesNotExist: There is none, it may not be read, or it was not known.
    """
    programme: Programme = Programme.objects.get(pk=programme_id)
    if as_of is None or as_of.known_at is None:
        return programme
    for known in list_states(Programme, as_of.known_at, id=programme_id):
        return known
    raise Programme.DoesNotExist


def list_programmes_by_id(ids: Iterable[UUID]) -> dict[UUID, Programme]:
    """Return those of the programmes that may be read, by id, in one query."""
    return {row.pk: row for row in Programme.objects.filter(pk__in=set(ids))}


def list_programmes(search: str = "", *, as_of: AsOf | None = None) -> list[Programme]:
    """Return the programmes whose names hold every word of *search*, those that start last first."""
    if as_of is None or as_of.known_at is None:
        rows = Programme.objects.filter(matching(search))
        return list(rows.order_by(F("starts_on").desc(nulls_last=True), "slug", "pk"))
    readable = set(Programme.objects.values_list("pk", flat=True))
    known = [
        row
        for row in list_states(Programme, as_of.known_at, record_ids=readable)
        if matches(search, row.grams)
    ]
    known.sort(key=lambda row: (row.slug, str(row.pk)))
    return sorted(known, key=lambda row: row.starts_on or date.min, reverse=True)


def list_programme_names() -> list[Programme]:
    """Return every programme that may be read, with its names alone, for a field in which one is chosen."""
    return list(Programme.objects.only("name_en", "name_zh").order_by("name_en", "pk"))


def _below(programme: Programme) -> dict[str, Any]:
    """Return the conditions of what belongs to the programme: its scope narrows the log, too."""
    return {"programme_id": programme.pk, "scope_id": programme.scope_id}


def list_documents(programme: Programme, as_of: AsOf | None = None) -> list[LegalDocument]:
    """Return the documents on which the programme rests, the earliest first, undated ones last."""
    if as_of is None or as_of.known_at is None:
        rows = list(LegalDocument.objects.filter(programme_id=programme.pk))
    else:
        rows = list_states(LegalDocument, as_of.known_at, **_below(programme))
    return sorted(rows, key=lambda row: (row.dated_on or date.max, row.number, str(row.pk)))


def get_document(document_id: UUID) -> LegalDocument:
    """
    Return one document on which a programme rests.

    Raises:
        LegalDocument.DoesNotExist: There is none, or it may not be read.
    """
    found: LegalDocument = LegalDocument.objects.select_related("programme").get(pk=document_id)
    return found


def get_participant(participant_id: UUID) -> Participant:
    """
    Return one participation, with its organisation.

    Raises:
        Participant.DoesNotExist: There is none, or it may not be read.
    """
    rows = Participant.objects.select_related("organisation", "programme")
    found: Participant = rows.get(pk=participant_id)
    return found


def list_participants(
    programme: Programme, as_of: AsOf | None = None, side: str = ""
) -> list[Participant]:
    """Return who takes part, in the order of names; all that ever did where no date is asked for."""
    if as_of is None or as_of.known_at is None:
        found = Participant.objects.filter(programme=programme).select_related("organisation")
        rows = list(found if as_of is None else found.filter(valid_on(as_of.true_on)))
    else:
        rows = [
            row
            for row in list_states(Participant, as_of.known_at, **_below(programme))
            if holds_on(as_of.true_on, row.valid_from, row.valid_until)
        ]
        named = Organisation.objects.in_bulk([row.organisation_id for row in rows])
        for row in rows:
            row.organisation = named[row.organisation_id]
    return sorted(
        (row for row in rows if side in {"", row.side}),
        key=lambda row: (row.side, row.organisation.name_en, str(row.pk)),
    )


def get_round(round_id: UUID) -> Round:
    """
    Return one round, with its programme.

    Raises:
        Round.DoesNotExist: There is none, or it may not be read.
    """
    found: Round = Round.objects.select_related("programme").get(pk=round_id)
    return found


def list_rounds(programme: Programme, as_of: AsOf | None = None) -> list[Round]:
    """Return the rounds of the programme, the latest first; with *as_of*, as they were known."""
    if as_of is None or as_of.known_at is None:
        return list(Round.objects.filter(programme_id=programme.pk).order_by("-starts_on", "pk"))
    known = list_states(Round, as_of.known_at, **_below(programme))
    return sorted(known, key=lambda row: (-row.starts_on.toordinal(), str(row.pk)))
