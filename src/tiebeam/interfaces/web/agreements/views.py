"""Agreements as lists and one by one, and as they are printed."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.queries.agreements import (
    AgreementStanding,
    get_agreement,
    hash_of_agreement,
    list_agreements,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.interfaces.web.agreements.lists import agreements_table, standings_table
from tiebeam.interfaces.web.agreements.words import (
    STATE_MARKS,
    force_of,
    may_do,
    may_draft,
    pair_address,
    say_kind,
    say_state,
    say_term,
    trail_to_agreement,
    trail_to_pairing,
)
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import Fact, Link, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import table_as_file
from tiebeam.interfaces.web.timeline import timeline_of
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def list_all(request: HttpRequest) -> HttpResponse:
    """List all agreements that may be read."""
    table = agreements_table(request)
    return table_as_file(table) or show_page(
        request,
        "web/agreements/list.html",
        title=say_to(request, "agreements.title", count=table.row_count),
        table=table,
    )


@require_safe
@seated
def list_of_pairing(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """List the agreements of a pairing, on a day, as known on another."""
    pairing = find_or_404(get_pairing, pairing_id)
    as_of = read_as_of(request)
    standings = list_agreements(pairing, as_of)
    in_force = sum(row.is_in_force(as_of.true_on) for row in standings)
    draft = Link(say_to(request, "agreements.draft"), reverse("draft_agreement", args=[pairing.pk]))
    may = as_of.known_at is None and may_draft(actor_of(request), pairing)
    action = draft if may else None
    return show_page(
        request,
        "web/agreements/of_pairing.html",
        title=say_to(
            request,
            "agreements.pairing_title",
            pair=name_of_pairing(request, pairing),
            count=len(standings),
            in_force=in_force,
        ),
        trail=trail_to_pairing(request, pairing)[:-1],
        action=action,
        takes_dates=True,
        table=standings_table(request, standings, as_of.true_on, step=action),
    )


@require_safe
@seated
def show_agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show one agreement: its text, where it stands, who signed, its amendments and terms on a day."""
    return page_of_agreement(request, agreement_id)


