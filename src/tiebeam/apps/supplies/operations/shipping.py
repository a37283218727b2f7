"""Send goods: out of the own stock, and in transit until confirmed (§U3, §U5, §U6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.readers import OVERSEERS, let_read, list_participants
from tiebeam.apps.pairings.operations.sides import NotASide
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults
from tiebeam.apps.supplies.models import Hold, Item, Movement, Shipment, ShipmentLine
from tiebeam.apps.supplies.operations.booking import book_line
from tiebeam.apps.supplies.operations.stock import open_store, write_movement
from tiebeam.apps.supplies.operations.telling import (
    SENDERS,
    body_of,
    find_told,
    list_day_faults,
    list_quantity_faults,
    list_text_faults,
    mark_told,
    save_told,
)
from tiebeam.apps.supplies.queries.holds import list_holds_against
from tiebeam.errors import Fault, InvalidInput, Refused, both_names
from tiebeam.platform.audit.writing import record_changes, record_creation
from tiebeam.platform.permissions.operations import Given, operation, require
from tiebeam.platform.tenancy.acting import Actor

ACTION = "supplies.ship"


class OnHold(Refused):
    """The recipient asks not to be sent this now; facts: ``recipient``, ``item``, ``until``, ``reason``."""

    code = "supplies.on_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Given):
    """
    One item of a shipment.

    Attributes:
        amount: Its value in fen, where it fulfils *commitment_id*; 0 where it is not valued.
    """

    item_id: UUID
    quantity: int
    amount: int = 0
    commitment_id: UUID | None = None


@operation(ACTION, roles=SENDERS)
def ship(
    *,
    programme: Programme,
    recipient: Organisation,
    origin: Organisation,
    lines: Sequence[Sent],
    sent_on: date,
    document: str,
    key: UUID,
    actor: Actor,
    now: datetime,
    pairing: Pairing | None = None,
    expected_on: date | None = None,
    note: str = "",
    despite: Sequence[Hold] = (),
    despite_reason: str = "",
) -> Shipment:
    """
    Send goods out of the own store of *origin*; sent again under the same key, the shipment that stands is returned.

    Args:
        pairing: Of the two, where lines fulfil its commitments.
        despite: The holds of the recipient against which it goes all the same, for *despite_reason*.

    Raises:
        OnHold: The recipient asks not to be sent one of the items now, and it is not named.
        OutOfStock: There is not as much, on this day or a later one.
        PlaceNotBelow, StoreKept: The organisation does not keep the stock of *origin*.
        NotASide: The pairing is not of these two.
        KeyReused: The key was used for something else.
        InvalidInput: It says too little, or too much.
    """
    require(actor, ACTION, programme.pk)
    said = body_of(
        programme=programme.pk, recipient=recipient.pk, origin=origin.pk, sent_on=sent_on,
        lines=[(e.item_id, e.quantity, e.amount, e.commitment_id) for e in lines],
        document=document, pairing=pairing and pairing.pk, expected_on=expected_on, note=note,
        despite=sorted(str(each.pk) for each in despite), despite_reason=despite_reason,
    )  # fmt: skip
    known = find_told(Shipment, key, said)
    if known is not None:
        return known
    shipment = Shipment(
        id=key, tenant_id=actor.organisation_id, programme=programme, pairing=pairing, origin=origin,
        recipient=recipient, sent_on=sent_on, expected_on=expected_on, document=document.strip(),
        note=note.strip(), despite_reason=despite_reason.strip(),
    )  # fmt: skip
    mark_told(shipment, said, actor, now)
    items: dict[UUID, Item] = Item.objects.in_bulk([line.item_id for line in lines])
    refuse_faults(_list_faults(shipment, lines, items, now, is_despite=bool(despite)))
    _refuse_others_pairing(shipment, pairing)
    against = _find_despite(shipment, items, {each.pk for each in despite})
    store = open_store(origin, actor, now, ACTION)
    save_told(shipment)
    record_creation(
        actor=actor, now=now, action=ACTION, record=shipment, reason=shipment.despite_reason
    )
    readers = [*list_participants(programme.pk, OVERSEERS, now), programme.tenant_id, recipient.pk]
    let_read(
        actor=actor, scope_id=shipment.scope_id, organisation_ids=readers, role="shipment", now=now
    )
    rows = [_line_of(shipment, line, items, against) for line in lines]
    ShipmentLine.objects.bulk_create(rows)
    record_changes(actor=actor, now=now, action=ACTION, changes=[(row, None) for row in rows])
    for row in rows:
        movement = Movement(
            id=uuid5(row.pk, "shipped"), store=store, item=row.item, kind="shipped",
            quantity=-row.quantity, moved_on=sent_on, line=row, document=shipment.document[:200],
        )  # fmt: skip
        mark_told(movement, said, actor, now)
        write_movement(movement, actor, now, ACTION)
        book_line(row, actor, now)
    return shipment


def _list_faults(
    shipment: Shipment,
    lines: Sequence[Sent],
    items: Mapping[UUID, Item],
    now: datetime,
    *,
    is_despite: bool,
) -> list[Fault]:
    needed = ("document", *(("despite_reason",) if is_despite else ()))
    faults = list_text_faults(shipment, "document", "note", "despite_reason", needed=needed)
    faults += list_day_faults("sent_on", shipment.sent_on, now)
    expected = shipment.expected_on
    if expected is not None and expected < shipment.sent_on:
        faults.append(
            Fault(code="supplies.before_sending", column="expected_on", value=str(expected))
        )
    if not lines:
        faults.append(Fault(code="supplies.no_lines", column="lines"))
    named = [line.item_id for line in lines]
    for line in lines:
        item = items.get(line.item_id)
        name = item.name_zh if item else str(line.item_id)
        if item is None or named.count(line.item_id) > 1:
            code = "supplies.item_twice" if item else "supplies.item_unknown"
            faults.append(Fault(code=code, column="item", value=name))
        faults += list_quantity_faults(line.quantity)
        if (line.commitment_id is None) != (line.amount == 0) or line.amount < 0:
            faults.append(Fault(code="supplies.half_valued", column="amount", value=name))
        elif line.commitment_id is not None and shipment.pairing_id is None:
            faults.append(Fault(code="supplies.valued_without_pair", column="amount", value=name))
    return faults


def _refuse_others_pairing(shipment: Shipment, pairing: Pairing | None) -> None:
    if pairing is None:
        return
    sides = (pairing.programme_id, pairing.donor_id, pairing.recipient_id)
    if sides != (shipment.programme_id, shipment.tenant_id, shipment.recipient_id):
        raise NotASide


def _find_despite(
    shipment: Shipment, items: Mapping[UUID, Item], named: set[UUID]
) -> dict[UUID, Hold]:
    """Return the hold against each item that has one; refuse where it is not *named*."""
    found = list_holds_against(shipment.recipient_id, items, shipment.sent_on)
    for item_id, holds in found.items():
        for hold in holds:
            if hold.pk not in named:
                raise OnHold(
                    recipient=both_names(hold.tenant), item=both_names(items[item_id]),
                    until=hold.valid_until, reason=hold.reason,
                )  # fmt: skip
    return {item_id: holds[0] for item_id, holds in found.items()}


def _line_of(
    shipment: Shipment, line: Sent, items: Mapping[UUID, Item], against: Mapping[UUID, Hold]
) -> ShipmentLine:
    if line.commitment_id is not None:
        rows = Batch.objects.filter(pk=line.commitment_id, pairing_id=shipment.pairing_id)
        if not rows.filter(kind="commitment").exists():
            value = str(line.commitment_id)
            raise InvalidInput(
                [Fault(code="supplies.commitment_unknown", column="commitment", value=value)]
            )
    return ShipmentLine(
        id=uuid5(shipment.pk, str(line.item_id)),
        tenant_id=shipment.tenant_id,
        scope_id=shipment.scope_id,
        shipment=shipment,
        item=items[line.item_id],
        quantity=line.quantity,
        amount=line.amount,
        commitment_id=line.commitment_id,
        despite=against.get(line.item_id),
    )
