"""Confirm what came, all, a part or none; and say what became of the rest (§U4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils import timezone

from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.apps.supplies.models import (
    OUTCOMES,
    Movement,
    Receipt,
    Settlement,
    Shipment,
    ShipmentLine,
)
from tiebeam.apps.supplies.operations.booking import book_receipt, book_settlement
from tiebeam.apps.supplies.operations.stock import open_store, write_movement
from tiebeam.apps.supplies.operations.telling import (
    KEEPERS,
    SENDERS,
    KeyReused,
    body_of,
    find_told,
    list_day_faults,
    list_quantity_faults,
    list_text_faults,
    mark_told,
    save_told,
)
from tiebeam.apps.supplies.queries.transit import LineInTransit, follow_lines
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import Given, operation, require
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.grants import grant_reading
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner

CONFIRM, SETTLE = "supplies.confirm", "supplies.settle"


class NotRecipient(Refused):
    """What came is confirmed by the recipient of the shipment; facts: ``recipient``."""

    code = "supplies.not_recipient"


class MoreThanInTransit(Refused):
    """There is not as much on its way; facts: ``item``, ``unit``, ``asked``, ``open``."""

    code = "supplies.more_than_in_transit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Given):
    """How much of a line came, and why not all of what was on its way."""

    line_id: UUID
    quantity: int
    reason: str = ""


@operation(CONFIRM, roles=KEEPERS)
def confirm(
    *,
    shipment: Shipment,
    received: Sequence[Received],
    received_on: date,
    key: UUID,
    actor: Actor,
    now: datetime,
    place: Organisation | None = None,
    document: str = "",
) -> list[Receipt]:
    """
    Confirm lines of a shipment; what came is in the own store of *place*, by itself that of the recipient.

    Told again under the same key with the same content, what stands is returned.

    Raises:
        NotRecipient: The shipment went to another organisation.
        MoreThanInTransit: Not as much is on its way.
        KeyReused: The key was used for something else.
        InvalidInput: A reason is missing, a day is to come or before the sending.
    """
    require(actor, CONFIRM, shipment.programme_id)
    if shipment.recipient_id != actor.organisation_id:
        raise NotRecipient(recipient=both_names(shipment.recipient))
    said = body_of(
        shipment=shipment.pk, received_on=received_on, place=place and place.pk, document=document,
        received=[(each.line_id, each.quantity, each.reason) for each in received],
    )  # fmt: skip
    hold(shipment.pk)
    told = list(Receipt.objects.owned().filter(key=key).order_by("recorded_at", "pk"))
    if any(receipt.body_sha256 != said for receipt in told):
        raise KeyReused(key=str(key))
    if told:
        return told
    lines = {each.line.pk: each for each in follow_lines([shipment.pk])}
    receipts = [_receipt_of(each, key, received_on, document, lines) for each in received]
    refuse_faults(_list_faults(shipment, received, received_on, lines, receipts, now))
    grant_reading(
        actor=actor, scope_id=shipment.scope_id, organisation_ids=[shipment.tenant_id],
        role="sender", valid_from=min(timezone.localdate(now), shipment.sent_on),
    )  # fmt: skip
    for receipt in receipts:
        mark_told(receipt, said, actor, now)
        receipt.tenant_id, receipt.scope_id = actor.organisation_id, shipment.scope_id
        save_told(receipt)
        record_creation(actor=actor, now=now, action=CONFIRM, record=receipt, reason=receipt.reason)
        if receipt.quantity:
            _take_in(receipt, "received", place or shipment.recipient, actor, now)
            book_receipt(receipt, actor, now)
    return receipts


@operation(SETTLE, roles=SENDERS)
def settle(
    *,
    line: ShipmentLine,
    outcome: str,
    quantity: int,
    settled_on: date,
    reason: str,
    key: UUID,
    actor: Actor,
    now: datetime,
) -> Settlement:
    """
    Say what became of what does not come: ``returned`` into the own stock, or ``lost``.

    Raises:
        NotOwner: Another organisation sent it.
        MoreThanInTransit: Not as much is on its way.
        ReasonMissing: No reason is given.
        KeyReused: The key was used for something else.
        InvalidInput: The outcome is unknown, the day to come or before the sending.
    """
    refuse_without_reason(reason)
    said = body_of(
        line=line.pk, outcome=outcome, quantity=quantity, settled_on=settled_on, reason=reason
    )
    known = find_told(Settlement, key, said)
    if known is not None:
        return known
    kept = ShipmentLine.objects.select_related("shipment__origin", "item").get(pk=line.pk)
    require(actor, SETTLE, kept.shipment.programme_id)
    if kept.tenant_id != actor.organisation_id:
        raise NotOwner(record="ShipmentLine")
    hold(kept.shipment_id)
    [standing] = [each for each in follow_lines([kept.shipment_id]) if each.line.pk == kept.pk]
    settlement = Settlement(
        id=key, tenant_id=actor.organisation_id, scope_id=kept.scope_id, line=kept, outcome=outcome,
        quantity=quantity, settled_on=settled_on, reason=reason.strip(),
    )  # fmt: skip
    faults = list_text_faults(settlement, "reason") + list_quantity_faults(quantity)
    faults += _list_day_faults("settled_on", settled_on, kept.shipment, now)
    if outcome not in OUTCOMES:
        facts: dict[str, object] = {"known": tuple(OUTCOMES)}
        faults.append(
            Fault(code="supplies.kind_unknown", column="outcome", value=outcome, facts=facts)
        )
    refuse_faults(faults)
    _refuse_more(standing, quantity)
    settlement.amount = standing.value_of(quantity)
    mark_told(settlement, said, actor, now)
    save_told(settlement)
    record_creation(actor=actor, now=now, action=SETTLE, record=settlement, reason=reason)
    if outcome == "returned":
        _take_in(settlement, "returned", kept.shipment.origin, actor, now)
    book_settlement(settlement, actor, now)
    return settlement


def _receipt_of(
    each: Received, key: UUID, day: date, document: str, lines: Mapping[UUID, LineInTransit]
) -> Receipt:
    receipt = Receipt(
        id=uuid5(key, str(each.line_id)), key=key, quantity=each.quantity, received_on=day,
        reason=each.reason.strip(), document=document.strip(),
    )  # fmt: skip
    standing = lines.get(each.line_id)
    if standing is not None:
        receipt.line, receipt.amount = standing.line, standing.value_of(each.quantity)
    return receipt


def _list_faults(
    shipment: Shipment,
    received: Sequence[Received],
    received_on: date,
    lines: Mapping[UUID, LineInTransit],
    receipts: Sequence[Receipt],
    now: datetime,
) -> list[Fault]:
    faults = _list_day_faults("received_on", received_on, shipment, now)
    if not received:
        faults.append(Fault(code="supplies.no_lines", column="received"))
    named = [each.line_id for each in received]
    for each, receipt in zip(received, receipts, strict=True):
        standing = lines.get(each.line_id)
        if standing is None or named.count(each.line_id) > 1:
            code = "supplies.item_twice" if standing else "supplies.line_unknown"
            faults.append(Fault(code=code, column="line", value=str(each.line_id)))
            continue
        faults += list_quantity_faults(each.quantity, least=0)
        faults += list_text_faults(receipt, "reason", "document")
        if each.quantity <= standing.open and not receipt.reason and each.quantity < standing.open:
            name = standing.line.item.name_zh
            faults.append(Fault(code="supplies.part_without_reason", column="reason", value=name))
        if not faults:
            _refuse_more(standing, each.quantity)
    return faults


def _list_day_faults(column: str, day: date, shipment: Shipment, now: datetime) -> list[Fault]:
    faults = list_day_faults(column, day, now)
    if day < shipment.sent_on:
        faults.append(Fault(code="supplies.before_sending", column=column, value=str(day)))
    return faults


def _refuse_more(standing: LineInTransit, quantity: int) -> None:
    if quantity > standing.open:
        item = standing.line.item
        raise MoreThanInTransit(
            item=both_names(item), unit=item.unit, asked=quantity, open=standing.open
        )


def _take_in(
    told: Receipt | Settlement, kind: str, place: Organisation, actor: Actor, now: datetime
) -> None:
    """Put what came, or came back, into the own store of *place*."""
    action, day = (
        (CONFIRM, told.received_on) if isinstance(told, Receipt) else (SETTLE, told.settled_on)
    )
    movement = Movement(
        id=uuid5(told.pk, kind), item=told.line.item, line=told.line, kind=kind,
        quantity=told.quantity, moved_on=day, reason=told.reason,
    )  # fmt: skip
    movement.store = open_store(place, actor, now, action)
    mark_told(movement, told.body_sha256, actor, now)
    write_movement(movement, actor, now, action)
