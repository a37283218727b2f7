"""
Ask for background work, tell how it goes, stop it, and find what a killed worker left.

A run is computed outside any transaction: each step here is a short one of its
own, so that no lock is held while something is computed.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import record_creation, save_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tasks.models import Run, WorkerSign
from tiebeam.platform.tenancy.acting import Actor, acting

LOST_AFTER = timedelta(seconds=30)
"""A run that has shown no sign of life for so long has lost its worker."""
ATTEMPTS_MOST = 3
ENDED = frozenset({"finished", "failed", "stopped"})


class TakenOver(Refused):
    """The run was taken over by another worker, or has ended, so this attempt says nothing of it."""

    code = "tasks.taken_over"


class AlreadyEnded(Refused):
    """The run has ended and cannot be stopped."""

    code = "tasks.already_ended"


@operation("tasks.ask_for_run", roles=())
def ask_for_run(
    *,
    kind: str,
    arguments: Mapping[str, Any],
    scope_id: UUID,
    record_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Run:
    """Write down that work of *kind* is wanted; the caller queues it once this is committed."""
    run = Run(
        tenant_id=actor.organisation_id,
        scope_id=scope_id,
        kind=kind,
        person_id=actor.person_id,
        record_id=record_id,
        asked_at=now,
        arguments=dict(arguments),
    )
    run.save(force_insert=True)
    record_creation(actor=actor, now=now, action="tasks.ask_for_run", record=run)
    return run


@operation("tasks.stop_run", roles=())
def stop_run(*, run_id: UUID, actor: Actor, now: datetime, reason: str = "") -> Run:
    """
    Ask a run to stop; it keeps the best it has.

    Raises:
        AlreadyEnded: It has ended.
    """
    run: Run = Run.objects.select_for_update().get(pk=run_id)
    if run.state in ENDED:
        raise AlreadyEnded(state=run.state)
    before = state_of(run)
    run.is_stop_asked = True
    if run.state == "waiting":
        run.state, run.finished_at = "stopped", now
    return save_change(run, before, "tasks.stop_run", actor, now, reason=reason)


def begin_run(*, run_id: UUID, actor: Actor, now: datetime) -> Run | None:
    """Mark a waiting run as running and return it; None where it was stopped or has ended meanwhile."""
    with acting(actor):
        begun = Run.objects.filter(pk=run_id, state="waiting", is_stop_asked=False).update(
            state="running", started_at=now, heartbeat_at=now, attempt=F("attempt") + 1
        )
        return Run.objects.get(pk=run_id) if begun else None


def tell_progress(
    *,
    run_id: UUID,
    attempt: int,
    actor: Actor,
    now: datetime,
    progress: Mapping[str, Any] | None = None,
) -> bool:
    """Show a sign of life, with *progress* where there is any; return whether the attempt has to stop."""
    with acting(actor):
        values: dict[str, Any] = {"heartbeat_at": now}
        if progress is not None:
            values["progress"] = dict(progress)
        mine = Run.objects.filter(pk=run_id, state="running", attempt=attempt)
        # An attempt that another worker took over from must stop as well.
        return not mine.update(**values) or mine.filter(is_stop_asked=True).exists()


@operation("tasks.end_run", roles=())
def end_run(
    *,
    run_id: UUID,
    attempt: int,
    state: str,
    actor: Actor,
    now: datetime,
    error: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> Run:
    """
    Write down how a run ended: finished, failed with an error (code and facts), or stopped; and its answer.

    Raises:
        TakenOver: Another attempt is under way, or ended it.
    """
    assert state in ENDED, state
    run: Run = Run.objects.select_for_update().get(pk=run_id)
    if (run.state, run.attempt) != ("running", attempt):
        raise TakenOver(attempt=attempt)
    before = state_of(run)
    run.state, run.finished_at, run.error = state, now, dict(error) if error else None
    run.result = dict(result) if result else None
    return save_change(run, before, "tasks.end_run", actor, now)


def revive_run(*, run_id: UUID, taken_at: datetime, actor: Actor, now: datetime) -> bool:
    """
    Look after a run whose worker may be gone; return whether it waits for another worker now.

    After too many attempts it is marked failed instead.

    Args:
        run_id: A run that waits in no queue.
        taken_at: When a worker took it from the queue.
        actor: Who asked for it.
        now: When this is looked at.
    """
    with acting(actor):
        if Run.objects.filter(pk=run_id, state="waiting").exists():
            # Its worker was killed before it had begun.
            return taken_at < now - LOST_AFTER
        lost = Run.objects.filter(
            pk=run_id, state="running", heartbeat_at__lt=now - LOST_AFTER
        ).first()
        if lost is None:
            return False
        if lost.attempt < ATTEMPTS_MOST and not lost.is_stop_asked:
            return bool(
                Run.objects.filter(
                    pk=run_id, state="running", heartbeat_at=lost.heartbeat_at
                ).update(state="waiting")
            )
    state = "stopped" if lost.is_stop_asked else "failed"
    error = {"code": "tasks.worker_lost", "facts": {"attempts": lost.attempt}}
    with suppress(TakenOver):
        end_run(run_id=run_id, attempt=lost.attempt, state=state, error=error, actor=actor, now=now)
    return False


def give_sign_of_life(*, machine: str, now: datetime) -> None:
    """Write down that the worker on *machine* lives."""
    WorkerSign.objects.update_or_create(machine=machine, defaults={"at": now})
