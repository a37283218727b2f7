"""What an auditor looks at first: what stands in the books and asks for a reason."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, Max, Min, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, Coalesce, Length

from tiebeam.apps.ledger.models import Batch, ClosedYear
from tiebeam.apps.ledger.queries.claims import list_duplicate_vouchers
from tiebeam.apps.ledger.queries.purposes import seen, sum_events
from tiebeam.apps.ledger.schedule_models import Tranche
from tiebeam.core.ledger.events import KINDS
from tiebeam.platform.time.periods import AsOf
from tiebeam.units import question_magnitude

DAYS_ON_THE_WAY = 30
"""After so many days a payment that was not confirmed is an exception, unless another number is asked for."""

_UNBOUNDED = tuple(kind for kind, known in KINDS.items() if not known.follows)
_PEERS = 200
_FEW = 5
_SPENT, _RECEIVED = {"expenditure": 1}, {"receipt": 1, "refund_confirmed": -1}
_COMMITTED = {"commitment": 1, "decommitment": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One exception.

    Attributes:
        kind: A key of :data:`EXCEPTIONS`.
        amount: Fen that it is about.
        on: The day of the batch, where it is about one.
        purpose: Where it is about a purpose.
        facts: What the sentence of its kind says besides.
    """

    kind: str
    pairing_id: UUID
    amount: int
    batch_id: UUID | None = None
    on: date | None = None
    purpose: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of which pairs, as of when, and from how many days on; what several kinds need is read once."""

    pairing_ids: Collection[UUID]
    as_of: AsOf
    days: int = DAYS_ON_THE_WAY

    @cached_property
    def open_payments(self) -> list[tuple[Batch, int]]:
        """The payments of which something is open."""
        return list_open_payments(self.pairing_ids, self.as_of)

    @cached_property
    def by_purpose(self) -> dict[tuple[UUID, str], dict[str, int]]:
        """Pairing and purpose → kind of event → what it comes to."""
        sums: defaultdict[tuple[UUID, str], dict[str, int]] = defaultdict(dict)
        kinds = {*_SPENT, *_RECEIVED, *_COMMITTED}
        for pairing_id, purpose, kind, amount in sum_events(self.pairing_ids, kinds, self.as_of):
            sums[pairing_id, purpose][kind] = amount
        return sums


def list_exceptions(
    pairing_ids: Collection[UUID],
    as_of: AsOf,
    *,
    days: int = DAYS_ON_THE_WAY,
    kinds: Iterable[str] = (),
) -> list[Finding]:
    """
    Return the exceptions among *pairing_ids*, kind by kind, in each the gravest first.

    Args:
        as_of: What was true on its day, as known at its moment.
        days: From so many days on, a payment that was not confirmed is one.
        kinds: Keys of :data:`EXCEPTIONS`; all, where none are named.
    """
    asked = Asked(pairing_ids=pairing_ids, as_of=as_of, days=days)
    chosen = list(kinds) or list(EXCEPTIONS)
    return list(chain.from_iterable(EXCEPTIONS[kind](asked) for kind in chosen))


def list_open_payments(pairing_ids: Collection[UUID], as_of: AsOf) -> list[tuple[Batch, int]]:
    """Return the payments that were neither received nor came back whole, with what is open, oldest first."""
    answers = (
        standing(as_of)
        .filter(follows=OuterRef("pk"), kind__in=("receipt", "bounce"))
        .order_by()
        .values("follows")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    payments = (
        standing(as_of)
        .filter(kind="payment", pairing_id__in=pairing_ids)
        .annotate(answered=Coalesce(Subquery(answers), 0))
        .filter(amount__gt=F("answered"))
        .order_by("valid_on", "pk")
    )
    return [(batch, batch.amount - batch.answered) for batch in payments]


def standing(as_of: AsOf | None) -> Any:
    """Return the batches of a day and moment that were not reversed by then."""
    return seen(as_of).exclude(Exists(seen(as_of).filter(reverses=OuterRef("pk"))))


def _not_received(asked: Asked) -> list[Finding]:
    since = asked.as_of.true_on - timedelta(days=asked.days)
    return [
        Finding(
            kind="not_received",
            pairing_id=batch.pairing_id,
            amount=left,
            batch_id=batch.pk,
            on=batch.valid_on,
            purpose=batch.purpose,
            facts={"paid": batch.amount, "days": (asked.as_of.true_on - batch.valid_on).days},
        )
        for batch, left in asked.open_payments
        if batch.valid_on <= since
    ]


def _closed_in_transit(asked: Asked) -> list[Finding]:
    closed = {
        row["book__pairing_id"]: row["last"]
        for row in ClosedYear.objects.filter(
            book__pairing_id__in=asked.pairing_ids, book__side="donor"
        )
        .values("book__pairing_id")
        .annotate(last=Max("year"))
        .order_by()
    }
    return [
        Finding(
            kind="closed_in_transit",
            pairing_id=batch.pairing_id,
            amount=left,
            batch_id=batch.pk,
            on=batch.valid_on,
            purpose=batch.purpose,
            facts={"year": batch.donor_year},
        )
        for batch, left in asked.open_payments
        if batch.donor_year <= closed.get(batch.pairing_id, 0)
    ]


def _spent_without_receipt(asked: Asked) -> list[Finding]:
    return _above(asked, "spent_without_receipt", _SPENT, _RECEIVED)


def _over_estimate(asked: Asked) -> list[Finding]:
    return [*_above(asked, "over_estimate", _SPENT, _COMMITTED), *_above_tranches(asked)]


def _above(
    asked: Asked, kind: str, used: Mapping[str, int], held: Mapping[str, int]
) -> list[Finding]:
    """Return the purposes of pairs for which *used* passes *held*; of a purpose that was not said, nothing is known."""
    sums = {
        key: tuple(
            sum(sign * amounts.get(of, 0) for of, sign in signs.items()) for signs in (used, held)
        )
        for key, amounts in asked.by_purpose.items()
    }
    found = [
        Finding(
            kind=kind,
            pairing_id=pairing_id,
            amount=over - limit,
            purpose=purpose,
            facts={"used": over, "held": limit},
        )
        for (pairing_id, purpose), (over, limit) in sums.items()
        if purpose and over > limit
    ]
    return sorted(found, key=lambda finding: (-finding.amount, str(finding.pairing_id)))


def _above_tranches(asked: Asked) -> list[Finding]:
    """Return the commitments of which more was paid, since the first was planned, than their tranches plan."""
    planned = {
        row["commitment_id"]: row
        for row in Tranche.objects.filter(pairing_id__in=asked.pairing_ids, is_dropped=False)
        .values("commitment_id", "pairing_id", for_what=F("commitment__purpose"))
        .annotate(total=Sum("amount"), begun=Min("planned_at"))
        .order_by()
    }
    if not planned:
        return []
    paid = (
        standing(asked.as_of)
        .filter(head_id__in=planned, kind__in=("payment", "bounce"))
        .values_list("head_id", "kind", "amount", "recorded_at", "follows__recorded_at")
        .order_by()
    )
    sums: defaultdict[UUID, int] = defaultdict(int)
    for head, kind, amount, told_at, followed_at in paid:
        is_payment = kind == "payment"
        if (told_at if is_payment else followed_at) >= planned[head]["begun"]:
            sums[head] += amount if is_payment else -amount
    return [
        Finding(
            kind="over_estimate",
            pairing_id=planned[head]["pairing_id"],
            amount=total - planned[head]["total"],
            batch_id=head,
            purpose=planned[head]["for_what"],
            facts={"used": total, "held": planned[head]["total"]},
        )
        for head, total in sums.items()
        if total > planned[head]["total"]
    ]


def _duplicate_vouchers(asked: Asked) -> list[Finding]:
    """Return the vouchers that several recipients used, each at its first use; as they stand now."""
    wanted = set(asked.pairing_ids)
    found = []
    for voucher in list_duplicate_vouchers():
        uses = [use for use in voucher.uses if use.reimbursement.pairing_id in wanted]
        if uses:
            found.append(
                Finding(
                    kind="duplicate_voucher",
                    pairing_id=uses[0].reimbursement.pairing_id,
                    amount=voucher.amount,
                    on=uses[0].issued_on,
                    facts={
                        "issuer": voucher.issuer,
                        "number": voucher.number,
                        "count": len(voucher.uses),
                        "users": tuple(use.tenant for use in voucher.uses),
                    },
                )
            )
    return found


def _reversed(asked: Asked) -> list[Finding]:
    rows = (
        seen(asked.as_of)
        .filter(kind="reversal", pairing_id__in=asked.pairing_ids)
        .annotate(told_at=F("reverses__recorded_at"))
        .order_by("-recorded_at", "pk")
    )
    return [
        Finding(
            kind="reversed",
            pairing_id=batch.pairing_id,
            amount=batch.amount,
            batch_id=batch.pk,
            on=batch.valid_on,
            purpose=batch.purpose,
            facts={
                "of": batch.reversed_kind,
                "reason": batch.reason_code,
                "days": (batch.recorded_at - batch.told_at).days,
            },
        )
        for batch in rows
    ]


def _large_magnitude(asked: Asked) -> list[Finding]:
    """
    Return the amounts that look like a slipped unit among those of their kind.

    Asked are the few largest and smallest of each kind in a programme, found by how many digits
    they have, beside the last that were recorded. What takes a part of an earlier event is
    bounded by it, and is not asked about.
    """
    rows = standing(asked.as_of).filter(
        pairing_id__in=asked.pairing_ids, kind__in=_UNBOUNDED, amount__gt=0
    )
    by_digits = (
        rows.annotate(digits=Length(Cast("amount", CharField())))
        .values("programme_id", "kind", "digits")
        .annotate(count=Count("pk"), least=Min("amount"), most=Max("amount"))
        .order_by("programme_id", "kind", "digits")
    )
    groups: defaultdict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for row in by_digits:
        groups[row["programme_id"], row["kind"]].append(row)
    found = []
    for (programme_id, kind), digits in groups.items():
        ends = _ends(digits)
        if not ends:
            continue
        own = rows.filter(programme_id=programme_id, kind=kind)
        recent = list(own.order_by("-recorded_at").values_list("pk", "amount")[:_PEERS])
        for least, most in ends:
            for batch in own.filter(amount__gte=least, amount__lte=most):
                peers = [amount for pk, amount in recent if pk != batch.pk]
                if fault := question_magnitude(batch.amount, peers):
                    found.append(_questioned(batch, fault.facts))
    return sorted(found, key=lambda finding: (-finding.amount, str(finding.batch_id)))


def _ends(digits: list[Any]) -> list[tuple[int, int]]:
    """Return the ranges of amounts at either end that hold few."""
    if len(digits) < 2:
        return []
    return [(row["least"], row["most"]) for row in (digits[0], digits[-1]) if row["count"] <= _FEW]


def _questioned(batch: Batch, facts: Mapping[str, Any]) -> Finding:
    return Finding(
        kind="large_magnitude",
        pairing_id=batch.pairing_id,
        amount=batch.amount,
        batch_id=batch.pk,
        on=batch.valid_on,
        purpose=batch.purpose,
        facts={"of": batch.kind, **facts},
    )


EXCEPTIONS: Mapping[str, Callable[[Asked], list[Finding]]] = MappingProxyType(
    {
        "not_received": _not_received,
        "closed_in_transit": _closed_in_transit,
        "spent_without_receipt": _spent_without_receipt,
        "over_estimate": _over_estimate,
        "duplicate_voucher": _duplicate_vouchers,
        "reversed": _reversed,
        "large_magnitude": _large_magnitude,
    }
)
"""Every kind of exception with what finds it, in the order in which they are told."""
