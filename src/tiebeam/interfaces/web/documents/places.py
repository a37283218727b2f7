"""To what documents are attached, and the page from which each is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

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
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.platform.tenancy.records import OwnedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A kind of record that holds documents.

    Attributes:
        get: Finds one by its id.
        programme_id: Of the programme in which the right to attach is asked for.
        name: Of the record, in the reader's language.
        page: Name of the address of its page.
    """

    get: Callable[[UUID], OwnedRecord]
    programme_id: Callable[[Any], UUID | None]
    name: Callable[[HttpRequest, Any], str]
    page: str

    def address_of(self, record: OwnedRecord) -> str:
        """Return the address of the page of *record*; the first page where it has none."""
        try:
            return reverse(self.page, args=[record.pk])
        except NoReverseMatch:
            return "/"


def _agreement(record_id: UUID) -> Agreement:
    return get_agreement(record_id).agreement


def name_of_pairing(request: HttpRequest, pairing: Pairing) -> str:
    """Return the name of a pairing: its donor and its recipient."""
    return say_to(
        request,
        "documents.pair",
        donor=name_of(request, pairing.donor),
        recipient=name_of(request, pairing.recipient),
    )


def _name_of_return(request: HttpRequest, of_return: Return) -> str:
    return say_to(
        request,
        "documents.return",
        round=name_of(request, of_return.round),
        organisation=name_of(request, of_return.tenant),
    )


def _name_of_hand_over(request: HttpRequest, hand_over: HandOver) -> str:
    ending = find_ending(hand_over) or find_successor(hand_over)
    pair = name_of_pairing(request, ending) if ending else ""
    return say_to(request, "documents.hand_over", pair=pair)


def _programme_of_hand_over(hand_over: HandOver) -> UUID | None:
    """Both pairings are of one programme, and a reader reads one of them at least."""
    pairing = find_ending(hand_over) or find_successor(hand_over)
    return pairing.programme_id if pairing else None


def _own_id(programme: Programme) -> UUID:
    return programme.pk


PLACES: dict[str, Place] = {
    "pairing": Place(
        get=get_pairing,
        programme_id=lambda record: record.programme_id,
        name=name_of_pairing,
        page="pair",
    ),
    "agreement": Place(
        get=_agreement,
        programme_id=lambda record: record.pairing.programme_id,
        name=lambda _, record: str(record.title),
        page="agreement",
    ),
    "programme": Place(get=get_programme, programme_id=_own_id, name=name_of, page="programme"),
    "return": Place(
        get=get_return,
        programme_id=lambda record: record.round.programme_id,
        name=_name_of_return,
        page="return",
    ),
    "hand-over": Place(
        get=get_hand_over,
        programme_id=_programme_of_hand_over,
        name=_name_of_hand_over,
        page="hand_over",
    ),
}
"""The word of each kind in addresses."""


def find_kind(record: OwnedRecord) -> str:
    """Return the word in addresses of the kind of *record*."""
    kinds = {Pairing: "pairing", Agreement: "agreement", Programme: "programme"}
    return kinds.get(type(record)) or ("return" if isinstance(record, Return) else "hand-over")
