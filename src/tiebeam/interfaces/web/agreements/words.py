"""What pages of agreements say of one: its state, its force, its term, and who may do what with it."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tiebeam.apps.pairings.models import Agreement, Pairing
from tiebeam.apps.pairings.operations.sides import find_side
from tiebeam.apps.pairings.queries.agreements import AgreementStanding
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.periods import last_day_of
from tiebeam.interfaces.web.tables import Status
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

STATE_MARKS: dict[str, Status] = {
    "draft": "none",
    "under_review": "none",
    "returned": "risk",
    "signed_by_one": "risk",
    "signed_by_both": "good",
    "terminated": "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What the acting person may do with an agreement now."""

    revise: bool
    ask: bool
    send_back: bool
    sign: bool
    terminate: bool
    amend: bool
    add_annual: bool


def may_draft(actor: Actor, pairing: Pairing) -> bool:
    """Return whether *actor* may draft an agreement of *pairing*."""
    return find_side(actor, pairing) is not None


def may_do(actor: Actor, standing: AgreementStanding, pairing: Pairing, today: date) -> May:
    """Return what *actor* may do with an agreement of *pairing* today."""
    agreement, state = standing.agreement, standing.state_on(today)
    side = find_side(actor, pairing)
    is_own = side is not None and agreement.tenant_id == actor.organisation_id
    is_signer = side in {"donor", "recipient"}
    is_open = state in {"draft", "returned"}
    has_signed = any(
        row.tenant_id == actor.organisation_id or row.person_id == actor.person_id
        for row in standing.signatures
    )
    may_sign = is_allowed(actor, "pairings.sign_agreement", pairing.programme_id)
    is_signed = state == "signed_by_both" and agreement.amends_id is None
    return May(
        revise=is_own and is_open,
        ask=is_own and is_open and bool(agreement.text.strip()),
        send_back=is_signer and not is_own and state == "under_review",
        sign=is_signer
        and may_sign
        and not has_signed
        and state in {"under_review", "signed_by_one"}
        and agreement.terminated_on is None,
        terminate=is_own and agreement.terminated_on is None,
        amend=side is not None and is_signed,
        add_annual=side is not None and is_signed and agreement.kind == "five_year",
    )


def say_state(request: HttpRequest, state: str) -> str:
    """Return the word for the state of an agreement."""
    return say_to(request, f"pairings.agreement_state.{state}")


def say_kind(request: HttpRequest, agreement: Agreement) -> str:
    """Return the word for the kind of an agreement; an amendment is one by itself."""
    if agreement.amends_id is not None:
        return say_to(request, "agreements.amendment")
    return say_to(request, f"pairings.agreement_kind.{agreement.kind}")


def force_of(request: HttpRequest, standing: AgreementStanding, day: date) -> tuple[str, Status]:
    """Return whether the agreement is in force on *day*, in words, and the mark of it."""
    if standing.is_in_force(day):
        return say_to(request, "agreements.force.in_force"), "good"
    if standing.is_terminated(day):
        return say_to(request, "agreements.force.terminated"), "bad"
    if standing.is_ended(day):
        return say_to(request, "agreements.force.ended"), "none"
    if standing.is_signed_by_both() and standing.agreement.starts_on > day:
        return say_to(request, "agreements.force.not_yet"), "none"
    return say_to(request, "agreements.force.not_signed"), "none"


def say_term(request: HttpRequest, starts_on: date, ends_on: date | None) -> str:
    """Return a term with its first and its last day."""
    last = last_day_of(ends_on)
    if last is None:
        return say_to(request, "agreements.term_open", first=starts_on.isoformat())
    return say_to(request, "agreements.term", first=starts_on.isoformat(), last=last.isoformat())


def pair_address(pairing: Pairing) -> str:
    """Return the address of the dossier of a pair, empty where there is none."""
    try:
        return reverse("pair", args=[pairing.pk])
    except NoReverseMatch:
        return ""


def trail_to_pairing(request: HttpRequest, pairing: Pairing) -> list[Link]:
    """Return the places above what hangs on a pairing: the pairing and its agreements."""
    return [
        Link(name_of_pairing(request, pairing), pair_address(pairing)),
        Link(
            say_to(request, "web.rail.agreements"),
            reverse("agreements_of_pairing", args=[pairing.pk]),
        ),
    ]


def trail_to_agreement(request: HttpRequest, agreement: Agreement, pairing: Pairing) -> list[Link]:
    """Return the places above a page of an agreement, the agreement itself among them."""
    return [
        *trail_to_pairing(request, pairing),
        Link(agreement.title, reverse("agreement", args=[agreement.pk])),
    ]
