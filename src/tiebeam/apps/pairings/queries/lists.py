"""Read lists: their versions and lines, the one in force on a day, and how two differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tiebeam.apps.pairings.models import ListLine, PairList, Variant
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf

Couple = tuple[UUID, UUID]
"""A donor and a recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A donor taken from some recipients and given to others."""

    donor: UUID
    left: tuple[UUID, ...]
    joined: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListComparison:
    """
    How a list differs from an earlier one.

    Attributes:
        held: Pairs on both.
        moved: Donors with other recipients than before; their pairs are in neither of the next.
        ended: Pairs that are gone, of donors that got nobody new.
        new: Pairs that came, of donors that lost nobody.
    """

    held: tuple[Couple, ...]
    moved: tuple[Move, ...]
    ended: tuple[Couple, ...]
    new: tuple[Couple, ...]


def get_list(list_id: UUID, as_of: AsOf | None = None) -> PairList:
    """
    Return one version of a list, with its round and programme; with *as_of*, as it was known then.

    Raises:
        PairList.DoesNotExist: There is none, it may not be read, or it was not known.
    """
    rows = PairList.objects.select_related("round__programme", "document", "reinstates")
    found: PairList = rows.get(pk=list_id)
    if as_of is None or as_of.known_at is None:
        return found
    for known in list_states(PairList, as_of.known_at, id=list_id):
        known.round = found.round
        return known
    raise PairList.DoesNotExist


def find_variant_of_list(pair_list: PairList) -> Variant | None:
    """Return the variant whose plan a version was drafted from; None by hand, or where it may not be read."""
    if pair_list.variant_id is None:
        return None
    rows = Variant.objects.filter(pk=pair_list.variant_id).select_related("scenario")
    found: Variant | None = rows.defer("plan", "scenario__content").first()
    return found


def list_lists(round: Round) -> list[PairList]:
    """List the versions of the list of *round*, the latest first."""
    return list(
        PairList.objects.filter(round=round).select_related("document").order_by("-version")
    )


def list_lists_of_programme(programme: Programme, as_of: AsOf | None = None) -> list[PairList]:
    """List the versions of all rounds of *programme*, the latest first; with *as_of*, as known then."""
    readable = PairList.objects.filter(round__programme_id=programme.pk)
    rows = list(readable.select_related("document", "round").order_by("-version"))
    if as_of is None or as_of.known_at is None:
        return rows
    today = {row.pk: row for row in rows}
    known = []
    for state in list_states(PairList, as_of.known_at, record_ids=today):
        kept = today[state.pk]
        state.round = kept.round
        if state.document_id is not None and state.document_id == kept.document_id:
            state.document = kept.document
        known.append(state)
    return sorted(known, key=lambda row: -row.version)


def find_version_before(pair_list: PairList) -> PairList | None:
    """
    Return the version that *pair_list* is compared with, or None.

    The last that was in force before it; for a version of its own day the earlier number.
    """
    rows = PairList.objects.filter(round__programme_id=pair_list.round.programme_id)
    earlier = [
        row
        for row in rows.exclude(in_force_from=None).exclude(pk=pair_list.pk)
        if (row.round_id == pair_list.round_id and row.version < pair_list.version)
        or (row.round_id != pair_list.round_id and _begins_before(row, pair_list))
    ]
    return max(earlier, key=lambda row: (row.in_force_from, row.version), default=None)


def _begins_before(row: PairList, pair_list: PairList) -> bool:
    start = pair_list.in_force_from or pair_list.round.starts_on
    return row.in_force_from is not None and row.in_force_from < start


def list_lines(pair_list: PairList) -> list[ListLine]:
    """List the lines of a version by recipient, its lead first."""
    lines = ListLine.objects.filter(of_list=pair_list).select_related("donor", "recipient")
    return list(lines.order_by("recipient__name_en", "recipient_id", "-is_lead", "donor__name_en"))


def known_resources(round: Round) -> dict[str, dict[str, str]]:
    """Return what lines of a list of *round* may name, by id: its resources, and what lists of the programme hold."""
    listed = ListLine.objects.filter(of_list__round__programme_id=round.programme_id)
    held = {key for amounts in listed.values_list("amounts", flat=True) for key in amounts}
    own = {row["id"]: row for row in round.resources}
    return own | {key: {"id": key} for key in sorted(held - set(own))}


def find_list_in_force(programme: Programme, as_of: AsOf) -> PairList | None:
    """Return the version in force in *programme* on the day, as known then; None where none was."""
    return find_in_force(list_known_lists([programme.pk], as_of)[programme.pk], as_of)


def list_known_lists(programme_ids: Iterable[UUID], as_of: AsOf) -> dict[UUID, list[PairList]]:
    """List the versions that were ever given a date of force, by programme, as known at a moment."""
    found: dict[UUID, list[PairList]] = {pk: [] for pk in programme_ids}
    readable = PairList.objects.filter(round__programme_id__in=found)
    if as_of.known_at is None:
        for row in readable.exclude(in_force_from=None).select_related("document", "round"):
            found[row.round.programme_id].append(row)
        return found
    programmes = dict(readable.values_list("pk", "round__programme_id"))
    for state in list_states(PairList, as_of.known_at, record_ids=programmes):
        if state.in_force_from is not None:
            found[programmes[state.pk]].append(state)
    return found


def find_in_force(lists: Iterable[PairList], as_of: AsOf) -> PairList | None:
    """Return the one of *lists* that is in force on the day; the later version where dates agree."""
    day = as_of.true_on
    standing = [
        pair_list
        for pair_list in lists
        if pair_list.in_force_from is not None
        and pair_list.in_force_from <= day
        and (pair_list.in_force_until is None or day < pair_list.in_force_until)
    ]
    return max(standing, key=lambda row: (row.in_force_from, row.version), default=None)


def tell_standing(pair_list: PairList, day: date) -> str:
    """
    Return the word for where a version stands on *day*.

    Its state, as long as it has no date of force. After that "to_come", "in_force",
    "ending" (in force on the day, with another to follow or withdrawn), "ended" (with
    its round), "superseded" or "withdrawn".
    """
    if pair_list.in_force_from is None:
        return str(pair_list.state)
    start, until = pair_list.in_force_from, pair_list.in_force_until
    is_issued = pair_list.state == "issued"
    if until is not None and (until <= day or until <= start):
        return "ended" if is_issued else str(pair_list.state)
    if day < start:
        return "to_come"
    return "in_force" if is_issued else "ending"


def compare_lists(earlier: PairList, later: PairList) -> ListComparison:
    """Tell what became of each pair of *earlier* in *later*, and which came."""
    return compare_couples(list_couples(earlier), list_couples(later))


def compare_couples(before: set[Couple], after: set[Couple]) -> ListComparison:
    """Tell what became of each pair of *before* in *after*, and which came."""
    gone, come = before - after, after - before
    movers = sorted({donor for donor, _ in gone} & {donor for donor, _ in come}, key=str)
    return ListComparison(
        held=_sorted(before & after),
        moved=tuple(
            Move(
                donor=donor,
                left=tuple(sorted((r for d, r in gone if d == donor), key=str)),
                joined=tuple(sorted((r for d, r in come if d == donor), key=str)),
            )
            for donor in movers
        ),
        ended=_sorted(couple for couple in gone if couple[0] not in movers),
        new=_sorted(couple for couple in come if couple[0] not in movers),
    )


def list_couples(pair_list: PairList) -> set[Couple]:
    """Return the pairs of a version."""
    lines = ListLine.objects.filter(of_list=pair_list)
    return set(lines.values_list("donor_id", "recipient_id"))


def _sorted(couples: Iterable[Couple]) -> tuple[Couple, ...]:
    return tuple(sorted(couples, key=str))
