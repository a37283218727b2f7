"""
``/health`` and ``/ready``: for what watches the machine, without sign-in.

Alive is a process that answers. Ready is one whose database answers and has the
tables of this version. Pages work without a worker and without the key of the
log, which may lie on another machine: both are told and make nothing unready.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiebeam import __version__
from tiebeam.platform.tasks.queries import last_sign_of_workers

LATE_AFTER = timedelta(seconds=60)
"""A worker that has shown no sign of life for so long is told as late."""

log = logging.getLogger(__name__)
_known = {"prepared": False}
"""Tables do not go away while a process runs: once they were all there, nobody asks again."""


@require_safe
@never_cache
def tell_health(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    del request
    return JsonResponse({"status": "alive", "version": __version__})


@require_safe
@never_cache
def tell_readiness(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers, has the tables of this version, and when a worker was last seen."""
    del request
    try:
        waiting = _count_waiting()
        seen_at = last_sign_of_workers() if not waiting else None
    except DatabaseError:
        log.exception("the database does not answer")
        return _answer(database="silent", status=503)
    worker = "unknown"
    if seen_at is not None:
        worker = "late" if timezone.now() - seen_at > LATE_AFTER else "alive"
    return _answer(
        database="answers",
        migrations_waiting=waiting,
        audit_key="here" if settings.TIEBEAM_AUDIT_KEY.is_file() else "missing",
        worker=worker,
        worker_seen_at=seen_at.isoformat() if seen_at is not None else None,
        status=503 if waiting else 200,
    )


def _answer(*, status: int, **parts: object) -> HttpResponse:
    word = "ready" if status == 200 else "not ready"
    return JsonResponse({"status": word, **parts}, status=status)


def _count_waiting() -> int:
    connection.ensure_connection()
    if _known["prepared"]:
        return 0
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _known["prepared"] = not waiting
    return waiting
