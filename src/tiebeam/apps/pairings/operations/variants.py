"""Keep variants side by side: name them, copy them, change them, lock pairs in them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from tiebeam.apps.pairings.models import BuiltScenario, Lock, Variant
from tiebeam.apps.pairings.operations.rights import MAKERS, demand_own_programme
from tiebeam.apps.pairings.queries.variants import (
    list_change_documents,
    list_locks,
    read_changes,
    scenario_with,
)
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.pairing.changes import Change
from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_change, record_creation, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class NameTaken(Refused):
    """Another variant of the scenario has this name."""

    code = "pairings.name_taken"


class LockWithoutReason(Refused):
    """A pair is locked for a reason, which whoever asks later can read."""

    code = "pairings.lock_without_reason"


@operation("pairings.create_variant", roles=MAKERS)
def create_variant(*, scenario: BuiltScenario, name: str, actor: Actor, now: datetime) -> Variant:
    """
    Begin a variant of a frozen scenario, without changes, locks or plan.

    Raises:
        NameTaken: The scenario has a variant of this name.
    """
    action = "pairings.create_variant"
    demand_own_programme(actor, action, scenario.round.programme)
    _demand_free_name(scenario, name)
    variant = Variant(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        scope_id=scenario.scope_id,
        scenario=scenario,
        name=name,
        input_sha256=scenario.sha256,
    )
    variant.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=variant)
    return variant


@operation("pairings.rename_variant", roles=MAKERS)
def rename_variant(*, variant: Variant, name: str, actor: Actor, now: datetime) -> Variant:
    """
    Give a variant another name.

    Raises:
        NameTaken: The scenario has another variant of this name.
    """
    action = "pairings.rename_variant"
    variant = lock_variant(actor, action, variant)
    if name == variant.name:
        return variant
    _demand_free_name(variant.scenario, name)
    before = state_of(variant)
    variant.name = name
    variant.save(update_fields=["name"])
    record_change(actor=actor, now=now, action=action, record=variant, before=before)
    return variant


@operation("pairings.copy_variant", roles=MAKERS)
def copy_variant(*, variant: Variant, name: str, actor: Actor, now: datetime) -> Variant:
    """
    Begin a variant as a copy of another: its changes, its locks and its plan.

    Raises:
        NameTaken: The scenario has a variant of this name.
    """
    action = "pairings.copy_variant"
    demand_own_programme(actor, action, variant.scenario.round.programme)
    _demand_free_name(variant.scenario, name)
    copy = Variant(
        id=uuid4(),
        tenant_id=actor.organisation_id,
        scope_id=variant.scope_id,
        scenario=variant.scenario,
        name=name,
        changes=variant.changes,
        input_sha256=variant.input_sha256,
        plan=variant.plan,
        plan_status=variant.plan_status,
        plan_sha256=variant.plan_sha256,
        plan_check=variant.plan_check,
        solved_at=variant.solved_at,
    )
    copy.save(force_insert=True)
    record_creation(actor=actor, now=now, action=action, record=copy)
    for lock in list_locks(variant):
        lock.pk = uuid4()
        lock.variant = copy
        lock.save(force_insert=True)
        record_creation(actor=actor, now=now, action=action, record=lock, reason=lock.reason)
    return copy


@operation("pairings.change_variant", roles=MAKERS)
def change_variant(
    *, variant: Variant, changes: Sequence[Change], actor: Actor, now: datetime, reason: str = ""
) -> Variant:
    """
    Replace the changes of a variant: pairs forbidden and required, values set (§M8).

    Raises:
        InvalidInput: A change makes no sense, contradicts a lock, or brings a fault;
            every fault is listed.
    """
    action = "pairings.change_variant"
    variant = lock_variant(actor, action, variant)
    before = state_of(variant)
    changed = scenario_with(variant.scenario, changes, list_locks(variant))
    variant.changes = list_change_documents(changes)
    variant.input_sha256 = scenario_sha256(changed)
    variant.save(update_fields=["changes", "input_sha256"])
    record_change(actor=actor, now=now, action=action, record=variant, before=before, reason=reason)
    return variant


@operation("pairings.set_lock", roles=MAKERS)
def set_lock(
    *,
    variant: Variant,
    donor: str,
    recipient: str,
    must_be: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Lock:
    """
    Lock a pair into every plan of the variant, or out of it; a lock there is replaced.

    Raises:
        LockWithoutReason: No reason is given.
        InvalidInput: The scenario has no such party, or the lock contradicts a change.
    """
    action = "pairings.set_lock"
    variant = lock_variant(actor, action, variant)
    if not reason.strip():
        raise LockWithoutReason(donor=donor, recipient=recipient)
    pair = {"donor": donor, "recipient": recipient}
    lock: Lock | None = Lock.objects.filter(variant=variant, **pair).first()
    before = None if lock is None else state_of(lock)
    if lock is None:
        lock = Lock(
            id=uuid4(),
            tenant_id=actor.organisation_id,
            scope_id=variant.scope_id,
            variant=variant,
            **pair,
        )
    lock.must_be, lock.reason = must_be, reason
    lock.save(force_insert=before is None)
    record_change(actor=actor, now=now, action=action, record=lock, before=before, reason=reason)
    _move_input(variant, actor, now, action)
    return lock


@operation("pairings.remove_lock", roles=MAKERS)
def remove_lock(*, lock: Lock, actor: Actor, now: datetime, reason: str = "") -> None:
    """Let the next plan decide again on a pair that was locked."""
    action = "pairings.remove_lock"
    variant = lock_variant(actor, action, lock.variant)
    lock = Lock.objects.get(pk=lock.pk)
    before = state_of(lock)
    record_change(
        actor=actor, now=now, action=action, record=lock, before=before, is_gone=True, reason=reason
    )
    lock.delete()
    _move_input(variant, actor, now, action)


def lock_variant(actor: Actor, action: str, variant: Variant) -> Variant:
    """Return *variant* as it stands, for the right *action*, with no other hand on it meanwhile."""
    demand_own_programme(actor, action, variant.scenario.round.programme)
    locked: Variant = Variant.objects.lock(variant.pk)
    return locked


def _move_input(variant: Variant, actor: Actor, now: datetime, action: str) -> None:
    """Note what a plan has to be made for from now on."""
    before = state_of(variant)
    changed = scenario_with(variant.scenario, read_changes(variant.changes), list_locks(variant))
    variant.input_sha256 = scenario_sha256(changed)
    if variant.input_sha256 == before["input_sha256"]:
        return
    variant.save(update_fields=["input_sha256"])
    record_change(actor=actor, now=now, action=action, record=variant, before=before)


def _demand_free_name(scenario: BuiltScenario, name: str) -> None:
    if Variant.objects.filter(scenario=scenario, name=name).exists():
        raise NameTaken(name=name)
