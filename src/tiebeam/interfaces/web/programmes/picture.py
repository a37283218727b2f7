"""What the map of a programme is drawn from: where each side lies, and who answers for whom."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries import Place
from tiebeam.interfaces.web.page import name_of, say_to


def map_of_pairs(
    request: HttpRequest, pairings: Sequence[Pairing], places: Mapping[UUID, Place]
) -> dict[str, Any]:
    """Return points and lines of *pairings*; those with a side that lies nowhere known are counted."""
    drawn = [row for row in pairings if row.donor_id in places and row.recipient_id in places]
    heaviest = max((_weight(row) for row in drawn), default=0.0)
    return {
        "points": [
            *_list_points(request, {row.donor_id: row.donor for row in drawn}, places, "donor"),
            *_list_points(
                request, {row.recipient_id: row.recipient for row in drawn}, places, "recipient"
            ),
        ],
        "lines": [
            {
                "from": [places[row.donor_id].latitude, places[row.donor_id].longitude],
                "to": [places[row.recipient_id].latitude, places[row.recipient_id].longitude],
                "width": 1.5 if not heaviest else 1 + 4 * _weight(row) / heaviest,
                "isDoubtful": row.is_doubtful,
                "address": reverse("pair", args=[row.pk]),
                "text": say_to(
                    request,
                    "programmes.map.line",
                    donor=name_of(request, row.donor),
                    recipient=name_of(request, row.recipient),
                ),
            }
            for row in drawn
        ],
        "missing": len(pairings) - len(drawn),
    }


def _weight(pairing: Pairing) -> float:
    """Return what the width of a line shows: the one amount stated; several cannot be added up."""
    amounts = list(pairing.amounts.values())
    return float(amounts[0]) if len(amounts) == 1 else 0.0


def _list_points(
    request: HttpRequest,
    organisations: Mapping[UUID, Organisation],
    places: Mapping[UUID, Place],
    side: str,
) -> Iterable[dict[str, Any]]:
    return [
        {
            "at": [places[pk].latitude, places[pk].longitude],
            "side": side,
            "text": name_of(request, organisation),
            "address": reverse(side, args=[pk]),
        }
        for pk, organisation in organisations.items()
    ]
