"""
From the queue to the job: begin, watch, end, and take over from a worker that was killed.

The queue carries ids alone. The job acts as the person who asked for it, with the
rights held when it runs, not when it was asked for.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

import tiebeam.interfaces.jobs.dispatching
import tiebeam.interfaces.jobs.ledger_importing
import tiebeam.interfaces.jobs.solving
import tiebeam.interfaces.jobs.taking_in  # noqa: F401  # all register their jobs
from tiebeam.errors import Fault, InvalidInput, TiebeamError
from tiebeam.interfaces.jobs.kinds import Watch, get_job
from tiebeam.platform.identity.queries import find_actor_for
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tasks.operations import (
    TakenOver,
    ask_for_run,
    begin_run,
    end_run,
    revive_run,
    tell_progress,
)
from tiebeam.platform.tenancy.acting import Actor

BEAT_S = 2.0
"""Seconds between two signs of life of a run."""
log = logging.getLogger(__name__)


def start_run(
    *,
    kind: str,
    arguments: Mapping[str, Any],
    scope_id: UUID,
    record_id: UUID,
    actor: Actor,
    now: datetime | None = None,
) -> Run:
    """Ask for work of *kind* and queue it; the worker begins once this is committed."""
    get_job(kind)
    run = ask_for_run(
        kind=kind,
        arguments=arguments,
        scope_id=scope_id,
        record_id=record_id,
        actor=actor,
        now=now or timezone.now(),
    )
    _queue(run.pk, actor.organisation_id, actor.person_id)
    return run


@task()
def perform(run_id: str, organisation_id: str, person_id: str) -> None:
    """Do the work of one run. What goes wrong is written on the run, for the person who waits."""
    actor = _find_actor(organisation_id, person_id)
    run = begin_run(run_id=UUID(run_id), actor=actor, now=timezone.now())
    if run is None:
        return
    state, error = "finished", None
    answer: dict[str, Any] = {}
    is_ended = threading.Event()
    try:
        with _watched(run, actor, answer, is_ended) as watch:
            get_job(run.kind)(run, actor, watch)
            if watch.should_stop():
                state = "stopped"
    except InvalidInput as refused:
        faults = [_fault_value(fault) for fault in refused.faults]
        state, error = "failed", {"code": refused.code, "facts": {"faults": faults}}
    except TiebeamError as refused:
        facts = {name: str(value) for name, value in refused.facts.items()}
        state, error = "failed", {"code": refused.code, "facts": facts}
    except Exception:
        # The edge: whatever it is, the person who waits is told, and the log has the rest.
        log.exception("run %s failed", run_id)
        state, error = "failed", {"code": "tasks.internal", "facts": {}}
    if is_ended.is_set():
        return
    try:
        end_run(
            run_id=run.pk,
            attempt=run.attempt,
            state=state,
            error=error,
            result=answer,
            actor=actor,
            now=timezone.now(),
        )
    except TakenOver:
        log.warning("run %s was taken over by another worker", run_id)


def revive_lost_runs() -> int:
    """Hand runs whose worker was killed to another one, or mark them failed; return how many were queued anew."""
    count = 0
    queue = DBTaskResult.objects.filter(task_path=perform.module_path)
    queued = {result.args_kwargs["args"][0] for result in queue.ready()}
    for result in queue.running():
        run_id, organisation_id, person_id = result.args_kwargs["args"]
        if run_id in queued:
            continue
        actor, now = _find_actor(organisation_id, person_id), timezone.now()
        taken_at = result.started_at or result.enqueued_at
        if revive_run(run_id=UUID(run_id), taken_at=taken_at, actor=actor, now=now):
            queued.add(run_id)
            _queue(UUID(run_id), UUID(organisation_id), UUID(person_id))
            count += 1
    return count


@contextmanager
def _watched(
    run: Run, actor: Actor, answer: dict[str, Any], is_ended: threading.Event
) -> Iterator[Watch]:
    """Show signs of life while the job computes, from a thread of its own: the job may be deep in a solver."""
    wants_stop, is_over = threading.Event(), threading.Event()
    latest: dict[str, Any] = {}
    started = time.monotonic()

    def send() -> None:
        progress = {**latest, "elapsed_s": round(time.monotonic() - started, 1)}
        if _shows_that_it_shall_stop(run, actor, progress):
            wants_stop.set()

    def finish() -> None:
        now = timezone.now()
        end_run(
            run_id=run.pk,
            attempt=run.attempt,
            state="finished",
            result=answer,
            actor=actor,
            now=now,
        )
        transaction.on_commit(is_ended.set)

    def beat() -> None:
        try:
            while not is_over.wait(BEAT_S):
                try:
                    send()
                except DatabaseError:
                    # A database that is away for a moment does not end the signs of life for good.
                    log.warning("run %s could not show a sign of life", run.pk, exc_info=True)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat {run.pk}", daemon=True)
    thread.start()
    try:
        yield Watch(
            should_stop=wants_stop.is_set,
            tell=latest.update,
            keep=answer.update,
            send=send,
            finish=finish,
        )
    finally:
        is_over.set()
        thread.join()
        close_old_connections()


def _shows_that_it_shall_stop(run: Run, actor: Actor, progress: Mapping[str, Any]) -> bool:
    now = timezone.now()
    return tell_progress(
        run_id=run.pk, attempt=run.attempt, actor=actor, now=now, progress=progress
    )


def _fault_value(fault: Fault) -> dict[str, Any]:
    """Return a fault as plain values: text, whole numbers, and lists of words."""
    facts = {
        name: value if isinstance(value, str | int) else _words(value)
        for name, value in fault.facts.items()
    }
    where = {"code": fault.code, "place": fault.place, "row": fault.row, "column": fault.column}
    return {**where, "value": fault.value, "facts": facts}


def _words(value: object) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else str(value)


def _queue(run_id: UUID, organisation_id: UUID, person_id: UUID) -> None:
    transaction.on_commit(
        lambda: perform.enqueue(str(run_id), str(organisation_id), str(person_id))
    )


def _find_actor(organisation_id: str, person_id: str) -> Actor:
    """Return the person with the roles held now; with none where they ended, so that the work is refused."""
    person, organisation = UUID(person_id), UUID(organisation_id)
    found = find_actor_for(person, organisation, timezone.localdate())
    return found or Actor(person_id=person, organisation_id=organisation)
