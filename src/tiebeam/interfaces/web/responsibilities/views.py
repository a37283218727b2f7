"""The responsibility matrix of a pairing: shown for a day, set and ended."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.responsibilities import (
    end_responsibility,
    set_responsibility,
)
from tiebeam.apps.pairings.operations.sides import demand_side, find_side
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.apps.pairings.queries.responsibilities import get_matrix, get_responsibility
from tiebeam.apps.regions.queries.names import find_organisation, list_organisations_by_id
from tiebeam.interfaces.web.agreements.words import pair_address
from tiebeam.interfaces.web.as_of import read_as_of
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.page import Link, name_of, say_to, show_page, tabs_with_history
from tiebeam.interfaces.web.periods import end_after
from tiebeam.interfaces.web.responsibilities.forms import EndForm, SetForm
from tiebeam.interfaces.web.responsibilities.matrix import say_area, show_matrix
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.time.periods import AsOf


@require_safe
@seated
def show_all(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show the matrix of a pairing on a day, as known on another."""
    pairing, as_of = find_or_404(get_pairing, pairing_id), read_as_of(request)
    actor = actor_of(request)
    # Nothing is done to what was known: the steps are those of today.
    may_set = as_of.known_at is None and find_side(actor, pairing) is not None
    matrix = show_matrix(request, pairing, as_of, actor if may_set else None)
    return show_page(
        request,
        "web/responsibilities/matrix.html",
        title=say_to(
            request,
            "responsibilities.title",
            pair=name_of_pairing(request, pairing),
            whole=matrix.whole_count,
            count=len(matrix.rows),
        ),
        trail=_trail(request, pairing)[:-1],
        action=Link(say_to(request, "responsibilities.set"), _address(pairing) + "set/")
        if may_set
        else None,
        takes_dates=True,
        matrix=matrix,
        tabs=tabs_with_history(request, "responsibilities", pairing.pk),
    )


@FORM
@seated
def set_one(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Say what a party is for an area of work from a day on."""
    pairing = find_or_404(get_pairing, pairing_id)
    actor = actor_of(request)
    side = demand_side(actor, "pairings.set_responsibility", pairing)
    today = timezone.localdate()
    matrix = get_matrix(pairing, AsOf(true_on=today))
    other = {"donor": pairing.recipient_id, "recipient": pairing.donor_id}.get(side)
    known = list_organisations_by_id([*matrix.parties, pairing.tenant_id])
    parties = [(str(key), name_of(request, row)) for key, row in known.items() if key != other]
    form = SetForm(
        request,
        parties,
        [row.area for row in matrix.areas],
        {
            # Asked for is first what nobody answers for yet.
            "area": next(iter(matrix.list_gaps()), None),
            "valid_from": max(today, pairing.valid_from),
            "party": str(actor.organisation_id),
        },
    )

    def call(given: Mapping[str, Any]) -> object:
        party = find_organisation(UUID(given["party"]))
        assert party is not None  # one of those offered
        return set_responsibility(
            pairing=pairing,
            area=form.chosen_area(),
            party=party,
            share=given["share"],
            valid_from=given["valid_from"],
            reason=given["reason"],
            actor=actor,
            now=timezone.now(),
        )

    return answer_form(
        request,
        form,
        call,
        done=say_to(request, "responsibilities.done"),
        title=say_to(request, "responsibilities.set_title", pair=name_of_pairing(request, pairing)),
        trail=_trail(request, pairing),
        text=say_to(request, "responsibilities.set_text"),
        verb=say_to(request, "responsibilities.save"),
        back=_address(pairing),
    )


@FORM
@seated
def end_one(request: HttpRequest, responsibility_id: UUID) -> HttpResponse:
    """End an own entry of the matrix on its last day."""
    row = find_or_404(get_responsibility, responsibility_id)
    pairing = find_or_404(get_pairing, row.pairing_id)
    demand_side(actor_of(request), "pairings.end_responsibility", pairing)

    def call(given: Mapping[str, Any]) -> object:
        until = end_after(given["last_day"])
        assert until is not None
        return end_responsibility(
            responsibility=row,
            valid_until=until,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    party = find_organisation(row.party_id)
    return answer_form(
        request,
        EndForm(request, initial={"last_day": timezone.localdate()}),
        call,
        done=say_to(request, "responsibilities.ended"),
        title=say_to(
            request,
            "responsibilities.end_title",
            party=name_of(request, party) if party else say_to(request, "web.unknown"),
            share=say_to(request, f"pairings.share.{row.share}"),
            area=say_area(request, row.area),
        ),
        trail=_trail(request, pairing),
        text=say_to(request, "responsibilities.end_text", first=row.valid_from.isoformat()),
        verb=say_to(request, "responsibilities.end"),
        back=_address(pairing),
        is_dangerous=True,
    )


def _address(pairing: Pairing) -> str:
    return reverse("responsibilities", args=[pairing.pk])


def _trail(request: HttpRequest, pairing: Pairing) -> list[Link]:
    return [
        Link(name_of_pairing(request, pairing), pair_address(pairing)),
        Link(say_to(request, "responsibilities.name"), _address(pairing)),
    ]
