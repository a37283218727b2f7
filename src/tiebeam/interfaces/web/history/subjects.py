"""Which records have a page of their history: how they are found, named, and what belongs to them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.programmes.queries import list_documents, list_participants, list_rounds
from tiebeam.apps.regions.models import Region
from tiebeam.apps.regions.queries import get_region, list_codes, list_vintages
from tiebeam.apps.regions.queries.statistics import get_statistic
from tiebeam.interfaces.web.directory.tables import word_of
from tiebeam.interfaces.web.lists.views import find_list_or_404, name_of_list
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.pairs.dossiers import find_pairing_or_404
from tiebeam.interfaces.web.pairs.views import find_organisation_or_404
from tiebeam.interfaces.web.programmes.rounds import find_round_or_404, trail_of_round
from tiebeam.interfaces.web.programmes.views import find_or_404, tabs_of, trail_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the history is of: its name, where it stands, and all records that belong to it."""

    name: str
    record_ids: tuple[UUID, ...]
    trail: tuple[Link, ...]
    tabs: tuple[Link, ...]


def _of_programme(request: HttpRequest, pk: UUID) -> Subject:
    programme = find_or_404(pk)
    below = [*list_rounds(programme), *list_documents(programme), *list_participants(programme)]
    return Subject(
        name=name_of(request, programme),
        record_ids=(programme.pk, *(row.pk for row in below)),
        trail=tuple(trail_of(request)),
        tabs=tuple(tabs_of(request, programme, "history")),
    )


def _of_round(request: HttpRequest, pk: UUID) -> Subject:
    of_round = find_round_or_404(pk)
    return Subject(
        name=name_of(request, of_round),
        record_ids=(of_round.pk,),
        trail=tuple(trail_of(request, of_round.programme)),
        tabs=_two_tabs(request, "lists.round_tab", reverse("round", args=[pk])),
    )


def _of_list(request: HttpRequest, pk: UUID) -> Subject:
    pair_list = find_list_or_404(pk)
    return Subject(
        name=name_of_list(request, pair_list),
        record_ids=(pair_list.pk,),
        trail=tuple(trail_of_round(request, pair_list.round)),
        tabs=_two_tabs(request, "lists.tab", reverse("list_version", args=[pk])),
    )


def _of_pair(request: HttpRequest, pk: UUID) -> Subject:
    pairing = find_pairing_or_404(pk)
    return Subject(
        name=say_to(
            request,
            "pairs.name",
            donor=name_of(request, pairing.donor),
            recipient=name_of(request, pairing.recipient),
        ),
        record_ids=(pairing.pk,),
        trail=tuple(trail_of(request, pairing.programme)),
        tabs=_two_tabs(request, "pairs.tab", reverse("pair", args=[pk])),
    )


def _of_organisation(request: HttpRequest, pk: UUID) -> Subject:
    organisation = find_organisation_or_404(pk)
    return Subject(
        name=name_of(request, organisation),
        record_ids=(organisation.pk,),
        trail=(Link(say_to(request, "directory.organisations"), reverse("organisations")),),
        tabs=_two_tabs(request, "directory.tab", reverse("organisation", args=[pk])),
    )


def _of_region(request: HttpRequest, pk: UUID) -> Subject:
    region: Region = get_region(pk)
    return Subject(
        name=name_of(request, region),
        record_ids=(region.pk, *(code.pk for code in list_codes(region))),
        trail=(Link(say_to(request, "directory.regions"), reverse("regions")),),
        tabs=_two_tabs(request, "directory.tab", reverse("region", args=[pk])),
    )


def _of_statistic(request: HttpRequest, pk: UUID) -> Subject:
    statistic = get_statistic(pk)
    region = get_region(statistic.region_id)
    return Subject(
        name=say_to(
            request,
            "directory.figure_name",
            name=name_of(request, region),
            indicator=word_of(request, "indicator", statistic.indicator),
            year=str(statistic.year),
        ),
        record_ids=tuple(
            row.pk for row in list_vintages(region, statistic.indicator, statistic.year)
        ),
        trail=(
            Link(say_to(request, "directory.regions"), reverse("regions")),
            Link(name_of(request, region), reverse("region", args=[region.pk])),
        ),
        tabs=_two_tabs(request, "directory.tab", reverse("figure", args=[pk])),
    )


def _two_tabs(request: HttpRequest, code: str, address: str) -> tuple[Link, ...]:
    return (
        Link(say_to(request, code), address),
        Link(say_to(request, "history.tab"), "", True),
    )


SUBJECTS: dict[str, Callable[[HttpRequest, UUID], Subject]] = {
    "programme": _of_programme,
    "round": _of_round,
    "list": _of_list,
    "pair": _of_pair,
    "organisation": _of_organisation,
    "region": _of_region,
    "statistic": _of_statistic,
}
