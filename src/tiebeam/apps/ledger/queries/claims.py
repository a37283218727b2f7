"""Reimbursements and their vouchers: where each stands, and which vouchers were used more than once."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Count, Q

from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.pairings.models import Pairing

ClaimState = Literal["requested", "checked", "paid", "undone", "refused"]
CLAIM_STATES: tuple[ClaimState, ...] = ("requested", "checked", "paid", "undone", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    A reimbursement with where it stands.

    Attributes:
        state: ``undone`` where it was paid, and the expenditure reversed.
        sent_back: Why its expenditure was sent back or withdrawn, where it was; it then waits to be checked again.
        batch: The expenditure that paid it.
    """

    reimbursement: Reimbursement
    state: ClaimState
    sent_back: str = ""
    batch: Batch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateVoucher:
    """One voucher, by issuer, number and amount, that more than one organisation used."""

    issuer: str
    number: str
    amount: int
    uses: tuple[Voucher, ...]


def key_of(text: str) -> str:
    """Return *text* as vouchers are compared: without regard to width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def get_claim(reimbursement_id: UUID) -> Claim:
    """
    Return one reimbursement.

    Raises:
        Reimbursement.DoesNotExist: There is none that may be read.
    """
    rows = Reimbursement.objects.select_related("pairing", "proposal")
    return list_states([rows.get(pk=reimbursement_id)])[0]


def list_claims(
    *, pairing: Pairing | None = None, states: Iterable[ClaimState] = CLAIM_STATES
) -> list[Claim]:
    """List the reimbursements of a pairing, or of all that may be read, the latest first."""
    rows = Reimbursement.objects.select_related("pairing", "proposal")
    if pairing is not None:
        rows = rows.filter(pairing_id=pairing.pk)
    wanted = set(states)
    claims = list_states(rows.order_by("-requested_at", "pk"))
    return [claim for claim in claims if claim.state in wanted]


def list_states(reimbursements: Iterable[Reimbursement]) -> list[Claim]:
    """Return where each of some reimbursements stands; their proposals are read with them."""
    rows = list(reimbursements)
    posted = [row.proposal_id for row in rows if row.proposal and row.proposal.state == "posted"]
    batches = Batch.objects.filter(pk__in=posted).annotate(undone=Count("reversed_by"))
    return [_stand(row, {batch.pk: batch for batch in batches}) for row in rows]


def list_vouchers(reimbursement: Reimbursement) -> list[Voucher]:
    """List the vouchers of a reimbursement, by day."""
    rows = Voucher.objects.filter(reimbursement_id=reimbursement.pk)
    return list(rows.order_by("issued_on", "issuer", "number", "pk"))


def list_own_vouchers() -> list[Voucher]:
    """List the vouchers of the acting organisation with their reimbursements, the latest requested first."""
    rows = Voucher.objects.owned().select_related(
        "reimbursement__pairing__donor", "reimbursement__pairing__recipient"
    )
    return list(rows.order_by("-reimbursement__requested_at", "reimbursement", "issued_on", "pk"))


def get_voucher(voucher_id: UUID) -> Voucher:
    """
    Return one voucher.

    Raises:
        Voucher.DoesNotExist: There is none that may be read.
    """
    found: Voucher = Voucher.objects.select_related("reimbursement__pairing").get(pk=voucher_id)
    return found


def list_used(vouchers: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], Voucher]:
    """
    Return those of some vouchers that the acting organisation uses already, by issuer, number and amount.

    What others use is not looked at: whether they do is nobody's business but an overseer's.
    """
    wanted = set(vouchers)
    numbers = sorted({number for _, number, _ in wanted})
    found: dict[tuple[str, str, int], Voucher] = {}
    for start in range(0, len(numbers), 500):
        rows = Voucher.objects.owned().filter(
            number_key__in=numbers[start : start + 500], is_free=False
        )
        for row in rows.select_related("reimbursement__pairing"):
            key = (row.issuer_key, row.number_key, row.amount)
            if key in wanted:
                found[key] = row
    return found


def list_duplicate_vouchers(*, most: int = 500) -> list[DuplicateVoucher]:
    """
    List the vouchers that several recipients used, among the books that may be read, the largest first.

    Within its own records a recipient cannot use one twice; across recipients only who
    oversees them may compare.
    """
    keys = ("issuer_key", "number_key", "amount")
    twice = (
        Voucher.objects.filter(is_free=False)
        .values(*keys)
        .annotate(uses=Count("pk"))
        .filter(uses__gt=1)
        .order_by("-amount", "issuer_key", "number_key")[:most]
    )
    wanted = [tuple(row[key] for key in keys) for row in twice]
    held: dict[tuple[str, str, int], list[Voucher]] = {key: [] for key in wanted}
    numbers = Q(number_key__in={number for _, number, _ in wanted}, is_free=False)
    rows = Voucher.objects.filter(numbers).select_related(
        "tenant", "reimbursement__pairing", "reimbursement__programme"
    )
    for row in rows.order_by("issued_on", "pk"):
        key = (row.issuer_key, row.number_key, row.amount)
        if key in held:
            held[key].append(row)
    return [
        DuplicateVoucher(
            issuer=uses[0].issuer, number=uses[0].number, amount=key[2], uses=tuple(uses)
        )
        for key, uses in held.items()
    ]


def _stand(row: Reimbursement, batches: dict[UUID, Batch]) -> Claim:
    proposal, batch = row.proposal, None
    state: ClaimState = "requested"
    if proposal is not None:
        batch = batches.get(proposal.pk)
        if proposal.state == "proposed":
            state = "checked"
        elif batch is not None:
            state = "undone" if getattr(batch, "undone", 0) else "paid"
    sent_back = ""
    if proposal is not None and proposal.state in {"returned", "withdrawn"}:
        sent_back = proposal.reason or proposal.state
    if row.refused_at is not None:
        state = "refused"
    return Claim(reimbursement=row, state=state, sent_back=sent_back, batch=batch)
