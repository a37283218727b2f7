"""Dossiers: everything about a pair, a donor or a recipient on one page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.answerable import find_answerable
from tiebeam.apps.pairings.queries.coverage import list_coverage
from tiebeam.apps.pairings.queries.pairings import (
    get_pairing,
    list_pairings_before,
    list_second_tier,
    load_of_donor,
)
from tiebeam.apps.programmes.queries import list_returns_of, list_rounds
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.web.amounts import (
    amounts_text,
    name_resources,
    name_resources_of,
    sums_text,
)
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.dossier import list_sections
from tiebeam.interfaces.web.listing import read_asked
from tiebeam.interfaces.web.lists.tables import document_text
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page
from tiebeam.interfaces.web.pairs.returned import coverage_table, returns_table
from tiebeam.interfaces.web.pairs.tables import (
    answers_table,
    export_table,
    second_tier_table,
    side_table,
)
from tiebeam.interfaces.web.pairs.views import find_organisation_or_404
from tiebeam.interfaces.web.periods import period_text
from tiebeam.interfaces.web.programmes.views import trail_of
from tiebeam.interfaces.web.seated import seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.platform.time.periods import AsOf, holds_on


@require_safe
@seated
def show_pair(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show the dossier of a pair."""
    as_of = read_as_of(request)
    pairing = find_pairing_or_404(pairing_id, as_of)
    facts = _facts_of_pair(request, pairing)
    second_tier = second_tier_table(request, list_second_tier(pairing, as_of))
    file = table_as_file(export_table(request, facts, second_tier, read_asked(request)))
    if file is not None:
        return file
    is_standing = holds_on(as_of.true_on, pairing.valid_from, pairing.valid_until)
    title = say_to(
        request,
        "pairs.pair_title" if is_standing else "pairs.pair_title_not_standing",
        donor=name_of(request, pairing.donor),
        recipient=name_of(request, pairing.recipient),
        programme=name_of(request, pairing.programme),
        since=str(pairing.valid_from),
        day=str(as_of.true_on),
    )
    return show_page(
        request,
        "web/pairs/pair.html",
        title=title,
        trail=[*_trail(request), *trail_of(request, pairing.programme)[1:]],
        tabs=_tabs_of_pair(request, pairing),
        takes_dates=True,
        pairing=pairing,
        facts=facts,
        second_tier=second_tier if pairing.parent_id is None else None,
        sections=list_sections(request, pairing, as_of),
    )


