"""What the map of a programme is drawn from: where each side lies, and who answers for whom."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing, PairList
from tiebeam.apps.programmes.models import LegalDocument
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.queries import Place
from tiebeam.interfaces.web.page import language_of, name_of, say_to
from tiebeam.platform.time.periods import AsOf


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


def source_of_map(
    request: HttpRequest,
    as_of: AsOf,
    standing: PairList | None,
    documents: Iterable[LegalDocument],
) -> str:
    """Return of which day and from which list the map is: it stands below it, and in its file."""
    facts: dict[str, object] = {"on": f"{as_of.true_on:%Y-%m-%d}"}
    if as_of.known_at is not None:
        facts["known"] = f"{as_of.known_at:%Y-%m-%d}"
    code = "source_known" if as_of.known_at is not None else "source"
    said = [say_to(request, f"programmes.map.{code}", **facts)]
    if standing is not None:
        said.append(
            say_to(
                request,
                "programmes.map.source_list",
                version=standing.version,
                since=f"{standing.in_force_from:%Y-%m-%d}",
            )
        )
        document = next((row for row in documents if row.pk == standing.document_id), None)
        if document is not None:
            said.append(
                say_to(request, "programmes.map.source_document", title=_title(request, document))
            )
    return (" " if language_of(request) == "en" else "").join(said)


def _title(request: HttpRequest, document: LegalDocument) -> str:
    first, second = document.title_zh, document.title_en
    if language_of(request) == "en":
        first, second = second, first
    return f"{first or second} {document.number}".strip()


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
