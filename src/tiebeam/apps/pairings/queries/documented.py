"""To what documents are attached: each kind of record by its word, and the programme that it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiebeam.apps.pairings.models import Agreement, HandOver, Pairing
from tiebeam.apps.pairings.queries.agreements import get_agreement
from tiebeam.apps.pairings.queries.hand_overs import (
    find_ending,
    find_successor,
    get_hand_over,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.apps.programmes.models import Programme, Return
from tiebeam.apps.programmes.queries import get_programme, get_return
from tiebeam.platform.tenancy.records import OwnedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """
    A kind of record that holds documents.

    Attributes:
        model: Of the record.
        get: Finds one by its id, where it may be read.
        programme_id: Of the programme in which the right to attach is asked for.
    """

    model: type[OwnedRecord]
    get: Callable[[UUID], OwnedRecord]
    programme_id: Callable[[Any], UUID | None]


def _get_agreement(record_id: UUID) -> Agreement:
    return get_agreement(record_id).agreement


def _programme_of_hand_over(hand_over: HandOver) -> UUID | None:
    """Both pairings are of one programme, and a reader reads one of them at least."""
    pairing = find_ending(hand_over) or find_successor(hand_over)
    return pairing.programme_id if pairing else None


DOCUMENTED: dict[str, Documented] = {
    "pairing": Documented(
        model=Pairing, get=get_pairing, programme_id=lambda record: record.programme_id
    ),
    "agreement": Documented(
        model=Agreement,
        get=_get_agreement,
        programme_id=lambda record: record.pairing.programme_id,
    ),
    "programme": Documented(
        model=Programme, get=get_programme, programme_id=lambda record: record.pk
    ),
    "return": Documented(
        model=Return, get=get_return, programme_id=lambda record: record.round.programme_id
    ),
    "hand-over": Documented(
        model=HandOver, get=get_hand_over, programme_id=_programme_of_hand_over
    ),
}
"""Each kind by its word in addresses."""


def find_kind(record: OwnedRecord) -> str:
    """Return the word of the kind of *record*."""
    return next(word for word, each in DOCUMENTED.items() if isinstance(record, each.model))
