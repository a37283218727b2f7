"""The kinds of background work, and what each is handed to be watched and stopped by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    What a job is given.

    Attributes:
        should_stop: Asked between steps; true once somebody wants the work to end.
        tell: Told how far the work is; shown on the page that waits for it.
        keep: Given the answer, where it is no record: kept with the run, in place of one given before.
        send: Writes down what was told, and hears whether to stop, at once; outside any transaction.
        finish: Ends the run, with its answer, in the transaction of what the job stores: both, or neither.
    """

    should_stop: Callable[[], bool]
    tell: Callable[[Mapping[str, Any]], None]
    keep: Callable[[Mapping[str, Any]], None] = lambda _answer: None
    send: Callable[[], None] = lambda: None
    finish: Callable[[], None] = lambda: None


Job = Callable[[Run, Actor, Watch], None]
_jobs: dict[str, Job] = {}


def job(kind: str) -> Callable[[Job], Job]:
    """Make a function the job of *kind*. It runs in no transaction; what it stores, operations store."""

    def register(function: Job) -> Job:
        assert kind not in _jobs, kind
        _jobs[kind] = function
        return function

    return register


def get_job(kind: str) -> Job:
    """Return the job of *kind*."""
    return _jobs[kind]


def list_kinds() -> tuple[str, ...]:
    """Return all kinds, by name."""
    return tuple(sorted(_jobs))


def tell_by_kind(run: Run, work: str) -> Told:
    """Return what is told of the end of a run: the sentence of *work* names it."""
    return Told(kind="run_ended", variant=f"{run.state}_{work}", people=[run.person_id])
