"""The pages of the records to which documents are attached, and their names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.pairings.models import HandOver, Pairing
from tiebeam.apps.pairings.queries.hand_overs import find_ending, find_successor
from tiebeam.apps.programmes.models import Return
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.platform.tenancy.records import OwnedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A kind of record that holds documents, as its page shows it.

    Attributes:
        name: Of the record, in the reader's language.
        page: Name of the address of its page.
    """

    name: Callable[[HttpRequest, Any], str]
    page: str

    def address_of(self, record: OwnedRecord) -> str:
        """Return the address of the page of *record*; the first page where it has none."""
        try:
            return reverse(self.page, args=[record.pk])
        except NoReverseMatch:
            return "/"


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


def _name_of_event(request: HttpRequest, event: Batch) -> str:
    return say_to(
        request,
        "money.event_of_day",
        kind=say_to(request, f"ledger.kind.{event.kind}"),
        day=event.valid_on.isoformat(),
    )


PLACES: dict[str, Place] = {
    "pairing": Place(name=name_of_pairing, page="pair"),
    "agreement": Place(name=lambda _, record: str(record.title), page="agreement"),
    "programme": Place(name=name_of, page="programme"),
    "return": Place(name=_name_of_return, page="return"),
    "hand-over": Place(name=_name_of_hand_over, page="hand_over"),
    "event": Place(name=_name_of_event, page="event"),
    "reimbursement": Place(name=lambda _, record: str(record.title), page="reimbursement"),
}
"""Each kind by its word in addresses."""
