"""Enter donations and investments into their registers, correct and strike out (§L13)."""

from datetime import date, datetime

from django.utils import timezone

from tiebeam.apps.ledger.gift_models import GIFT_KINDS, Gift
from tiebeam.apps.ledger.operations.owners import DONORS, RECIPIENTS, demand_owner, demand_sound
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.sides import let_maker_read
from tiebeam.apps.regions.operations.checks import refuse_without_reason
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.units import MOST_FEN

BOTH = DONORS | RECIPIENTS
TEXTS = ("giver", "document", "description", "quantity_unit")
LENGTHS = {each.name: each.max_length or 0 for each in Gift._meta.fields}


class GiftEntered(Refused):
    """The same gift stands in the register already; facts: ``giver``, ``day``, ``organisation``."""

    code = "claims.gift_entered"


class GiftStruck(Refused):
    """It was struck out before."""

    code = "claims.gift_struck"


@operation("ledger.enter_gift", roles=BOTH)
def enter_gift(
    *,
    pairing: Pairing,
    kind: str,
    giver: str,
    received_on: date,
    document: str,
    actor: Actor,
    now: datetime,
    amount: int = 0,
    description: str = "",
    quantity: int = 0,
    quantity_unit: str = "",
) -> Gift:
    """
    Enter a social donation or an enterprise's investment that has arrived; a pledge is none.

    Args:
        kind: ``donation`` or ``investment``.
        amount: Fen: of money, or what the described things are worth; 0 where not valued.
        quantity: Whole units of *quantity_unit*, where it was given in kind.

    Raises:
        NotASide: The organisation is neither donor nor recipient.
        GiftEntered: Either side has entered it.
        InvalidInput: It says too little, or too much.
    """
    action = "ledger.enter_gift"
    hold(pairing.pk)
    demand_owner(actor, action, pairing, pairing.donor_id, pairing.recipient_id)
    gift = Gift(
        tenant_id=actor.organisation_id,
        scope_id=pairing.scope_id,
        pairing=pairing,
        programme_id=pairing.programme_id,
        kind=kind,
    )
    _fill(gift, received_on, amount, quantity, giver, document, description, quantity_unit)
    _refuse(gift, now)
    gift.save(force_insert=True)
    let_maker_read(actor, pairing, now)
    record_creation(actor=actor, now=now, action=action, record=gift)
    return gift


@operation("ledger.correct_gift", roles=BOTH)
def correct_gift(
    *,
    gift: Gift,
    giver: str,
    received_on: date,
    document: str,
    reason: str,
    actor: Actor,
    now: datetime,
    amount: int = 0,
    description: str = "",
    quantity: int = 0,
    quantity_unit: str = "",
) -> Gift:
    """
    Correct an own entry of a register.

    Raises:
        NotOwner: The other side entered it.
        GiftStruck: It was struck out.
        GiftEntered: Another entry says the same.
        ReasonMissing: No reason is given.
        InvalidInput: It says too little, or too much.
    """
    kept = _lock(gift, "ledger.correct_gift", actor, reason)
    before = state_of(kept)
    _fill(kept, received_on, amount, quantity, giver, document, description, quantity_unit)
    _refuse(kept, now)
    return save_change(kept, before, "ledger.correct_gift", actor, now, reason)


@operation("ledger.strike_gift", roles=BOTH)
def strike_gift(*, gift: Gift, reason: str, actor: Actor, now: datetime) -> Gift:
    """
    Strike an own entry out of a register: it stays on record, and counts for nothing.

    Raises:
        NotOwner: The other side entered it.
        GiftStruck: It was struck out before.
        ReasonMissing: No reason is given.
    """
    kept = _lock(gift, "ledger.strike_gift", actor, reason)
    before = state_of(kept)
    kept.is_struck = True
    return save_change(kept, before, "ledger.strike_gift", actor, now, reason)


def _fill(gift: Gift, received_on: date, amount: int, quantity: int, *texts: str) -> None:
    gift.received_on, gift.amount, gift.quantity = received_on, amount, quantity
    for name, text in zip(TEXTS, texts, strict=True):
        setattr(gift, name, " ".join(text.split()))


def _refuse(gift: Gift, now: datetime) -> None:
    demand_sound(_list_faults(gift, timezone.localdate(now)))
    same = (
        Gift.objects.filter(
            pairing_id=gift.pairing_id,
            is_struck=False,
            **{
                name: getattr(gift, name)
                for name in ("kind", "giver", "received_on", "amount", "quantity", "description")
            },
        )
        .exclude(pk=gift.pk)
        .select_related("tenant")
        .first()
    )
    if same is not None:
        raise GiftEntered(
            giver=gift.giver, day=gift.received_on, organisation=both_names(same.tenant)
        )


def _list_faults(gift: Gift, today: date) -> list[Fault]:
    faults = []
    if gift.kind not in GIFT_KINDS:
        facts: dict[str, object] = {"known": tuple(GIFT_KINDS)}
        faults.append(
            Fault(code="claims.gift_unknown", column="kind", value=gift.kind, facts=facts)
        )
    for name in TEXTS:
        text, most = getattr(gift, name), LENGTHS[name]
        is_needed = name in {"giver", "document"} or gift.quantity > 0
        if is_needed and not text:
            faults.append(Fault(code="regions.value_missing", column=name))
        if len(text) > most:
            facts = {"most": most, "length": len(text)}
            faults.append(
                Fault(code="regions.text_too_long", column=name, value=text[:80], facts=facts)
            )
    if gift.quantity_unit and not gift.quantity:
        faults.append(Fault(code="regions.value_missing", column="quantity"))
    for name in ("amount", "quantity"):
        number = getattr(gift, name)
        if not 0 <= number <= MOST_FEN or not (gift.amount or gift.quantity):
            facts = {"term": name, "most": MOST_FEN}
            faults.append(
                Fault(
                    code="ledger.amount_out_of_range", column=name, value=str(number), facts=facts
                )
            )
    if gift.received_on > today:
        value = str(gift.received_on)
        faults.append(Fault(code="claims.not_arrived_yet", column="received_on", value=value))
    return faults


def _lock(gift: Gift, action: str, actor: Actor, reason: str) -> Gift:
    refuse_without_reason(reason)
    hold(gift.pairing_id)
    kept: Gift = Gift.objects.lock(gift.pk)
    demand_owner(actor, action, kept.pairing, kept.tenant_id)
    if kept.is_struck:
        raise GiftStruck
    return kept
