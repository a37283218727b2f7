"""Read pairings: of a programme, of an organisation, and what a donor carries across all programmes."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.search.grams import matches
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorLoad:
    """
    What one donor carries on a day.

    Attributes:
        pairings: Of the lists, across all programmes that may be read.
        programmes: Programme -> how many of them.
        amounts: Resource -> their sum; a resource not stated anywhere is absent.
        second_tier: Pairings below these, shown and not counted.
    """

    pairings: tuple[Pairing, ...]
    programmes: dict[UUID, int]
    amounts: dict[str, float]
    second_tier: tuple[Pairing, ...]


def get_pairing(pairing_id: UUID, as_of: AsOf | None = None) -> Pairing:
    """
    Return one pairing with both sides; with *as_of*, what was known of it then.

    Raises:
        Pairing.DoesNotExist: There is none, it may not be read, or it was not known.
    """
    rows = Pairing.objects.select_related("programme", "donor", "recipient", "of_list__document")
    found: Pairing = rows.get(pk=pairing_id)
    if as_of is None or as_of.known_at is None:
        return found
    for known in _attach(list_states(Pairing, as_of.known_at, id=pairing_id)):
        return known
    raise Pairing.DoesNotExist


def list_pairings(programme: Programme, as_of: AsOf | None = None) -> list[Pairing]:
    """List the pairings of the lists of *programme*, by recipient; all there ever were without a date."""
    return _list_first_tier(as_of, programme_id=programme.pk)


def list_pairings_of(organisation: Organisation, as_of: AsOf | None = None) -> list[Pairing]:
    """List the pairings of the lists in which *organisation* is on either side."""
    given = _list_first_tier(as_of, donor_id=organisation.pk)
    return given + _list_first_tier(as_of, recipient_id=organisation.pk)


def list_second_tier(parent: Pairing, as_of: AsOf | None = None) -> list[Pairing]:
    """List the pairings below *parent*; on a day on which *parent* is not in force there are none."""
    return _list_below([parent], as_of)


def list_pairings_of_day(
    as_of: AsOf, *, search: str = "", programme_id: UUID | None = None
) -> list[Pairing]:
    """
    List the pairings of the lists of the day in every programme that may be read, with both sides.

    Args:
        search: Words in the names of either side.
        programme_id: Return those of this programme alone.
    """
    conditions = {} if programme_id is None else {"programme_id": programme_id}
    rows = _list_first_tier(as_of, **conditions)
    return [
        row
        for row in rows
        if matches(search, row.donor.grams) or matches(search, row.recipient.grams)
    ]


def load_of_donor(donor: Organisation, as_of: AsOf) -> DonorLoad:
    """
    Return what *donor* carries on a day, across all programmes that may be read.

    What hangs below a pairing is part of it, so it is listed and never counted.
    """
    pairings = _list_first_tier(as_of, donor_id=donor.pk)
    programmes: dict[UUID, int] = {}
    amounts: dict[str, float] = {}
    for pairing in pairings:
        programmes[pairing.programme_id] = programmes.get(pairing.programme_id, 0) + 1
        for resource, amount in pairing.amounts.items():
            amounts[resource] = amounts.get(resource, 0.0) + amount
    return DonorLoad(
        pairings=tuple(pairings),
        programmes=programmes,
        amounts=amounts,
        second_tier=tuple(_list_below(pairings, as_of)),
    )


def _list_first_tier(as_of: AsOf | None, **conditions: UUID) -> list[Pairing]:
    if as_of is None or as_of.known_at is None:
        rows = Pairing.objects.filter(parent=None, **conditions)
        if as_of is not None:
            rows = rows.filter(valid_on(as_of.true_on))
        related = rows.select_related("donor", "recipient", "programme")
        return list(related.order_by("recipient__name_en", "recipient_id", "valid_from", "pk"))
    states = [
        row
        for row in list_states(Pairing, as_of.known_at, **conditions)
        if row.parent_id is None and holds_on(as_of.true_on, row.valid_from, row.valid_until)
    ]
    return _sort(_attach(states))


def _list_below(parents: Iterable[Pairing], as_of: AsOf | None) -> list[Pairing]:
    above = {
        parent.pk
        for parent in parents
        if as_of is None or holds_on(as_of.true_on, parent.valid_from, parent.valid_until)
    }
    if as_of is None or as_of.known_at is None:
        on_the_day = Q() if as_of is None else valid_on(as_of.true_on)
        rows = Pairing.objects.filter(on_the_day, parent_id__in=above)
        return _sort(rows.select_related("donor", "recipient"))
    states = [
        row
        for row in list_states(Pairing, as_of.known_at)
        if row.parent_id in above and holds_on(as_of.true_on, row.valid_from, row.valid_until)
    ]
    return _sort(_attach(states))


def _attach(states: list[Pairing]) -> list[Pairing]:
    """Name both sides and the programme of what the log tells, in two queries and not in two for each."""
    sides = Organisation.objects.in_bulk(
        {pk for row in states for pk in (row.donor_id, row.recipient_id)}
    )
    programmes = Programme.objects.in_bulk({row.programme_id for row in states})
    for row in states:
        row.donor, row.recipient = sides[row.donor_id], sides[row.recipient_id]
        if row.programme_id in programmes:
            row.programme = programmes[row.programme_id]
    return states


def _sort(rows: Iterable[Pairing]) -> list[Pairing]:
    return sorted(
        rows,
        key=lambda row: (row.recipient.name_en, str(row.recipient_id), row.valid_from, str(row.pk)),
    )
