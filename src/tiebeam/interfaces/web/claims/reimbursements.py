"""Reimbursements of a pair: asked for with their vouchers, checked, paid or refused."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.operations.claims import (
    check_reimbursement,
    correct_voucher,
    pay_reimbursement,
    refuse_reimbursement,
    request_reimbursement,
)
from tiebeam.apps.ledger.operations.composing import days_of
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.ledger.queries.claims import (
    CLAIM_STATES,
    Claim,
    get_claim,
    get_voucher,
    list_claims,
    list_vouchers,
)
from tiebeam.apps.ledger.queries.waiting import list_amounts
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.pairings import get_pairing
from tiebeam.errors import TiebeamError
from tiebeam.interfaces.web.claims.forms import (
    CheckForm,
    ReasonForm,
    ReimbursementForm,
    VoucherForm,
    initial_of,
)
from tiebeam.interfaces.web.claims.words import (
    CLAIM_MARKS,
    list_purposes,
    may_do,
    tabs_of,
    trail_to,
)
from tiebeam.interfaces.web.documents.part import documents_part
from tiebeam.interfaces.web.documents.places import name_of_pairing
from tiebeam.interfaces.web.errors import show_forbidden
from tiebeam.interfaces.web.forming import FORM, answer_form, find_or_404
from tiebeam.interfaces.web.listing import arrange, read_asked
from tiebeam.interfaces.web.money.tables import pair_as_file
from tiebeam.interfaces.web.money.words import (
    is_same_person,
    money_cell,
    part_of,
    say_amount,
    say_purpose,
    trail_to_pair,
)
from tiebeam.interfaces.web.page import Fact, Link, language_of, say_error, say_to, show_page
from tiebeam.interfaces.web.seated import actor_of, seated
from tiebeam.interfaces.web.tables import (
    Cell,
    Choice,
    Column,
    Row,
    Table,
    amount,
    day,
)
from tiebeam.platform.identity.people import list_names
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.tenancy.acting import Actor


@require_safe
@seated
def show_all(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Show the reimbursements of a pair, and where each stands."""
    pairing, actor = find_or_404(get_pairing, pairing_id), actor_of(request)
    if part_of(actor, pairing) == "donor":
        # What the other side asks of its own account is not read, which is not the same as none.
        raise Http404
    claims = list_claims(pairing=pairing)
    table = _claims_table(request, claims)
    if file := pair_as_file(request, table, pairing):
        return file
    waiting = [claim for claim in claims if claim.state in {"requested", "checked"}]
    code = "waiting" if waiting else "none" if claims else "nothing"
    return show_page(
        request,
        "web/claims/reimbursements.html",
        title=say_to(
            request,
            f"claims.claims_title.{code}",
            pair=name_of_pairing(request, pairing),
            count=len(waiting),
            amount=sum(claim.reimbursement.amount for claim in waiting),
        ),
        trail=trail_to_pair(request, pairing),
        tabs=tabs_of(request, pairing, "reimbursements", actor),
        action=Link(
            say_to(request, "claims.request"), reverse("request_reimbursement", args=[pairing.pk])
        )
        if may_do(actor, "ledger.request_reimbursement", pairing, pairing.recipient_id)
        else None,
        may_send_sheet=may_do(actor, "ledger.take_in_vouchers", pairing, pairing.recipient_id),
        table=table,
    )