@require_safe
@seated
def show_donor(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Show the dossier of a donor: its load across all programmes, its pairs now and before, its returns."""
    as_of = read_as_of(request)
    donor = find_organisation_or_404(organisation_id)
    load = load_of_donor(donor, as_of)
    ended = list_pairings_before(as_of, donor=donor)
    programmes = {row.programme_id for row in (*load.pairings, *ended)}
    resources = name_resources_of(request, programmes, as_of.true_on)
    table = side_table(request, load.pairings, "recipient", resources, read_asked(request))
    file = table_as_file(table)
    if file is not None:
        return file
    return show_page(
        request,
        "web/pairs/side.html",
        title=say_to(
            request,
            "pairs.donor_title" if load.pairings else "pairs.donor_title_none",
            name=name_of(request, donor),
            pairs=len(load.pairings),
            programmes=len(load.programmes),
            day=str(as_of.true_on),
        ),
        trail=_trail(request),
        tabs=_tabs(request, reverse("donor", args=[donor.pk]), "organisation", donor.pk),
        action=Link(
            say_to(request, "obligations.verb.load"), reverse("load_of_donor", args=[donor.pk])
        ),
        takes_dates=True,
        figures=[
            (say_to(request, "pairs.load.pairs"), len(load.pairings)),
            (say_to(request, "pairs.load.programmes"), len(load.programmes)),
            (say_to(request, "pairs.load.second_tier"), len(load.second_tier)),
        ],
        amounts=sums_text(request, load.amounts),
        table=table,
        before=side_table(request, ended, "recipient", resources),
        returns=returns_table(request, list_returns_of(donor, "donor")),
    )


@require_safe
@seated
def show_recipient(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Show the dossier of a recipient: who answers, what it needs, who answered before."""
    as_of = read_as_of(request)
    recipient = find_organisation_or_404(organisation_id)
    found = find_answerable(recipient, as_of)
    table = answers_table(request, found, read_asked(request))
    file = table_as_file(table)
    if file is not None:
        return file
    returned = list_returns_of(recipient, "recipient")
    ended = list_pairings_before(as_of, recipient=recipient)
    resources = name_resources_of(request, {row.programme_id for row in ended}, as_of.true_on)
    return show_page(
        request,
        "web/pairs/side.html",
        title=_title_of_recipient(request, recipient, [row.pairing for row in found], as_of),
        trail=_trail(request),
        tabs=_tabs(
            request, reverse("recipient", args=[recipient.pk]), "organisation", recipient.pk
        ),
        takes_dates=True,
        figures=[(say_to(request, "pairs.load.donors"), len(found))],
        amounts="",
        table=table,
        before=side_table(request, ended, "donor", resources),
        returns=returns_table(request, returned),
        coverage=coverage_table(request, list_coverage((row.pairing for row in found), returned)),
    )


def find_pairing_or_404(pairing_id: UUID, as_of: AsOf | None = None) -> Pairing:
    """Return a pairing that may be read, as known; another's is not there."""
    try:
        return get_pairing(pairing_id, as_of)
    except Pairing.DoesNotExist:
        raise Http404 from None


def _title_of_recipient(
    request: HttpRequest, recipient: Organisation, pairings: list[Pairing], as_of: AsOf
) -> str:
    names = list(dict.fromkeys(name_of(request, row.donor) for row in pairings))
    return say_to(
        request,
        "pairs.answers_title" if names else "pairs.answers_title_none",
        place=name_of(request, recipient),
        names=names,
        count=len(names),
        day=str(as_of.true_on),
    )


def _facts_of_pair(request: HttpRequest, pairing: Pairing) -> list[Fact]:
    def head(key: str) -> str:
        return say_to(request, f"pairs.column.{key}")

    unknown = say_to(request, "web.unknown")
    facts = [
        Fact(
            head("donor"),
            name_of(request, pairing.donor),
            reverse("donor", args=[pairing.donor_id]),
        ),
        Fact(
            head("recipient"),
            name_of(request, pairing.recipient),
            reverse("recipient", args=[pairing.recipient_id]),
        ),
        Fact(head("period"), period_text(request, pairing.valid_from, pairing.valid_until)),
        Fact(head("lead"), _lead_text(request, pairing)),
    ]
    if pairing.is_doubtful:
        facts.append(Fact(head("doubt"), say_to(request, "pairs.doubtful"), status="risk"))
    if pairing.of_list is not None:
        version = say_to(request, "lists.version", version=pairing.of_list.version)
        address = reverse("list_version", args=[pairing.of_list_id])
        facts.append(Fact(head("list"), version, address))
        facts.append(Fact(head("document"), document_text(request, pairing.of_list)))
    if pairing.parent_id is not None:
        address = reverse("pair", args=[pairing.parent_id])
        facts.append(Fact(head("parent"), say_to(request, "pairs.to_parent"), address))
    resources = name_resources(request, list_rounds(pairing.programme))
    facts.append(
        Fact(head("amounts"), amounts_text(request, pairing.amounts, resources) or unknown)
    )
    if pairing.note:
        facts.append(Fact(head("note"), pairing.note))
    return facts


def _lead_text(request: HttpRequest, pairing: Pairing) -> str:
    """Return whether the donor leads; what a document of others left open is not known."""
    if pairing.is_lead:
        return say_to(request, "web.yes")
    is_recorded = pairing.of_list is not None and pairing.of_list.is_recorded
    return say_to(request, "web.unknown" if is_recorded else "web.no")


def _trail(request: HttpRequest) -> list[Link]:
    return [Link(say_to(request, "web.rail.pairs"), reverse("pairs"))]


def _tabs_of_pair(request: HttpRequest, pairing: Pairing) -> list[Link]:
    dossier, history = _tabs(request, reverse("pair", args=[pairing.pk]), "pair", pairing.pk)
    money = Link(say_to(request, "web.rail.money"), reverse("money_of_pair", args=[pairing.pk]))
    return [dossier, money, history]


def _tabs(request: HttpRequest, address: str, kind: str, pk: UUID) -> list[Link]:
    return [
        Link(say_to(request, "pairs.tab"), address, True),
        Link(say_to(request, "history.tab"), reverse("history", args=[kind, pk])),
    ]
