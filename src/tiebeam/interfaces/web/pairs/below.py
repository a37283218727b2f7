"""Second-tier pairs in the dossiers: listed below the pair above them, added there, and ended."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.pairings import (
    add_second_tier_pairing,
    end_second_tier_pairing,
    is_party,
)
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.apps.regions.models import ORGANISATION_KINDS
from tiebeam.apps.regions.queries.names import find_organisation, list_organisation_names
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.forms import PageForm, choices_of, date_field
from tiebeam.interfaces.web.page import Link, by_name, name_of, say_to
from tiebeam.interfaces.web.periods import end_after, last_day_of, period_text
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import AsOf

NOTE_LENGTH_MOST = 300
FIELDS_OF_ERRORS = {
    "pairings.parent_not_in_force": "valid_from",
    "pairings.paired_with_itself": "recipient",
    "pairings.already_ended": "last_day",
}
"""Beside which field a refusal is shown."""


class _BelowForm(PageForm):
    words: ClassVar[str] = "pairs.below.field"

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Show a refusal beside its field, with last days as the form has them."""
        if "until" in error.facts:
            error.facts["until"] = last_day_of(error.facts["until"])  # type: ignore[arg-type]  # a day
        super().refuse(error, field or FIELDS_OF_ERRORS.get(error.code))


class AddForm(_BelowForm):
    """Who is paired with whom below a pair, and from which day."""

    donor = forms.ChoiceField()
    recipient = forms.ChoiceField()
    valid_from = date_field()
    note = forms.CharField(required=False, max_length=NOTE_LENGTH_MOST)

    def __init__(self, request: HttpRequest, above: Pairing) -> None:
        """Offer the directory by kind, without both sides of the pair above."""
        today = timezone.localdate()
        super().__init__(request, initial={"valid_from": max(today, above.valid_from)})
        self.organisations = {
            str(row.pk): row
            for row in by_name(request, list_organisation_names())
            if row.pk not in {above.donor_id, above.recipient_id}
        }
        offered = [
            (word, [(pk, name_of(request, row)) for pk, row in self.organisations.items()
                    if row.kind == kind])
            for kind, word in choices_of(request, "directory.kind", ORGANISATION_KINDS)
        ]  # fmt: skip
        choices = [("", ""), *((word, rows) for word, rows in offered if rows)]
        for name in ("donor", "recipient"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def refuse(self, error: TiebeamError, field: str | None = None) -> None:
        """Name the two in the language of the page."""
        for fact, name in (("donor", "donor"), ("recipient", "recipient"), ("name", "donor")):
            if fact in error.facts:
                chosen = self.organisations[self.cleaned_data[name]]
                error.facts[fact] = name_of(self.request, chosen)
        super().refuse(error, field)


class EndForm(_BelowForm):
    """The last day of a second-tier pair, and why it ends."""

    last_day = date_field()
    reason = forms.CharField(required=False, max_length=500)


@FORM
@seated
def add(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Pair two organisations below a pair of the list."""
    above = find_or_404(get_pairing, pairing_id)
    actor = actor_of(request)
    if not may_add(actor, above):
        return show_forbidden(request)
    form = AddForm(request, above)
    pair = name_of_pairing(request, above)
    period = period_text(request, above.valid_from, above.valid_until)
    return answer_form(
        request,
        form,
        lambda given: add_second_tier_pairing(
            parent=above,
            donor=form.organisations[given["donor"]],
            recipient=form.organisations[given["recipient"]],
            valid_from=given["valid_from"],
            note=given["note"],
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "pairs.below.added", pair=pair),
        title=say_to(request, "pairs.below.add_title", pair=pair),
        text=say_to(request, "pairs.below.add_text", pair=pair, period=period),
        verb=say_to(request, "pairs.below.add"),
        back=_address(above),
        trail=_trail(request, above),
    )


@FORM
@seated
def end(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """End an own second-tier pair after its last day."""
    pairing = find_or_404(get_pairing, pairing_id)
    actor = actor_of(request)
    if not may_end(actor, pairing):
        return show_forbidden(request)

    def call(given: Mapping[str, Any]) -> Pairing:
        until = end_after(given["last_day"])
        assert until is not None  # the day is asked for
        return end_second_tier_pairing(
            pairing=pairing, until=until, reason=given["reason"], actor=actor, now=timezone.now()
        )

    pair = name_of_pairing(request, pairing)
    return answer_form(
        request,
        EndForm(request, initial={"last_day": timezone.localdate()}),
        call,
        done=say_to(request, "pairs.below.ended", pair=pair),
        title=say_to(request, "pairs.below.end_title", pair=pair),
        text=say_to(
            request,
            "pairs.below.end_text",
            period=period_text(request, pairing.valid_from, pairing.valid_until),
        ),
        verb=say_to(request, "pairs.below.end"),
        back=_address(pairing),
        trail=_trail(request, pairing),
        is_dangerous=True,
    )


@dossier_section("second-tier", order=10)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section:
    """Return the part with the pairs below a pair of the list; below another, who can end this one."""
    del as_of  # the table is that of the dossier, which has read it for the day already
    actor = actor_of(request)
    if pairing.parent_id is not None:
        return _section_of_lower(request, pairing, actor)
    step = Link(say_to(request, "pairs.below.add"), reverse("add_second_tier", args=[pairing.pk]))
    return Section(
        key="second-tier",
        title=say_to(request, "pairs.second_tier"),
        template="web/pairs/below.html",
        step=step if may_add(actor, pairing) else None,
    )


def may_add(actor: Actor, above: Pairing) -> bool:
    """Return whether *actor* may pair others below *above*."""
    allowed = is_allowed(actor, "pairings.add_second_tier_pairing", above.programme_id)
    return allowed and above.parent_id is None and is_party(actor, above)


def may_end(actor: Actor, pairing: Pairing) -> bool:
    """Return whether *actor* may end *pairing*: whoever entered it may."""
    allowed = is_allowed(actor, "pairings.end_second_tier_pairing", pairing.programme_id)
    return allowed and actor.organisation_id == pairing.tenant_id


def _section_of_lower(request: HttpRequest, pairing: Pairing, actor: Actor) -> Section:
    assert pairing.parent_id is not None
    above = find_or_404(get_pairing, pairing.parent_id)
    owner = find_organisation(pairing.tenant_id)
    step = Link(say_to(request, "pairs.below.end"), reverse("end_second_tier", args=[pairing.pk]))
    return Section(
        key="second-tier",
        title=say_to(request, "pairs.below.section", pair=name_of_pairing(request, above)),
        template="web/pairs/lower.html",
        values={
            "text": say_to(
                request,
                "pairs.below.owner",
                organisation=name_of(request, owner) if owner else say_to(request, "web.unknown"),
            )
        },
        step=step if may_end(actor, pairing) else None,
    )


def _address(pairing: Pairing) -> str:
    return f"{reverse('pair', args=[pairing.pk])}#second-tier"


def _trail(request: HttpRequest, pairing: Pairing) -> list[Link]:
    return [
        Link(say_to(request, "web.rail.pairs"), reverse("pairs")),
        Link(name_of_pairing(request, pairing), reverse("pair", args=[pairing.pk])),
    ]
