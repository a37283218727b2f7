"""Programmes that the acting organisation may read, and what belongs to them."""

from uuid import UUID

from django.db.models import F

from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.search.grams import matching
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on


def get_programme(programme_id: UUID) -> Programme:
    """
    Return one programme.

    Raises:
        Programme.DoesNotExist: There is none, or it may not be read.
    """
    programme: Programme = Programme.objects.get(pk=programme_id)
    return programme


def list_programmes(search: str = "", *, as_of: AsOf | None = None) -> list[Programme]:
    """Return the programmes whose names hold every word of *search*, those that start last first."""
    rows = Programme.objects.filter(matching(search))
    if as_of is not None and as_of.known_at is not None:
        known = [row.pk for row in list_states(Programme, as_of.known_at)]
        rows = rows.filter(pk__in=known)
    return list(rows.order_by(F("starts_on").desc(nulls_last=True), "slug", "pk"))


def list_documents(programme: Programme) -> list[LegalDocument]:
    """Return the documents on which the programme rests, the earliest first, undated ones last."""
    rows = LegalDocument.objects.filter(programme=programme)
    return list(rows.order_by(F("dated_on").asc(nulls_last=True), "number", "pk"))


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
            for row in list_states(Participant, as_of.known_at, programme_id=programme.pk)
            if holds_on(as_of.true_on, row.valid_from, row.valid_until)
        ]
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


def list_rounds(programme: Programme) -> list[Round]:
    """Return the rounds of the programme, the latest first."""
    return list(Round.objects.filter(programme=programme).order_by("-starts_on", "pk"))
