"""Regions and organisations, as lists and one by one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.queries.pairings import count_roles
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.queries import (
    find_successor,
    get_organisation,
    get_region,
    list_children,
    list_codes,
    list_organisations,
    list_path,
    list_regions,
    list_roots,
    list_statistics,
)
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.directory.rights import may_change, steps_of_entry, steps_of_list
from tiebeam.interfaces.web.directory.tables import entries_table, statistics_table
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.time.periods import AsOf

SORTS = {"name": lambda row: row.name_en or row.name_zh}


@require_safe
@seated
def show_regions(request: HttpRequest) -> HttpResponse:
    """Show the topmost regions of the day; with words, every region that they find."""
    as_of = read_as_of(request)
    asked = read_asked(request, sorts=SORTS)
    found = list_regions(as_of, search=asked.words) if asked.words else list_roots(Region, as_of)
    rows, count = arrange(found, asked, SORTS)
    table = entries_table(request, rows, count, asked, "region")
    return table_as_file(table) or show_page(
        request,
        "web/directory/list.html",
        title=say_to(
            request,
            "directory.regions_found" if asked.words else "directory.regions_title",
            count=count,
        ),
        tabs=_tabs(request, "regions"),
        takes_dates=True,
        steps=steps_of_list(request, "region"),
        table=table,
    )


@require_safe
@seated
def show_organisations(request: HttpRequest) -> HttpResponse:
    """Show the organisations of the day."""
    asked = read_asked(request, sorts=SORTS)
    found = list_organisations(read_as_of(request), search=asked.words)
    rows, count = arrange(found, asked, SORTS)
    table = entries_table(request, rows, count, asked, "organisation")
    return table_as_file(table) or show_page(
        request,
        "web/directory/list.html",
        title=say_to(request, "directory.organisations_title", count=count),
        tabs=_tabs(request, "organisations"),
        takes_dates=True,
        steps=steps_of_list(request, "organisation"),
        table=table,
    )


@require_safe
@seated
def show_region(request: HttpRequest, region_id: UUID) -> HttpResponse:
    """Show a region: where it belongs, what lies below it, its codes, organisations and figures."""
    as_of = read_as_of(request)
    region = find_or_404(get_region, region_id, as_of)
    above = find_or_404(list_path, region, as_of)
    children = list_children(region, as_of)
    organisations = list_organisations(as_of, region_id=region.pk)
    statistics = statistics_table(request, list_statistics(region, as_of))
    return show_page(
        request,
        "web/directory/region.html",
        title=say_to(
            request, "directory.region_title", name=name_of(request, region), count=len(children)
        ),
        trail=[
            Link(say_to(request, "directory.regions"), reverse("regions")),
            *(Link(name_of(request, row), reverse("region", args=[row.pk])) for row in above),
        ],
        tabs=_tabs_of_entry(request, "region", region.pk),
        takes_dates=True,
        facts=_facts_of_region(request, region, find_successor(region, as_of)),
        codes=_codes(request, region, as_of),
        steps=steps_of_entry(request, region),
        children=entries_table(request, children, len(children), None, "region"),
        organisations=entries_table(
            request, organisations, len(organisations), None, "organisation"
        ),
        statistics=statistics,
    )


@require_safe
@seated
def show_organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Show an organisation: what it is, where it belongs, and its dossiers as donor and recipient."""
    as_of = read_as_of(request)
    organisation = find_or_404(get_organisation, organisation_id, as_of)
    above = find_or_404(list_path, organisation, as_of)
    children = list_children(organisation, as_of)
    given, received = count_roles(organisation, as_of)
    return show_page(
        request,
        "web/directory/organisation.html",
        title=say_to(
            request,
            "directory.organisation_title",
            name=name_of(request, organisation),
            given=given,
            received=received,
        ),
        trail=[
            Link(say_to(request, "directory.organisations"), reverse("organisations")),
            *(Link(name_of(request, row), reverse("organisation", args=[row.pk])) for row in above),
        ],
        tabs=_tabs_of_entry(request, "organisation", organisation.pk),
        takes_dates=True,
        facts=_facts(request, organisation, find_successor(organisation, as_of)),
        steps=steps_of_entry(request, organisation),
        organisation=organisation,
        given=given,
        received=received,
        children=entries_table(request, children, len(children), None, "organisation"),
    )


def _facts(
    request: HttpRequest, row: Region | Organisation, successor: Region | Organisation | None
) -> list[Fact]:
    def head(key: str) -> str:
        return say_to(request, f"directory.column.{key}")

    unknown = say_to(request, "web.unknown")
    facts = [
        Fact(head("name_zh"), row.name_zh or unknown),
        Fact(head("name_en"), row.name_en or unknown),
        Fact(head("kind"), say_to(request, f"directory.kind.{row.kind}")),
        Fact(head("period"), period_text(request, row.valid_from, row.valid_until)),
    ]
    if successor is not None:
        facts.append(Fact(head("successor"), name_of(request, successor)))
    return facts


def _codes(request: HttpRequest, region: Region, as_of: AsOf) -> list[dict[str, Any]]:
    """Return the codes of the day; one without an end with the address at which it is ended."""
    return [
        {
            "authority": code.authority,
            "code": code.code,
            "end": reverse("end_code", args=[code.pk])
            if code.valid_until is None and may_change(request, "regions.end_code", code)
            else "",
        }
        for code in list_codes(region, as_of)
    ]


def _facts_of_region(request: HttpRequest, region: Region, successor: Region | None) -> list[Fact]:
    point = (
        say_to(request, "web.unknown")
        if region.latitude is None or region.longitude is None
        else say_to(
            request,
            "directory.point",
            latitude=float(region.latitude),
            longitude=float(region.longitude),
        )
    )
    return [
        *_facts(request, region, successor),
        Fact(say_to(request, "directory.column.point"), point),
    ]


def _tabs(request: HttpRequest, current: str) -> list[Link]:
    return [
        Link(say_to(request, f"directory.{key}"), reverse(key), key == current)
        for key in ("regions", "organisations")
    ]


def _tabs_of_entry(request: HttpRequest, kind: str, pk: UUID) -> list[Link]:
    return [
        Link(say_to(request, "directory.tab"), reverse(kind, args=[pk]), True),
        Link(say_to(request, "history.tab"), reverse("history", args=[kind, pk])),
    ]
