"""
Take in an uploaded sheet in the background: read, look at every row, write all or nothing.

Reading and looking hold no lock. What is written, the end of the run and that the
upload is used up are one transaction: a worker that is killed leaves all of it or none,
and no sheet is taken in twice.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tiebeam.apps.regions.operations.looking import LookedRows
from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs.kinds import Watch, job, tell_by_kind
from tiebeam.interfaces.jobs.workbook_forms import KINDS, read_rows
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.uploads import UploadGone, drop_upload, find_upload, read_upload
from tiebeam.platform.notices.runs import told_of_run
from tiebeam.platform.notices.telling import Told
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting

TAKE_IN = "take_in_sheet"
UNWATCHED = Watch(should_stop=lambda: False, tell=lambda _progress: None)


class _Stopped(Exception):
    """Ends the writing: nothing of it stays."""


@job(TAKE_IN)
def take_in(run: Run, actor: Actor, watch: Watch) -> None:
    """Take in the sheet of the run's upload."""
    upload = find_upload(UUID(str(run.record_id)), actor)
    if upload is None:
        raise UploadGone(name="")
    take_in_upload(
        upload, run.arguments["sha256"], run.arguments["reason"], actor, timezone.now(), watch
    )


def take_in_upload(
    upload: Upload,
    sha256: str,
    reason: str,
    actor: Actor,
    now: datetime,
    watch: Watch = UNWATCHED,
) -> dict[str, int]:
    """
    Take in an upload in one transaction and forget it; return how many rows did what.

    Args:
        upload: What was sent.
        sha256: Of what was looked at: nothing else is taken in.
        reason: Why, for the log.
        actor: Who confirmed it.
        now: When.
        watch: Told how far it is; it is stopped by it until all is written, and then holds nothing of the sheet.

    Raises:
        UploadGone: It has expired, was taken in already, or is not what was looked at.
        InvalidInput: A row is refused by now; then nothing is written.
    """
    kind = KINDS[upload.kind]
    if upload.sha256 != sha256:
        raise UploadGone(name=upload.name)
    try:
        _tell(watch, "reading", 0, 0)
        watch.send()
        content, faults = read_rows(kind, read_upload(upload, now), upload.name)
        if faults:
            raise InvalidInput(faults)
        with acting(actor):
            rows = LookedRows(
                content,
                plan=kind.plan,
                bases=kind.bases,
                actor=actor,
                tell=lambda done, of: _tell(watch, "checking", done, of),
            )
        counts = {"create": 0, "update": 0, "unchanged": 0, "refused": 0}
        for row in rows.planned:
            counts[row.act] += 1
        of = counts["create"] + counts["update"]
        _tell(watch, "writing", 0, of)
        watch.send()
        _refuse_stopped(watch)
        if connection.vendor != "sqlite":
            # Where there is one writer at a time, nobody else writes down how far this one is.
            rows.tell_written = lambda done, of: _tell(watch, "written", done, of)
        with transaction.atomic():
            if not drop_upload(upload, actor):
                raise UploadGone(name=upload.name)
            kind.take_in(rows=rows, reason=reason, actor=actor, now=now)
            watch.keep({"kind": upload.kind, "counts": counts})
            watch.finish()
    except _Stopped:
        return {}
    return counts


def _tell(watch: Watch, phase: str, done: int, of: int) -> None:
    watch.tell({"phase": phase, "done": done, "of": of})
    _refuse_stopped(watch)


def _refuse_stopped(watch: Watch) -> None:
    if watch.should_stop():
        raise _Stopped


@told_of_run(TAKE_IN)
def tell_taken_in(run: Run) -> Told:
    """Tell whoever sent a workbook in how that ended."""
    return tell_by_kind(run, "sheet")
