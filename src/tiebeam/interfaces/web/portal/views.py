"""Pages and open files of the portal. Nothing here asks any query but those of what is published."""

import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.queries.published import (
    PublishedPairs,
    PublishedProgramme,
    find_published,
    list_published,
)
from tiebeam.interchange.tables.text import neutral
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.portal.gate import public
from tiebeam.interfaces.web.tables import (
    Cell,
    Column,
    Row,
    Table,
    day,
    figure,
)


@public
def list_programmes(request: HttpRequest) -> HttpResponse:
    """List the published programmes with their totals."""
    found = list_published(timezone.localdate())
    rows = tuple(
        Row(
            (
                Cell(
                    name_of(request, row.programme),
                    note=say_to(request, "web.demo") if row.programme.is_demo else "",
                ),
                figure(row.pairs),
                figure(row.donors),
                figure(row.recipients),
            ),
            address=reverse("public_programme", args=[row.programme.pk]),
        )
        for row in found
    )
    table = Table(
        name="programmes",
        columns=(
            Column("name", say_to(request, "portal.programme")),
            Column("pairs", say_to(request, "portal.pairs"), is_number=True),
            Column("donors", say_to(request, "portal.donors"), is_number=True),
            Column("recipients", say_to(request, "portal.recipients"), is_number=True),
        ),
        rows=rows,
        empty=say_to(request, "portal.empty"),
    )
    return show_page(
        request,
        "web/portal/list.html",
        title=say_to(request, "portal.title", count=len(found)),
        table=table,
        as_json=reverse("public_programmes_json"),
    )


@public
def show_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show the pairs in force of one published programme, and its sources."""
    found, today = _get(programme_id), timezone.localdate()
    programme = found.of_programme.programme
    table = Table(
        name="pairs",
        columns=(
            Column("recipient", say_to(request, "portal.recipient")),
            Column("donor", say_to(request, "portal.donor")),
            Column("lead", say_to(request, "portal.lead")),
            Column("since", say_to(request, "portal.since")),
        ),
        rows=tuple(
            Row(
                (
                    Cell(name_of(request, row.recipient)),
                    Cell(
                        name_of(request, row.donor),
                        note=say_to(request, "portal.doubtful") if row.is_doubtful else "",
                    ),
                    Cell(say_to(request, "portal.yes") if row.is_lead else ""),
                    day(row.valid_from),
                )
            )
            for row in found.pairings
        ),
        empty=say_to(request, "portal.no_pairs"),
        source=say_to(
            request, "portal.source", office=name_of(request, programme.tenant), today=today
        ),
    )
    return show_page(
        request,
        "web/portal/programme.html",
        title=say_to(
            request,
            "portal.programme_title",
            name=name_of(request, programme),
            pairs=found.of_programme.pairs,
            donors=found.of_programme.donors,
            recipients=found.of_programme.recipients,
        ),
        trail=[Link(say_to(request, "portal.name"), reverse("public_programmes"))],
        table=table,
        is_demo=programme.is_demo,
        amounts=[Fact(name, f"{amount:g}") for name, amount in sorted(found.amounts.items())],
        documents=[_document(request, row) for row in found.documents],
        as_json=reverse("public_programme_json", args=[programme.pk]),
        as_csv=reverse("public_programme_csv", args=[programme.pk]),
    )


@public
def programmes_as_json(request: HttpRequest) -> HttpResponse:
    """Answer with the published programmes as open data."""
    today = timezone.localdate()
    return _open_json(
        {
            "as_of": today,
            "programmes": [
                _programme_value(row)
                | {
                    "pairs_address": request.build_absolute_uri(
                        reverse("public_programme_json", args=[row.programme.pk])
                    )
                }
                for row in list_published(today)
            ],
        }
    )


@public
def programme_as_json(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Answer with the pairs in force of one programme as open data."""
    del request
    found = _get(programme_id)
    return _open_json(
        {
            "as_of": timezone.localdate(),
            "programme": _programme_value(found.of_programme),
            "amounts": dict(found.amounts),
            "sources": [
                {
                    "title_zh": row.title_zh or None,
                    "title_en": row.title_en or None,
                    "issuer": row.issuer or None,
                    "number": row.number or None,
                    "dated_on": row.dated_on,
                    "source": row.source or None,
                }
                for row in found.documents
            ],
            "pairs": [
                {
                    "donor_zh": row.donor.name_zh,
                    "donor_en": row.donor.name_en,
                    "recipient_zh": row.recipient.name_zh,
                    "recipient_en": row.recipient.name_en,
                    "is_lead": row.is_lead,
                    "is_doubtful": row.is_doubtful,
                    "valid_from": row.valid_from,
                    "valid_until": row.valid_until,
                }
                for row in found.pairings
            ],
        }
    )


CSV_HEADS = (
    "programme_zh",
    "programme_en",
    "donor_zh",
    "donor_en",
    "recipient_zh",
    "recipient_en",
    "is_lead",
    "is_doubtful",
    "valid_from",
    "valid_until",
    "as_of",
    "source",
)


@public
def programme_as_csv(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Answer with the pairs in force of one programme as a table; every row says its source and day."""
    del request
    found, today = _get(programme_id), timezone.localdate()
    programme = found.of_programme.programme
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(CSV_HEADS)
    source = programme.tenant.name_zh or programme.tenant.name_en
    for row in found.pairings:
        cells = (
            programme.name_zh,
            programme.name_en,
            row.donor.name_zh,
            row.donor.name_en,
            row.recipient.name_zh,
            row.recipient.name_en,
            "true" if row.is_lead else "false",
            "true" if row.is_doubtful else "false",
            row.valid_from.isoformat(),
            row.valid_until.isoformat() if row.valid_until else "",
            today.isoformat(),
            source,
        )
        writer.writerow(neutral(cell) for cell in cells)
    content = stream.getvalue().encode("utf-8-sig")
    response = as_file(content, f"{programme.slug}.csv")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _get(programme_id: UUID) -> PublishedPairs:
    found = find_published(programme_id, timezone.localdate())
    if found is None:
        raise Http404
    return found


def _programme_value(row: PublishedProgramme) -> dict[str, Any]:
    programme = row.programme
    return {
        "id": programme.pk,
        "name_zh": programme.name_zh,
        "name_en": programme.name_en,
        "starts_on": programme.starts_on,
        "ends_on": programme.ends_on,
        "is_demo": programme.is_demo,
        "office_zh": programme.tenant.name_zh,
        "office_en": programme.tenant.name_en,
        "pairs": row.pairs,
        "donors": row.donors,
        "recipients": row.recipients,
    }


def _open_json(value: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(value, json_dumps_params={"ensure_ascii": False, "indent": 1})
    # Open data: a page of anybody may read it. It carries no cookie's worth of anything.
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _document(request: HttpRequest, row: Any) -> dict[str, str]:
    unknown = say_to(request, "web.unknown")
    dated: date | None = row.dated_on
    titles = (row.title_zh, row.title_en)
    first, second = titles if getattr(request, "language", "zh") == "zh" else titles[::-1]
    return {
        "title": first or second,
        "issuer": row.issuer or unknown,
        "number": row.number or unknown,
        "dated_on": dated.isoformat() if dated else unknown,
        "source": row.source,
    }