@require_safe
@seated
def show_print(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show the text of an agreement with its signatures, to be printed."""
    as_of = read_as_of(request)
    standing = find_or_404(get_agreement, agreement_id, as_of.known_at)
    pairing = find_or_404(get_pairing, standing.agreement.pairing_id)
    terms = standing.effective_terms(as_of.true_on)
    return show_page(
        request,
        "web/agreements/print.html",
        title=standing.agreement.title,
        trail=trail_to_agreement(request, standing.agreement, pairing),
        takes_dates=True,
        agreement=standing.agreement,
        facts=_facts(request, standing, pairing, as_of),
        documents_signed=[
            {
                "title": row.title,
                "number": row.number,
                "text": row.text,
                "term": say_term(request, row.starts_on, row.ends_on),
                "is_amendment": row.amends_id is not None,
            }
            for row in terms.documents
        ],
        signatures=_signatures(request, standing, pairing),
        sha256=hash_of_agreement(standing.agreement),
    )


def page_of_agreement(
    request: HttpRequest, agreement_id: UUID, refusal: list[str] | None = None
) -> HttpResponse:
    """Answer with the page of an agreement; with *refusal*, why what was asked for was not done."""
    as_of = read_as_of(request)
    standing = find_or_404(get_agreement, agreement_id, as_of.known_at)
    agreement, day = standing.agreement, as_of.true_on
    pairing = find_or_404(get_pairing, agreement.pairing_id)
    force, mark = force_of(request, standing, day)
    return_shown = standing.returns[-1] if standing.state_on(day) == "returned" else None
    related = list_agreements(pairing, as_of)
    annual = [row for row in related if row.agreement.parent_id == agreement.pk]
    records = [
        agreement.pk,
        *(row.pk for row in standing.signatures),
        *(row.pk for row in standing.returns),
    ]
    return show_page(
        request,
        "web/agreements/agreement.html",
        title=say_to(
            request,
            "agreements.agreement_title",
            title=agreement.title,
            state=say_state(request, standing.state_on(day)),
        ),
        trail=trail_to_agreement(request, agreement, pairing)[:-1],
        tabs=tabs_with_history(request, "agreement", agreement.pk),
        takes_dates=True,
        agreement=agreement,
        force=force,
        mark=mark,
        facts=_facts(request, standing, pairing, as_of),
        sent_back=return_shown,
        signatures=_signatures(request, standing, pairing),
        terms=_terms(request, standing, day),
        amendments=standings_table(request, standing.amendments, day, name="amendments")
        if standing.amendments
        else None,
        annual=standings_table(request, annual, day, name="annual", is_nested=False)
        if annual
        else None,
        # Nothing is done to what was: the steps are those of today.
        may=may_do(actor_of(request), standing, pairing, timezone.localdate())
        if as_of.known_at is None
        else None,
        documents=documents_part(request, agreement, as_of),
        timeline=timeline_of(request, records, as_of.known_at),
        refusal=refusal,
        status=409 if refusal else 200,
    )


def _facts(
    request: HttpRequest, standing: AgreementStanding, pairing: Pairing, as_of: AsOf
) -> list[Fact]:
    def term(key: str) -> str:
        return say_to(request, f"agreements.column.{key}")

    agreement, state = standing.agreement, standing.state_on(as_of.true_on)
    facts = [
        Fact(term("state"), say_state(request, state), status=STATE_MARKS[state]),
        Fact(term("kind"), say_kind(request, agreement)),
        Fact(term("pair"), name_of_pairing(request, pairing), address=pair_address(pairing)),
        Fact(term("number"), agreement.number or say_to(request, "agreements.no_number")),
        Fact(term("term"), say_term(request, agreement.starts_on, agreement.ends_on)),
    ]
    for key, above_id in (("amends", agreement.amends_id), ("parent", agreement.parent_id)):
        if above_id is not None:
            above = find_or_404(get_agreement, above_id, as_of.known_at).agreement
            facts.append(Fact(term(key), above.title, reverse("agreement", args=[above_id])))
    if agreement.terminated_on is not None:
        text = say_to(
            request,
            "agreements.terminated_on",
            on=agreement.terminated_on.isoformat(),
            reason=agreement.termination_reason,
        )
        facts.append(Fact(term("terminated"), text, status="bad"))
    return facts


def _signatures(
    request: HttpRequest, standing: AgreementStanding, pairing: Pairing
) -> list[dict[str, object]]:
    """Return both sides with their signatures; one that has not signed is shown as such."""
    people = list_names(row.person_id for row in standing.signatures)
    signed = {row.tenant_id: row for row in standing.signatures}
    return [
        {
            "side": say_to(request, f"agreements.side.{side}"),
            "css": side,
            "organisation": name_of(request, organisation),
            "signature": signed.get(organisation.pk),
            "person": people.get(signed[organisation.pk].person_id, "")
            if organisation.pk in signed
            else "",
        }
        for side, organisation in (("donor", pairing.donor), ("recipient", pairing.recipient))
    ]


def _terms(
    request: HttpRequest, standing: AgreementStanding, day: date
) -> dict[str, object] | None:
    """Return what holds on the day once amendments have begun; nothing where there are none."""
    if not standing.amendments:
        return None
    terms = standing.effective_terms(day)
    return {
        "term": say_term(request, terms.starts_on, terms.ends_on),
        "documents": [row.title for row in terms.documents],
    }


def find_both(agreement_id: UUID) -> tuple[AgreementStanding, Pairing]:
    """Return where an agreement stands, and its pairing with both sides."""
    standing = find_or_404(get_agreement, agreement_id)
    return standing, find_or_404(get_pairing, standing.agreement.pairing_id)


def refuse_late(request: HttpRequest, agreement: Agreement, code: str) -> HttpResponse:
    """Answer with the page of *agreement* and why it is too late for what was asked for."""
    sentence = say_to(request, code, title=agreement.title)
    return page_of_agreement(request, agreement.pk, [sentence])
