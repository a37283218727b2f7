"""Which records have a page of their history: how they are found, named, and what belongs to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from tiebeam.apps.emergencies.queries.reports import get_report, list_versions
from tiebeam.apps.emergencies.queries.reports import list_lines as list_lines_of_reports
from tiebeam.apps.ledger.queries.claims import get_claim, list_vouchers
from tiebeam.apps.ledger.queries.events import find_chain, get_event
from tiebeam.apps.ledger.queries.schedule import get_tranche
from tiebeam.apps.pairings.queries.agreements import get_agreement
from tiebeam.apps.pairings.queries.desk import get_scenario, get_variant
from tiebeam.apps.pairings.queries.hand_overs import get_hand_over, list_lines
from tiebeam.apps.pairings.queries.responsibilities import list_ever
from tiebeam.apps.pairings.queries.variants import list_locks
from tiebeam.apps.programmes.queries import (
    get_return,
    list_documents,
    list_participants,
    list_rounds,
)
from tiebeam.apps.programmes.queries.returns import find_decision
from tiebeam.apps.programmes.queries.returns import list_lines as list_lines_of_return
from tiebeam.apps.regions.models import Region
from tiebeam.apps.regions.queries import get_region, list_codes, list_vintages
from tiebeam.apps.regions.queries.statistics import get_statistic
from tiebeam.apps.supplies.queries.transit import follow_lines, get_shipment, list_told
from tiebeam.interfaces.web.claims.words import trail_to as trail_to_claims
from tiebeam.interfaces.web.desk.finding import trail_to_scenario, trail_to_variant
from tiebeam.interfaces.web.directory.tables import word_of
from tiebeam.interfaces.web.forming import find_or_404 as find_or_404_of
from tiebeam.interfaces.web.hand_overs.words import name_of_ending, trail_to_hand_overs
from tiebeam.interfaces.web.lists.views import find_list_or_404, name_of_list
from tiebeam.interfaces.web.money.words import trail_to_pair
from tiebeam.interfaces.web.page import Link, name_of, say_to, tabs_with_history
from tiebeam.interfaces.web.pairs.dossiers import find_pairing_or_404
from tiebeam.interfaces.web.pairs.views import find_organisation_or_404
from tiebeam.interfaces.web.programmes.rounds import find_round_or_404, trail_of_round
from tiebeam.interfaces.web.programmes.views import find_or_404, tabs_of, trail_of
from tiebeam.interfaces.web.reports.views import trail_to_reports
from tiebeam.interfaces.web.returns.words import trail_to_round as trail_to_round_of_returns
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.interfaces.web.supplies.parts import trail_to as trail_to_supplies
from tiebeam.platform.files.queries import get_document
from tiebeam.platform.files.queries import list_documents as list_attached
from tiebeam.platform.identity.people import find_person, list_assignments
from tiebeam.platform.permissions.roles import Role


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


def _of_agreement(request: HttpRequest, pk: UUID) -> Subject:
    standing = get_agreement(pk)
    return Subject(
        name=standing.agreement.title,
        record_ids=_ids(
            standing.agreement,
            *standing.signatures,
            *standing.returns,
            *list_attached(standing.agreement),
        ),
        trail=(Link(say_to(request, "web.rail.agreements"), reverse("agreements")),),
        tabs=tabs_with_history(request, "agreement", pk, is_history=True),
    )


def _of_hand_over(request: HttpRequest, pk: UUID) -> Subject:
    hand_over = get_hand_over(pk)
    return Subject(
        name=name_of_ending(request, hand_over),
        record_ids=_ids(hand_over, *list_lines(hand_over), *list_attached(hand_over)),
        trail=tuple(trail_to_hand_overs(request)),
        tabs=tabs_with_history(request, "hand_over", pk, is_history=True),
    )


def _of_return(request: HttpRequest, pk: UUID) -> Subject:
    of_return = get_return(pk)
    lines, decision = list_lines_of_return(of_return), find_decision(of_return)
    below = [*lines, *list_attached(of_return), *([decision] if decision else [])]
    return Subject(
        name=name_of(request, of_return.tenant),
        record_ids=_ids(of_return, *below),
        trail=tuple(trail_to_round_of_returns(request, of_return.round)),
        tabs=tabs_with_history(request, "return", pk, is_history=True),
    )


def _of_scenario(request: HttpRequest, pk: UUID) -> Subject:
    built = get_scenario(pk)
    return Subject(
        name=built.name,
        record_ids=(built.pk,),
        trail=tuple(trail_to_scenario(request, built.round)),
        tabs=tabs_with_history(request, "desk_scenario", pk, is_history=True),
    )


def _of_variant(request: HttpRequest, pk: UUID) -> Subject:
    variant = get_variant(pk)
    return Subject(
        name=variant.name,
        record_ids=_ids(variant, *list_locks(variant)),
        trail=tuple(trail_to_variant(request, variant.scenario)),
        tabs=tabs_with_history(request, "desk_variant", pk, is_history=True),
    )


def _of_responsibilities(request: HttpRequest, pk: UUID) -> Subject:
    pairing = find_pairing_or_404(pk)
    return Subject(
        name=say_to(
            request,
            "pairs.name",
            donor=name_of(request, pairing.donor),
            recipient=name_of(request, pairing.recipient),
        ),
        record_ids=_ids(*list_ever(pairing)),
        trail=tuple(trail_of(request, pairing.programme)),
        tabs=tabs_with_history(request, "responsibilities", pk, is_history=True),
    )


def _of_document(request: HttpRequest, pk: UUID) -> Subject:
    document = get_document(pk)
    return Subject(
        name=document.name,
        record_ids=(document.pk,),
        trail=(),
        tabs=tabs_with_history(request, "document", pk, is_history=True),
    )


def _of_person(request: HttpRequest, pk: UUID) -> Subject:
    person = find_person(pk) if actor_of(request).has_role(Role.ADMINISTRATOR) else None
    if person is None:
        raise Http404
    return Subject(
        name=person.name,
        record_ids=_ids(person, *list_assignments(person.pk)),
        trail=(Link(say_to(request, "web.rail.people"), reverse("people")),),
        tabs=tabs_with_history(request, "person", pk, is_history=True),
    )


def _ids(*records: Any) -> tuple[UUID, ...]:
    return tuple(record.pk for record in records)


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


def _of_event(request: HttpRequest, pk: UUID) -> Subject:
    batch = get_event(pk)
    attached = list_attached(batch)
    # A proposal has the id of its event, so that both stand in one history.
    return Subject(
        name=say_to(request, f"ledger.kind.{batch.kind}"),
        record_ids=_ids(batch, *find_chain(batch).disputes, *attached),
        trail=tuple(trail_to_pair(request, batch.pairing)),
        tabs=_two_tabs(request, "money.tab.event", reverse("event", args=[pk])),
    )


def _of_tranche(request: HttpRequest, pk: UUID) -> Subject:
    tranche = find_or_404_of(get_tranche, pk)
    pairing = find_pairing_or_404(tranche.pairing_id)
    return Subject(
        name=say_to(request, "claims.tab.tranche"),
        record_ids=(tranche.pk,),
        trail=tuple(trail_to_claims(request, pairing, "schedule")),
        tabs=_two_tabs(request, "claims.tab.tranche", reverse("tranche", args=[pk])),
    )


def _of_reimbursement(request: HttpRequest, pk: UUID) -> Subject:
    claim = find_or_404_of(get_claim, pk).reimbursement
    pairing = find_pairing_or_404(claim.pairing_id)
    below = [*list_vouchers(claim), *list_attached(claim)]
    proposals = [claim.proposal] if claim.proposal else []
    return Subject(
        name=claim.title,
        record_ids=_ids(claim, *below, *proposals),
        trail=tuple(trail_to_claims(request, pairing, "reimbursements")),
        tabs=_two_tabs(request, "claims.tab.reimbursement", reverse("reimbursement", args=[pk])),
    )


def _of_daily_report(request: HttpRequest, pk: UUID) -> Subject:
    report = find_or_404_of(get_report, pk)
    versions = list_versions(report)
    lines = list_lines_of_reports(row.pk for row in versions)
    return Subject(
        name=say_to(
            request, "reports.report_title", place=name_of(request, report.place), day=report.day
        ),
        record_ids=_ids(*versions, *(line for rows in lines.values() for line in rows)),
        trail=tuple(trail_to_reports(request, report.incident)),
        tabs=tabs_with_history(request, "daily_report", pk, is_history=True),
    )


def _of_shipment(request: HttpRequest, pk: UUID) -> Subject:
    shipment = find_or_404_of(get_shipment, pk)
    lines = [each.line for each in follow_lines([pk])]
    return Subject(
        name=say_to(
            request,
            "supplies.shipment_name",
            sender=name_of(request, shipment.tenant),
            recipient=name_of(request, shipment.recipient),
        ),
        record_ids=_ids(shipment, *lines, *list_told(pk)),
        trail=tuple(trail_to_supplies(request, "shipments")),
        tabs=tabs_with_history(request, "shipment", pk, is_history=True),
    )


SUBJECTS: dict[str, Callable[[HttpRequest, UUID], Subject]] = {
    "programme": _of_programme,
    "round": _of_round,
    "list": _of_list,
    "pair": _of_pair,
    "organisation": _of_organisation,
    "region": _of_region,
    "statistic": _of_statistic,
    "agreement": _of_agreement,
    "hand_over": _of_hand_over,
    "return": _of_return,
    "desk_scenario": _of_scenario,
    "desk_variant": _of_variant,
    "responsibilities": _of_responsibilities,
    "document": _of_document,
    "person": _of_person,
    "event": _of_event,
    "tranche": _of_tranche,
    "reimbursement": _of_reimbursement,
    "daily_report": _of_daily_report,
    "shipment": _of_shipment,
}
