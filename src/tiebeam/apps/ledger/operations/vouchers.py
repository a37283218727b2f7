"""Vouchers as they are given: what is wrong in them, and that each is used once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from tiebeam.apps.ledger.claim_models import Reimbursement, Voucher
from tiebeam.apps.ledger.operations.owners import list_amount_faults
from tiebeam.apps.ledger.queries.claims import key_of, list_used
from tiebeam.errors import Fault
from tiebeam.platform.permissions.operations import Given

LENGTHS = {each.name: each.max_length or 0 for each in Voucher._meta.fields}
TEXTS = ("issuer", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVoucher(Given):
    """
    A voucher as it was entered.

    Attributes:
        issuer: Who issued it.
        number: Of the invoice or receipt, with its code where it has one.
        amount: Fen.
        issued_on: The day on it.
    """

    issuer: str
    number: str
    amount: int
    issued_on: date


Key = tuple[str, str, int]


def draft_voucher(
    given: GivenVoucher, reimbursement: Reimbursement, voucher_id: UUID | None = None
) -> Voucher:
    """Return a voucher of *reimbursement*, not saved."""
    values = asdict(given)
    for name in TEXTS:
        values[name] = " ".join(values[name].split())
        values[f"{name}_key"] = key_of(values[name])
    return Voucher(
        id=voucher_id or uuid4(),
        tenant_id=reimbursement.tenant_id,
        scope_id=reimbursement.scope_id,
        reimbursement=reimbursement,
        **values,
    )


def list_voucher_faults(voucher: Voucher, now: datetime) -> list[Fault]:
    """Return what is wrong in a voucher by itself."""
    faults = list_amount_faults(voucher.amount)
    for name in TEXTS:
        text = getattr(voucher, name)
        if not getattr(voucher, f"{name}_key"):
            faults.append(Fault(code="regions.value_missing", column=name))
        # Some letters become several when they are compared.
        longest = max(len(text), len(getattr(voucher, f"{name}_key")))
        if longest > LENGTHS[name]:
            facts: dict[str, object] = {"most": LENGTHS[name], "length": longest}
            faults.append(
                Fault(code="regions.text_too_long", column=name, value=text[:80], facts=facts)
            )
    if voucher.issued_on > timezone.localdate(now):
        value = str(voucher.issued_on)
        faults.append(Fault(code="claims.voucher_of_tomorrow", column="issued_on", value=value))
    return faults


def key_of_voucher(voucher: Voucher) -> Key:
    """Return by what a voucher is known: issuer, number and amount."""
    return (voucher.issuer_key, voucher.number_key, voucher.amount)


def list_use_faults(vouchers: Sequence[tuple[int, Voucher]]) -> list[Fault]:
    """
    Return which of new vouchers, by their lines, are used already: among themselves, or before.

    Used before, it is named where: only in the acting organisation's own records.
    """
    used = list_used(key_of_voucher(voucher) for _, voucher in vouchers)
    ids = {voucher.pk for _, voucher in vouchers}
    seen: dict[Key, int] = {}
    faults = []
    for line, voucher in vouchers:
        key = key_of_voucher(voucher)
        before = used.get(key)
        if key in seen:
            faults.append(_fault("claims.voucher_twice", line, voucher, {"line": seen[key]}))
        elif before is not None and before.pk not in ids:
            faults.append(_fault("claims.voucher_used", line, voucher, _where(before)))
        seen.setdefault(key, line)
    return faults


def _where(voucher: Voucher) -> dict[str, object]:
    claim = voucher.reimbursement
    return {
        "title": claim.title,
        "day": timezone.localdate(claim.requested_at),
        "claim_id": str(claim.pk),
    }


def _fault(code: str, line: int, voucher: Voucher, facts: Mapping[str, Any]) -> Fault:
    told = {"issuer": voucher.issuer, "fen": voucher.amount, **facts}
    return Fault(
        code=code, place="vouchers", row=line, column="number", value=voucher.number, facts=told
    )
