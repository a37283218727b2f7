"""Who is what for each area of work of a pairing: the matrix, its gaps and its double owners."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tiebeam.apps.pairings.models import Pairing, Responsibility
from tiebeam.apps.programmes.models import FORMS, Programme
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf, holds_on

AREAS = (*FORMS, "emergency", "employment", "consumption", "culture", "ecology", "relocation")
"""Areas of work that have a name in both languages; further ones are free."""

AREA_LENGTH_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShares:
    """
    One row of the matrix: what each party is for one area of work.

    Attributes:
        area: The area of work.
        shares: (party, share), as they hold on the day.
    """

    area: str
    shares: tuple[tuple[UUID, str], ...]

    def list_parties(self, share: str) -> list[UUID]:
        """Return the parties that hold *share*."""
        return [party for party, held in self.shares if held == share]

    def list_gaps(self) -> list[str]:
        """Return which of accountable and responsible nobody is."""
        return [share for share in ("accountable", "responsible") if not self.list_parties(share)]

    def has_double_owner(self) -> bool:
        """Return whether more than one party is accountable."""
        return len(self.list_parties("accountable")) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Areas of work by parties, on a day, as known on another."""

    areas: tuple[AreaShares, ...]
    parties: tuple[UUID, ...]

    def list_gaps(self) -> dict[str, list[str]]:
        """Return each area where nobody is accountable or responsible, with what is missing."""
        return {row.area: row.list_gaps() for row in self.areas if row.list_gaps()}

    def list_double_owners(self) -> dict[str, list[UUID]]:
        """Return each area with more than one accountable party, with these parties."""
        return {
            row.area: row.list_parties("accountable")
            for row in self.areas
            if row.has_double_owner()
        }


def get_responsibility(responsibility_id: UUID) -> Responsibility:
    """
    Return one entry of a matrix.

    Raises:
        Responsibility.DoesNotExist: There is none that may be read.
    """
    row: Responsibility = Responsibility.objects.get(pk=responsibility_id)
    return row


def get_matrix(pairing: Pairing, as_of: AsOf) -> Matrix:
    """
    Return the matrix of *pairing*: the areas of its programme, and whatever else was set.

    Where the programme names no forms of assistance, or may not be read, only
    what was set is listed: an area that nobody agreed on is no gap.
    """
    found = list_responsibilities(pairing, as_of)
    rows = _order_areas(_programme_forms(pairing, as_of), {each.area for each in found})
    parties = dict.fromkeys((pairing.donor_id, pairing.recipient_id))
    parties |= dict.fromkeys(sorted({each.party_id for each in found}, key=str))
    return Matrix(
        areas=tuple(AreaShares(area=area, shares=_shares_of(area, found)) for area in rows),
        parties=tuple(parties),
    )


def list_responsibilities(pairing: Pairing, as_of: AsOf) -> list[Responsibility]:
    """Return what holds on the day, as known then, by area and party."""
    return sorted(
        (
            each
            for each in _read(pairing, as_of)
            if holds_on(as_of.true_on, each.valid_from, each.valid_until)
        ),
        key=lambda each: (each.area, str(each.party_id)),
    )


def list_ever(pairing: Pairing) -> list[Responsibility]:
    """Return everything that was ever set for *pairing* and may be read."""
    return list(Responsibility.objects.filter(pairing_id=pairing.pk))


def list_standing(
    pairing: Pairing, area: str, party_id: UUID, valid_from: date
) -> list[Responsibility]:
    """Return what *party_id* is for *area* on *valid_from* or later, earliest first."""
    rows = Responsibility.objects.filter(pairing_id=pairing.pk, area=area, party_id=party_id)
    return sorted(
        (each for each in rows if each.valid_until is None or each.valid_until > valid_from),
        key=lambda each: each.valid_from,
    )


def _read(pairing: Pairing, as_of: AsOf) -> list[Responsibility]:
    if as_of.known_at is None:
        return list(Responsibility.objects.filter(pairing_id=pairing.pk))
    return list_states(
        Responsibility, as_of.known_at, scope_ids=[pairing.scope_id], pairing_id=pairing.pk
    )


def _programme_forms(pairing: Pairing, as_of: AsOf) -> Sequence[str]:
    programmes: Iterable[Programme] = Programme.objects.filter(pk=pairing.programme_id)
    if as_of.known_at is not None:
        programmes = list_states(Programme, as_of.known_at, record_ids=[pairing.programme_id])
    return [form for programme in programmes for form in programme.forms]


def _order_areas(forms: Iterable[str], used: set[str]) -> list[str]:
    known = [area for area in AREAS if area in used]
    return list(dict.fromkeys([*forms, *known, *sorted(used)]))


def _shares_of(area: str, found: Iterable[Responsibility]) -> tuple[tuple[UUID, str], ...]:
    return tuple((each.party_id, each.share) for each in found if each.area == area)