@FORM
@seated
def request_one(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Ask for a reimbursement, with its vouchers."""
    pairing, actor = find_or_404(get_pairing, pairing_id), actor_of(request)
    if not may_do(actor, "ledger.request_reimbursement", pairing, pairing.recipient_id):
        return show_forbidden(request)
    form = ReimbursementForm(
        request,
        purposes=[("", say_to(request, "claims.choose")), *list_purposes(request, pairing)],
        peers=list_amounts("expenditure", pairing.programme_id),
    )
    return answer_form(
        request,
        form,
        lambda given: request_reimbursement(
            pairing=pairing,
            title=given["title"],
            payee=given["payee"],
            purpose=given["purpose"],
            nature=given["nature"],
            amount=given["amount"],
            vouchers=list(form.given.values()),
            actor=actor,
            now=timezone.now(),
        ),
        done=say_to(request, "claims.requested"),
        title=say_to(request, "claims.request_title", pair=name_of_pairing(request, pairing)),
        text=say_to(request, "claims.request_text"),
        verb=say_to(request, "claims.request"),
        back=reverse("reimbursements", args=[pairing.pk]),
        onto=lambda made: reverse("reimbursement", args=[made.pk]),
        trail=trail_to(request, pairing, "reimbursements"),
        template="web/claims/request.html",
    )


@require_safe
@seated
def show_one(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Show one reimbursement with its vouchers."""
    return _page_of(request, find_or_404(get_claim, claim_id))


@FORM
@seated
def check(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Find a reimbursement in order."""
    claim, pairing = _find(claim_id)
    if not may_do(actor_of(request), "ledger.check_reimbursement", pairing, pairing.recipient_id):
        return show_forbidden(request)
    return answer_form(
        request,
        CheckForm(request, days_of(pairing, timezone.localdate())),
        lambda given: check_reimbursement(
            reimbursement=claim,
            pay_on=given["pay_on"],
            document=given["document"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "claims.checked"),
        title=say_to(request, "claims.check_title", title=claim.title, amount=claim.amount),
        text=say_to(request, "claims.check_text"),
        verb=say_to(request, "claims.check"),
        back=reverse("reimbursement", args=[claim.pk]),
        trail=trail_to(request, pairing, "reimbursements"),
        template="web/claims/form.html",
    )


@require_POST
@seated
def pay(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Pay what another person checked."""
    claim, pairing = _find(claim_id)
    if not may_do(actor_of(request), "ledger.pay_reimbursement", pairing, pairing.recipient_id):
        return show_forbidden(request)
    try:
        pay_reimbursement(reimbursement=claim, actor=actor_of(request), now=timezone.now())
    except NotAllowed:
        raise
    except TiebeamError as error:
        return _page_of(request, find_or_404(get_claim, claim_id), say_error(request, error))
    messages.success(request, say_to(request, "claims.paid"))
    return redirect("reimbursement", claim_id=claim.pk)


@FORM
@seated
def refuse(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Refuse a reimbursement, with a reason."""
    claim, pairing = _find(claim_id)
    if not may_do(actor_of(request), "ledger.refuse_reimbursement", pairing, pairing.recipient_id):
        return show_forbidden(request)
    return answer_form(
        request,
        ReasonForm(request),
        lambda given: refuse_reimbursement(
            reimbursement=claim,
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "claims.refused"),
        title=say_to(request, "claims.refuse_title", title=claim.title, amount=claim.amount),
        text=say_to(request, "claims.refuse_text"),
        verb=say_to(request, "claims.refuse"),
        is_dangerous=True,
        back=reverse("reimbursement", args=[claim.pk]),
        trail=trail_to(request, pairing, "reimbursements"),
        template="web/claims/form.html",
    )


@FORM
@seated
def correct_one(request: HttpRequest, voucher_id: UUID) -> HttpResponse:
    """Correct a voucher that is not checked yet."""
    voucher = find_or_404(get_voucher, voucher_id)
    pairing = find_or_404(get_pairing, voucher.reimbursement.pairing_id)
    if not may_do(actor_of(request), "ledger.correct_voucher", pairing, voucher.tenant_id):
        return show_forbidden(request)
    names = ("issuer", "number", "amount", "issued_on")
    return answer_form(
        request,
        VoucherForm(request, initial_of(voucher, *names)),
        lambda given: correct_voucher(
            voucher=voucher,
            given=GivenVoucher(**{name: given[name] for name in names}),
            reason=given["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        ),
        done=say_to(request, "claims.voucher_corrected"),
        title=say_to(request, "claims.voucher_title", issuer=voucher.issuer, number=voucher.number),
        text=say_to(request, "claims.voucher_text"),
        verb=say_to(request, "claims.correct"),
        back=reverse("reimbursement", args=[voucher.reimbursement_id]),
        trail=trail_to(request, pairing, "reimbursements"),
        template="web/claims/form.html",
    )


def _find(claim_id: UUID) -> tuple[Reimbursement, Pairing]:
    claim = find_or_404(get_claim, claim_id).reimbursement
    return claim, find_or_404(get_pairing, claim.pairing_id)


def _page_of(request: HttpRequest, claim: Claim, refusal: list[str] | None = None) -> HttpResponse:
    row, actor = claim.reimbursement, actor_of(request)
    pairing = find_or_404(get_pairing, row.pairing_id)
    vouchers = list_vouchers(row)
    return show_page(
        request,
        "web/claims/reimbursement.html",
        title=say_to(
            request,
            "claims.claim_title",
            title=row.title,
            amount=row.amount,
            state=say_to(request, f"claims.state.{claim.state}"),
        ),
        trail=trail_to(request, pairing, "reimbursements"),
        tabs=[
            Link(say_to(request, "claims.tab.reimbursement"), "", True),
            Link(
                say_to(request, "history.tab"), reverse("history", args=["reimbursement", row.pk])
            ),
        ],
        refusal=refusal or [],
        status=409 if refusal else 200,
        claim=claim,
        is_own_check=claim.state == "checked" and _has_checked(actor, row),
        mark=CLAIM_MARKS[claim.state],
        state=say_to(request, f"claims.state.{claim.state}"),
        may=_list_steps(request, claim, pairing),
        facts=_facts(request, claim),
        vouchers=_vouchers_table(
            request,
            vouchers,
            may_correct=claim.state == "requested"
            and may_do(actor, "ledger.correct_voucher", pairing, row.tenant_id),
        ),
        documents=documents_part(request, row),
    )


def _list_steps(request: HttpRequest, claim: Claim, pairing: Pairing) -> set[str]:
    """Return what the actor may do with a reimbursement now: not with the own one, nor twice."""
    row, actor = claim.reimbursement, actor_of(request)
    steps = {
        "check": claim.state == "requested",
        "pay": claim.state == "checked",
        "refuse": claim.state in {"requested", "checked", "undone"},
    }
    if is_same_person(actor, row.requested_by_id, row.requested_for_id):
        steps |= {"check": False, "pay": False}
    if _has_checked(actor, row):
        steps["pay"] = False
    return {
        step
        for step, is_open in steps.items()
        if is_open and may_do(actor, f"ledger.{step}_reimbursement", pairing, row.tenant_id)
    }


def _has_checked(actor: Actor, row: Reimbursement) -> bool:
    made = row.proposal
    return made is not None and is_same_person(actor, made.maker_id, made.maker_for_id)


def _facts(request: HttpRequest, claim: Claim) -> list[Fact]:
    row = claim.reimbursement
    people = list_names(
        pk
        for pk in (
            row.requested_by_id,
            row.refused_by_id,
            row.proposal and row.proposal.maker_id,
            claim.batch and claim.batch.checker_id,
        )
        if pk
    )

    def who(pk: UUID) -> str:
        return people.get(pk) or say_to(request, "web.unknown")

    facts = [
        ("amount", say_amount(request, row.amount), ""),
        ("payee", row.payee, ""),
        ("purpose", say_purpose(request, row.purpose), ""),
        ("nature", say_to(request, f"claims.nature.{row.nature}"), ""),
        (
            "requested",
            say_to(
                request,
                "claims.by_on",
                who=who(row.requested_by_id),
                day=timezone.localdate(row.requested_at),
            ),
            "",
        ),
    ]
    if row.proposal and claim.state != "requested":
        address = reverse("proposal", args=[row.proposal.pk])
        told = say_to(
            request,
            "claims.by_on",
            who=who(row.proposal.maker_id),
            day=timezone.localdate(row.proposal.proposed_at),
        )
        facts.append(("checked", told, address if claim.batch is None else ""))
    if claim.batch is not None:
        told = say_to(
            request,
            "claims.by_on",
            who=who(claim.batch.checker_id),
            day=claim.batch.valid_on,
        )
        facts.append(("paid_by", told, reverse("event", args=[claim.batch.pk])))
    if row.refused_at is not None and row.refused_by_id is not None:
        told = say_to(
            request,
            "claims.by_on",
            who=who(row.refused_by_id),
            day=timezone.localdate(row.refused_at),
        )
        facts.append(("refused", told, ""))
    return [
        Fact(say_to(request, f"claims.column.{name}"), text, address)
        for name, text, address in facts
    ]


def _claims_table(request: HttpRequest, claims: list[Claim]) -> Table:
    asked = read_asked(
        request, sorts=("requested", "title", "amount"), filters=("state",), name="claims"
    )
    chosen = asked.filters.get("state", "")
    keys: dict[str, Any] = {
        "requested": lambda claim: claim.reimbursement.requested_at,
        "title": lambda claim: claim.reimbursement.title,
        "amount": lambda claim: claim.reimbursement.amount,
    }
    shown, count = arrange([claim for claim in claims if chosen in {"", claim.state}], asked, keys)
    return Table(
        name="reimbursements",
        columns=(
            Column("requested", say_to(request, "claims.column.requested"), is_sortable=True),
            Column("title", say_to(request, "claims.column.title"), is_sortable=True),
            Column("payee", say_to(request, "claims.column.payee")),
            Column("purpose", say_to(request, "claims.column.purpose")),
            Column(
                "amount",
                say_to(request, "claims.column.amount"),
                unit=say_to(request, "money.unit"),
                is_number=True,
                is_sortable=True,
            ),
            Column("state", say_to(request, "claims.column.state")),
        ),
        rows=tuple(
            Row(
                (
                    day(timezone.localdate(claim.reimbursement.requested_at)),
                    Cell(claim.reimbursement.title),
                    Cell(claim.reimbursement.payee),
                    Cell(say_purpose(request, claim.reimbursement.purpose)),
                    money_cell(request, claim.reimbursement.amount),
                    Cell(
                        say_to(request, f"claims.state.{claim.state}"),
                        status=CLAIM_MARKS[claim.state],
                    ),
                ),
                address=reverse("reimbursement", args=[claim.reimbursement.pk]),
            )
            for claim in shown
        ),
        count=count,
        asked=asked,
        choices=(
            Choice(
                "state",
                say_to(request, "claims.column.state"),
                tuple((word, say_to(request, f"claims.state.{word}")) for word in CLAIM_STATES),
            ),
        )
        if claims
        else (),
        empty=say_to(request, "claims.no_claims"),
        can_be_saved=False,
    )


def _vouchers_table(request: HttpRequest, vouchers: list[Voucher], *, may_correct: bool) -> Table:
    return Table(
        name="vouchers",
        columns=(
            Column("issued_on", say_to(request, "claims.column.issued_on")),
            Column("issuer", say_to(request, "claims.column.issuer")),
            Column("number", say_to(request, "claims.column.number")),
            Column("amount", say_to(request, "claims.column.amount"), is_number=True),
        ),
        rows=tuple(
            Row(
                (
                    day(voucher.issued_on),
                    Cell(voucher.issuer),
                    Cell(voucher.number),
                    amount(voucher.amount, language_of(request)),
                ),
                address=reverse("correct_voucher", args=[voucher.pk]) if may_correct else "",
            )
            for voucher in vouchers
        ),
    )
