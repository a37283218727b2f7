"""
The worker: does what is queued, and looks after what recurs.

Recurring duties run in a thread beside the queue, each at its own interval, so
that a long solve does not keep the log from being sealed.
"""

import logging
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.utils import timezone

from tiebeam.interfaces.jobs.keeping import keep_sums
from tiebeam.interfaces.jobs.performing import revive_lost_runs
from tiebeam.interfaces.jobs.posting import post_notices
from tiebeam.interfaces.jobs.reminding import remind_of_dates
from tiebeam.platform.audit.keys import load_key
from tiebeam.platform.audit.sealing import seal_and_anchor
from tiebeam.platform.files.uploads import remove_expired_contents
from tiebeam.platform.permissions.loading import load_operations
from tiebeam.platform.tasks.operations import give_sign_of_life

log = logging.getLogger(__name__)
_told_missing: set[Path] = set()
"""Places without a key that were told: once in the life of a worker is enough."""


def seal_log() -> None:
    """Seal what the log holds, where this machine keeps the key; without one, say so once."""
    place = settings.TIEBEAM_AUDIT_KEY
    if not place.exists():
        if place not in _told_missing:
            _told_missing.add(place)
            log.warning(
                "no key at %s: the log is not sealed here (tiebeam audit key new makes one)", place
            )
        return
    seal_and_anchor(
        now=timezone.now(),
        key=load_key(place),
        anchors=settings.TIEBEAM_AUDIT_ANCHORS,
        addresses=settings.TIEBEAM_AUDIT_MAIL,
    )


def tell_alive() -> None:
    """Write down that this worker lives."""
    give_sign_of_life(machine=platform.node()[:200] or "worker", now=timezone.now())


DUTIES: dict[str, tuple[float, Callable[[], object]]] = {
    "alive": (10.0, tell_alive),
    "revive": (10.0, revive_lost_runs),
    "seal": (60.0, seal_log),
    "post": (30.0, post_notices),
    "remind": (900.0, remind_of_dates),
    "keep": (3600.0, keep_sums),
    "uploads": (600.0, remove_expired_contents),
}
"""Name of a recurring duty -> seconds between two turns, and what to do."""


def work(*, is_batch: bool = False) -> None:
    """Do what is queued until told to end; with *is_batch*, until nothing is left."""
    # Duties ask who may call an operation, and this process has called none yet.
    load_operations()
    stop = threading.Event()
    thread = threading.Thread(target=_look_after, args=(stop,), name="duties", daemon=True)
    if not is_batch:
        thread.start()
    try:
        call_command("db_worker", interval=0.5, batch=is_batch, reload=False, startup_delay=False)
    finally:
        stop.set()
        if thread.is_alive():
            thread.join(timeout=10)


def _look_after(stop: threading.Event) -> None:
    due = dict.fromkeys(DUTIES, 0.0)
    try:
        while not stop.wait(1.0):
            for name, (interval_s, duty) in DUTIES.items():
                if time.monotonic() < due[name]:
                    continue
                close_old_connections()
                try:
                    duty()
                except Exception:
                    # One duty that fails must not keep the others from their turn.
                    log.exception("duty %s failed", name)
                due[name] = time.monotonic() + interval_s
    finally:
        connection.close()
