"""What pages of money say: kinds and states in words, amounts in one unit, and who may do what."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.ledger.models import Batch, Proposal
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.ledger.chart import MONEY
from tiebeam.core.ledger.events import KINDS
from tiebeam.interfaces.messages import LANGUAGES, Language, has_message, say
from tiebeam.interfaces.messages.figures import exact_money, money, number
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.page import Link, language_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Status
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor

Part = Literal["donor", "recipient", "coordinator"]

STATE_MARKS: dict[str, Status] = {
    "proposed": "risk",
    "posted": "good",
    "returned": "bad",
    "withdrawn": "none",
    "reversed": "none",
}
MAKERS: dict[Part, tuple[Role, ...]] = {
    "coordinator": (Role.COORDINATOR, Role.MINISTRY),
    "donor": (Role.DONOR_OFFICE, Role.DONOR_FINANCE),
    "recipient": (Role.RECIPIENT_OFFICE, Role.RECIPIENT_FINANCE),
}
CHECKERS: dict[Part, tuple[Role, ...]] = {
    "coordinator": MAKERS["coordinator"],
    "donor": (Role.DONOR_FINANCE,),
    "recipient": (Role.RECIPIENT_FINANCE,),
}

BESIDE = ("schedule", "reimbursements", "gifts")
"""What stands beside the books of a pair, by the names of their addresses."""


def part_of(actor: Actor, pairing: Pairing) -> Part | None:
    """Return which part the organisation of *actor* has in *pairing*, None where it only reads."""
    own = actor.organisation_id
    if own == pairing.donor_id:
        return "donor"
    if own == pairing.recipient_id:
        return "recipient"
    return "coordinator" if own == pairing.programme.tenant_id else None


def may_make(actor: Actor, pairing: Pairing, by: str) -> bool:
    """Return whether *actor* proposes what the side *by* tells of *pairing*."""
    return _holds(actor, pairing, by, MAKERS)


def may_check(actor: Actor, pairing: Pairing, by: str) -> bool:
    """Return whether *actor* posts what the side *by* proposed, where somebody else did."""
    return _holds(actor, pairing, by, CHECKERS)


def _holds(actor: Actor, pairing: Pairing, by: str, roles: dict[Part, tuple[Role, ...]]) -> bool:
    part = part_of(actor, pairing)
    return part == by and any(actor.has_role(role, pairing.programme_id) for role in roles[part])


def is_same_person(actor: Actor, *people: UUID | None) -> bool:
    """Return whether *actor*, or whom it stands in for, is among *people*."""
    return bool({actor.person_id, actor.deputy_of} & (set(people) - {None}))


def say_kind(request: HttpRequest, kind: str, reversed_kind: str = "") -> str:
    """Return the word for a kind of event; for a reversal with what it undoes."""
    word = say_to(request, f"ledger.kind.{kind}")
    if not reversed_kind:
        return word
    undone = say_to(request, f"ledger.kind.{reversed_kind}")
    return say_to(request, "money.reversal_of", reversal=word, kind=undone)


def side_of_proposal(actor: Actor, proposal: Proposal) -> str:
    """Return which side tells what is proposed: what is made of records its owner."""
    if proposal.kind in KINDS:
        return KINDS[proposal.kind].by
    return part_of(actor, proposal.pairing) or ""


def say_account(request: HttpRequest, code: str) -> str:
    """Return the name of an account with its code."""
    return say_to(
        request, "money.account", number=code, name=say_to(request, f"ledger.account.{code}")
    )


def say_amount(request: HttpRequest, fen: int) -> str:
    """Return an amount as people read it."""
    return money(fen, language_of(request))


def say_moved(
    language: Language, amount: int, quantity: int = 0, unit: str = "", *, is_exact: bool = False
) -> str:
    """Return what an event moves: an amount, a quantity, or both."""
    in_words = exact_money if is_exact else money
    said = [in_words(amount, language)] if amount or not quantity else []
    if quantity:
        said.append(say_quantity(language, quantity, unit))
    return say("money.and", {}, language).join(said)


def in_both_languages(amount: int, quantity: int = 0, unit: str = "") -> dict[str, str]:
    """Return what an event moves, for those who are told of it before their language is known."""
    return {language: say_moved(language, amount, quantity, unit) for language in LANGUAGES}


def say_quantity(language: Language, quantity: int, unit: str) -> str:
    """Return a quantity with its unit."""
    code = f"report.unit.{unit.strip().lower()}"
    word = say(code, {}, language) if has_message(code) else unit
    return say("money.quantity", {"quantity": number(quantity), "unit": word}, language)


def say_purpose(request: HttpRequest, purpose: str) -> str:
    """Return what an event is for: the word of a form of assistance, else as it was entered."""
    code = f"pairings.area.{purpose}"
    return say_to(request, code) if purpose and has_message(code) else purpose


def say_held(request: HttpRequest, amount: int, unit: str) -> str:
    """Return what an account holds or a row moves, in the unit of the account."""
    if unit == MONEY:
        return exact_money(amount, language_of(request))
    return say_quantity(language_of(request), amount, unit.removeprefix("Q:"))


def money_column(request: HttpRequest, key: str, head: str) -> Column:
    """Return a column of amounts, all in one unit that stands in the head."""
    return Column(key, head, unit=say_to(request, "money.unit"), is_number=True)


def money_cell(request: HttpRequest, fen: int | None, address: str = "", note: str = "") -> Cell:
    """Return an amount in the unit of its column: 万元, in English millions; exact on hovering and in files."""
    if fen is None:
        return Cell("")
    exact = Decimal(fen).scaleb(-6 if language_of(request) == "zh" else -8)
    plain = Decimal(f"{exact.normalize():f}")
    return Cell(number(float(exact)), exact=plain, address=address, note=note)


def state_of(batch: Batch) -> str:
    """Return whether an event stands or was reversed."""
    return "reversed" if getattr(batch, "reversed_by", None) is not None else "posted"


def trail_to_money(request: HttpRequest) -> list[Link]:
    """Return the place above the money of a pair."""
    return [Link(say_to(request, "web.rail.money"), reverse("money"))]


def trail_to_pair(request: HttpRequest, pairing: Pairing) -> list[Link]:
    """Return the places above what concerns the money of one pair."""
    pair = Link(name_of_pairing(request, pairing), reverse("money_of_pair", args=[pairing.pk]))
    return [*trail_to_money(request), pair]


def list_beside(
    request: HttpRequest, pairing: Pairing, actor: Actor, shown: str = ""
) -> list[Link]:
    """Return what stands beside the books of a pair; the donor does not read reimbursements."""
    return [
        Link(say_to(request, f"claims.tab.{name}"), reverse(name, args=[pairing.pk]), name == shown)
        for name in BESIDE
        if name != "reimbursements" or part_of(actor, pairing) != "donor"
    ]
