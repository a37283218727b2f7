"""Move stock into and out of the store of a place, and undo what was wrong (§U2)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations.checks import refuse_faults, refuse_without_reason
from tiebeam.apps.supplies.models import RAISING, Item, Movement, Store
from tiebeam.apps.supplies.operations.telling import (
    KEEPERS,
    body_of,
    find_told,
    list_day_faults,
    list_quantity_faults,
    list_text_faults,
    mark_told,
    save_told,
)
from tiebeam.apps.supplies.queries.places import is_below
from tiebeam.apps.supplies.queries.stock import least_from
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.platform.audit.writing import record_creation
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.holding import hold
from tiebeam.platform.tenancy.records import NotOwner

BY_HAND = ("in", "out", "lost")


class PlaceNotBelow(Refused):
    """The stock of a place is kept by itself, or by an organisation above it; facts: ``place``."""

    code = "supplies.place_not_below"


class StoreKept(Refused):
    """Another organisation keeps the stock of this place; facts: ``place``."""

    code = "supplies.store_kept"


class OutOfStock(Refused):
    """The stock would fall below zero; facts: ``item``, ``unit``, ``asked``, ``left``, ``day``."""

    code = "supplies.out_of_stock"


class MovedByShipment(Refused):
    """What a shipment moved is not undone by hand."""

    code = "supplies.moved_by_shipment"


class MovementUndone(Refused):
    """It was undone before, or undoes another."""

    code = "supplies.movement_undone"


@operation("supplies.move_stock", roles=KEEPERS)
def move_stock(
    *,
    place: Organisation,
    item: Item,
    kind: str,
    quantity: int,
    moved_on: date,
    key: UUID,
    actor: Actor,
    now: datetime,
    reason: str = "",
    document: str = "",
) -> Movement:
    """
    Take goods in, give them out, or write them off in the store of *place*.

    Told again under the same key with the same content, the movement that stands is returned.

    Args:
        kind: ``in``, ``out`` or ``lost``.
        quantity: Whole units of the item, always positive.
        reason: Needed for what was lost.

    Raises:
        PlaceNotBelow, StoreKept: The organisation does not keep its stock.
        OutOfStock: There is not as much, on this day or a later one.
        KeyReused: The key was used for something else.
        InvalidInput: It says too little, or too much.
    """
    said = body_of(
        place=place.pk, item=item.pk, kind=kind, quantity=quantity, moved_on=moved_on,
        reason=reason, document=document,
    )  # fmt: skip
    known = find_told(Movement, key, said)
    if known is not None:
        return known
    faults = list_quantity_faults(quantity) + list_day_faults("moved_on", moved_on, now)
    if kind not in BY_HAND:
        facts: dict[str, object] = {"known": BY_HAND}
        faults.append(Fault(code="supplies.kind_unknown", column="kind", value=kind, facts=facts))
    movement = Movement(id=key, reason=reason.strip(), document=document.strip())
    needed = ("reason",) if kind == "lost" else ()
    faults += list_text_faults(movement, "reason", "document", needed=needed)
    refuse_faults(faults)
    store = open_store(place, actor, now, "supplies.move_stock")
    movement.store, movement.item, movement.kind = store, item, kind
    movement.quantity, movement.moved_on = signed(kind, quantity), moved_on
    mark_told(movement, said, actor, now)
    return write_movement(movement, actor, now, "supplies.move_stock")


@operation("supplies.undo_movement", roles=KEEPERS)
def undo_movement(
    *, movement: Movement, reason: str, key: UUID, actor: Actor, now: datetime
) -> Movement:
    """
    Undo a movement by its mirror of the same day, once.

    Raises:
        NotOwner: Another organisation keeps this stock.
        MovedByShipment: A shipment moved it.
        MovementUndone: It was undone before, or undoes another.
        OutOfStock: What it brought is gone.
        ReasonMissing: No reason is given.
    """
    refuse_without_reason(reason)
    said = body_of(reverses=movement.pk, reason=reason)
    known = find_told(Movement, key, said)
    if known is not None:
        return known
    kept = Movement.objects.select_related("item", "store").get(pk=movement.pk)
    if kept.tenant_id != actor.organisation_id:
        raise NotOwner(record="Movement")
    hold(kept.store.place_id)
    if kept.line_id is not None:
        raise MovedByShipment
    if kept.reverses_id is not None or Movement.objects.filter(reverses=kept).exists():
        raise MovementUndone
    mirror = Movement(
        id=key, item=kept.item, kind=kept.kind, quantity=-kept.quantity, moved_on=kept.moved_on,
        reverses=kept, reason=reason.strip(), store=kept.store,
    )  # fmt: skip
    refuse_faults(list_text_faults(mirror, "reason"))
    mark_told(mirror, said, actor, now)
    return write_movement(mirror, actor, now, "supplies.undo_movement")


def signed(kind: str, quantity: int) -> int:
    """Return *quantity* as it changes the stock."""
    return quantity if kind in RAISING else -quantity


def open_store(place: Organisation, actor: Actor, now: datetime, action: str) -> Store:
    """
    Return the own store of *place*, opened where it is not yet, with no other hand on it.

    Raises:
        PlaceNotBelow: The organisation is neither the place nor above it.
        StoreKept: Another organisation keeps it.
    """
    if not is_below(place, actor):
        raise PlaceNotBelow(place=both_names(place))
    hold(place.pk)
    found: Store | None = Store.objects.owned().filter(place_id=place.pk).first()
    if found is not None:
        return found
    store = Store(tenant_id=actor.organisation_id, place_id=place.pk)
    try:
        with transaction.atomic():
            store.save(force_insert=True)
    except IntegrityError as error:
        raise StoreKept(place=both_names(place)) from error
    record_creation(actor=actor, now=now, action=action, record=store)
    return store


def write_movement(movement: Any, actor: Actor, now: datetime, action: str) -> Movement:
    """
    Write a movement of a store that is held.

    Raises:
        OutOfStock: The stock would fall below zero, on its day or a later one.
        KeyReused: Its id is that of another's record.
    """
    if movement.quantity < 0:
        left, day = least_from(movement.store_id, movement.item_id, movement.moved_on)
        if left + movement.quantity < 0:
            item = movement.item
            raise OutOfStock(
                item=both_names(item), unit=item.unit, asked=-movement.quantity, left=left, day=day
            )
    movement.tenant_id = actor.organisation_id
    movement.scope_id = movement.store.scope_id
    save_told(movement)
    record_creation(actor=actor, now=now, action=action, record=movement, reason=movement.reason)
    written: Movement = movement
    return written
