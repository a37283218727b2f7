"""Who answers for a place on a day, since when, by which list and document, and who before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tiebeam.apps.pairings.models import ListLine, Pairing, PairList
from tiebeam.apps.pairings.queries.lists import find_in_force, list_known_lists
from tiebeam.apps.pairings.queries.pairings import attach_sides
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit.history import list_states
from tiebeam.platform.time.periods import AsOf, holds_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerable:
    """
    One organisation that answers for a place.

    Attributes:
        is_lead: Whether it leads, by the list in force on that day.
        since: The first day of the unbroken tie.
        by_list: The version in force on the day; None where no list says it.
        by_document: The document that this version was issued by; None where not known.
        opened_by: The version that opened the tie.
        before: Who answered last before it, in the same programme; none where nobody
            did, or it is not known.
    """

    pairing: Pairing
    is_lead: bool
    is_doubtful: bool
    since: date
    by_list: PairList | None
    by_document: LegalDocument | None
    opened_by: PairList | None
    before: tuple[Pairing, ...]


def find_answerable(recipient: Organisation, as_of: AsOf) -> list[Answerable]:
    """
    Return who answers for *recipient* on ``as_of.true_on``, as known at ``as_of.known_at``.

    One entry for each donor of each programme that may be read, leads first; empty
    where nobody answers.
    """
    known = _list_known_pairings(recipient, as_of.known_at)
    standing = [row for row in known if holds_on(as_of.true_on, row.valid_from, row.valid_until)]
    lists = list_known_lists({row.programme_id for row in standing}, as_of)
    in_force = {pk: find_in_force(rows, as_of) for pk, rows in lists.items()}
    lines = _list_own_lines(recipient, in_force.values())
    of_programme: dict[UUID, list[Pairing]] = {}
    for row in known:
        of_programme.setdefault(row.programme_id, []).append(row)
    found = []
    for row in standing:
        by_list = in_force[row.programme_id]
        line = None if by_list is None else lines.get((by_list.pk, row.donor_id))
        found.append(
            _answer(row, of_programme[row.programme_id], lists[row.programme_id], by_list, line)
        )
    return sorted(found, key=lambda row: (not row.is_lead, row.since, row.pairing.donor.name_en))


def _list_known_pairings(recipient: Organisation, known_at: datetime | None) -> list[Pairing]:
    if known_at is None:
        rows = Pairing.objects.filter(recipient=recipient, parent=None)
        return list(rows.select_related("donor", "programme"))
    states = list_states(Pairing, known_at, recipient_id=recipient.pk)
    return attach_sides(row for row in states if row.parent_id is None)


def _list_own_lines(
    recipient: Organisation, lists: Iterable[PairList | None]
) -> dict[tuple[UUID, UUID], ListLine]:
    """Return the lines of the place by list and donor, in one query."""
    # Lines never change once a version is written, so what they say now was known then.
    ids = [pair_list.pk for pair_list in lists if pair_list is not None]
    rows = ListLine.objects.filter(of_list_id__in=ids, recipient_id=recipient.pk)
    return {(row.of_list_id, row.donor_id): row for row in rows}


def _answer(
    pairing: Pairing,
    known: list[Pairing],
    lists: list[PairList],
    by_list: PairList | None,
    line: ListLine | None,
) -> Answerable:
    return Answerable(
        pairing=pairing,
        is_lead=pairing.is_lead if line is None else line.is_lead,
        is_doubtful=pairing.is_doubtful if line is None else line.is_doubtful,
        since=pairing.valid_from,
        by_list=None if line is None else by_list,
        by_document=None if line is None or by_list is None else by_list.document,
        opened_by=next((row for row in lists if row.pk == pairing.of_list_id), None),
        before=_list_before(pairing, known),
    )


def _list_before(pairing: Pairing, known: list[Pairing]) -> tuple[Pairing, ...]:
    """List those of the place in the programme that ended last before *pairing* began, of a day or more."""
    ended: dict[UUID, tuple[date, Pairing]] = {
        row.pk: (row.valid_until, row)
        for row in known
        if row.valid_until is not None and row.valid_from < row.valid_until <= pairing.valid_from
    }
    last = max((day for day, _ in ended.values()), default=None)
    rows = [row for day, row in ended.values() if day == last]
    return tuple(sorted(rows, key=lambda row: row.donor.name_en))
