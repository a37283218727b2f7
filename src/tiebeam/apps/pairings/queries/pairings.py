"""Read pairings: of a programme, of an organisation, and what a donor carries across all programmes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.resources import AmountOfResource, sum_amounts
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.search.grams import matches, matching
from tiebeam.platform.time.periods import AsOf, holds_on, valid_on

PAIRING_ORDERS = {
    "recipient": ("recipient__name_en",),
    "donor": ("donor__name_en",),
    "programme": ("programme__name_en", "recipient__name_en"),
    "since": ("valid_from",),
}
"""What may order the pairings of all programmes, with the columns that do."""

FEW = 1000
"""Ids that are named in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCount:
    """How many pairs there are, and how many on each side of them."""

    pairs: int = 0
    donors: int = 0
    recipients: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorLoad:
    """
    What one donor carries on a day.

    Attributes:
        pairings: Of the lists, across all programmes that may be read.
        programmes: Programme -> how many of them.
        amounts: The sum of each resource in its unit; one not stated anywhere is absent.
        second_tier: Pairings below these, shown and not counted.
    """

    pairings: tuple[Pairing, ...]
    programmes: dict[UUID, int]
    amounts: tuple[AmountOfResource, ...]
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
    for known in attach_sides(list_states(Pairing, as_of.known_at, id=pairing_id)):
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


def find_pairings(
    as_of: AsOf,
    *,
    search: str = "",
    programme_id: UUID | None = None,
    order: str = "recipient",
    is_descending: bool = False,
    start: int = 0,
    stop: int | None = None,
) -> tuple[list[Pairing], int]:
    """
    Return some of the pairings of the lists on a day, across programmes, and how many there are.

    Args:
        as_of: The day, and the moment whose knowledge counts.
        search: Words, each in the name of either side.
        programme_id: Those of this programme alone.
        order: A key of :data:`PAIRING_ORDERS`.
        is_descending: Last first.
        start, stop: The slice that is returned.
    """
    if as_of.known_at is None:
        sign = "-" if is_descending else ""
        columns = [sign + column for column in PAIRING_ORDERS[order]]
        rows = Pairing.objects.filter(valid_on(as_of.true_on), parent=None)
        if programme_id is not None:
            rows = rows.filter(programme_id=programme_id)
        for word in search.split():
            rows = rows.filter(matching(word, "donor__grams") | matching(word, "recipient__grams"))
        return _cut(rows.order_by(*columns, "pk"), start, stop), rows.count()
    conditions = {} if programme_id is None else {"programme_id": programme_id}
    found = [
        row
        for row in _list_first_tier(as_of, **conditions)
        if all(
            matches(word, row.donor.grams) or matches(word, row.recipient.grams)
            for word in search.split()
        )
    ]
    if order == "since":
        found.sort(key=lambda row: row.valid_from)
    elif order != "recipient":
        found.sort(key=lambda row: str(getattr(row, order).name_en))
    if is_descending:
        found.reverse()
    return found[start:stop], len(found)


def _cut(rows: Any, start: int, stop: int | None) -> list[Pairing]:
    """Return a slice of ordered pairings; of a short one the database orders the ids alone, which is quicker."""
    related = rows.select_related("donor", "recipient", "programme")
    if stop is None or stop - start > FEW:
        return list(related[start:stop])
    ids = list(rows.values_list("pk", flat=True)[start:stop])
    return list(related.filter(pk__in=ids)) if ids else []


def count_pairs(as_of: AsOf, programme_ids: Iterable[UUID]) -> dict[UUID, PairCount]:
    """Return how many pairs each of the programmes has on a day, and how many donors and recipients."""
    ids = set(programme_ids)
    if as_of.known_at is None:
        rows = (
            Pairing.objects.filter(valid_on(as_of.true_on), parent=None, programme_id__in=ids)
            .order_by()
            .values("programme_id")
            .annotate(
                pairs=Count("pk"),
                donors=Count("donor_id", distinct=True),
                recipients=Count("recipient_id", distinct=True),
            )
        )
        return {row.pop("programme_id"): PairCount(**row) for row in rows}
    listed: dict[UUID, list[Pairing]] = {}
    for pairing in list_states(Pairing, as_of.known_at):
        is_there = holds_on(as_of.true_on, pairing.valid_from, pairing.valid_until)
        if pairing.parent_id is None and is_there and pairing.programme_id in ids:
            listed.setdefault(pairing.programme_id, []).append(pairing)
    return {programme_id: count_sides(found) for programme_id, found in listed.items()}


def count_sides(pairings: Iterable[Pairing]) -> PairCount:
    """Return how many pairs, donors and recipients there are among *pairings*."""
    rows = list(pairings)
    return PairCount(
        pairs=len(rows),
        donors=len({row.donor_id for row in rows}),
        recipients=len({row.recipient_id for row in rows}),
    )


def count_roles(organisation: Organisation, as_of: AsOf) -> tuple[int, int]:
    """Return in how many pairings of the day *organisation* gives, and in how many it receives."""
    rows = list_pairings_of(organisation, as_of)
    given = sum(row.donor_id == organisation.pk for row in rows)
    return given, len(rows) - given


def list_pairings_before(
    as_of: AsOf, *, donor: Organisation | None = None, recipient: Organisation | None = None
) -> list[Pairing]:
    """List the pairings of the lists of a donor, or of a recipient, that were over on the day, newest first."""
    conditions = {
        name: side.pk
        for name, side in (("donor_id", donor), ("recipient_id", recipient))
        if side is not None
    }
    if as_of.known_at is None:
        over = Pairing.objects.filter(parent=None, valid_until__lte=as_of.true_on, **conditions)
        rows = list(over.select_related("donor", "recipient", "programme"))
    else:
        known = list_states(Pairing, as_of.known_at, **dict[str, Any](conditions))
        rows = attach_sides(
            row
            for row in known
            if row.parent_id is None
            and row.valid_until is not None
            and row.valid_until <= as_of.true_on
        )
    rows.sort(key=lambda row: (row.recipient.name_en, row.donor.name_en, str(row.pk)))
    return sorted(rows, key=lambda row: row.valid_from, reverse=True)


def load_of_donor(donor: Organisation, as_of: AsOf) -> DonorLoad:
    """
    Return what *donor* carries on a day, across all programmes that may be read.

    What hangs below a pairing is part of it, so it is listed and never counted.
    """
    pairings = _list_first_tier(as_of, donor_id=donor.pk)
    programmes: dict[UUID, int] = {}
    for pairing in pairings:
        programmes[pairing.programme_id] = programmes.get(pairing.programme_id, 0) + 1
    return DonorLoad(
        pairings=tuple(pairings),
        programmes=programmes,
        amounts=sum_amounts(pairings, as_of.true_on),
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
        for row in list_states(Pairing, as_of.known_at, **dict[str, Any](conditions))
        if row.parent_id is None and holds_on(as_of.true_on, row.valid_from, row.valid_until)
    ]
    return _sort(attach_sides(states))


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
    return _sort(attach_sides(states))


def attach_sides(found: Iterable[Pairing]) -> list[Pairing]:
    """Name both sides and the programme of what the log tells, in two queries and not in two for each."""
    states = list(found)
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
