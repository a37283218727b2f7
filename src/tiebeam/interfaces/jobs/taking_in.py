"""Take in an uploaded sheet in the background: read, look at every row, write all or nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tiebeam.errors import InvalidInput
from tiebeam.interfaces.jobs.kinds import Watch, job
from tiebeam.interfaces.jobs.workbook_forms import KINDS, plan_rows, read_rows
from tiebeam.platform.files.models import Upload
from tiebeam.platform.files.uploads import UploadGone, drop_upload, find_upload, read_upload
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import Actor, acting

TAKE_IN = "take_in_sheet"


@job(TAKE_IN)
def take_in(run: Run, actor: Actor, watch: Watch) -> None:
    """Take in the sheet of the run's upload."""
    upload = find_upload(UUID(str(run.record_id)), actor)
    if upload is None:
        raise UploadGone(name="")
    watch.keep({"kind": upload.kind, "counts": take_in_upload(
        upload, run.arguments["sha256"], run.arguments["reason"], actor, timezone.now(), watch
    )})  # fmt: skip


def take_in_upload(
    upload: Upload,
    sha256: str,
    reason: str,
    actor: Actor,
    now: datetime,
    watch: Watch | None = None,
) -> dict[str, int]:
    """
    Take in an upload in one transaction and forget it; return how many rows did what.

    Args:
        sha256: Of what was looked at: nothing else is taken in.

    Raises:
        UploadGone: It has expired, or is not what was looked at.
        InvalidInput: A row is refused by now; then nothing is written.
    """

    def tell(phase: str, done: int, of: int) -> None:
        if watch is not None:
            watch.tell({"phase": phase, "done": done, "of": of})

    kind = KINDS[upload.kind]
    if upload.sha256 != sha256:
        raise UploadGone(name=upload.name)
    tell("reading", 0, 0)
    rows, faults = read_rows(kind, read_upload(upload, now), upload.name)
    if faults:
        raise InvalidInput(faults)
    with acting(actor):
        planned = plan_rows(kind, rows, [], actor, now, lambda done, of: tell("checking", done, of))
    counts: dict[str, Any] = {"create": 0, "update": 0, "unchanged": 0, "refused": 0}
    for row in planned:
        counts[row.act] += 1
    if watch is not None and watch.should_stop():
        return dict.fromkeys(counts, 0)
    tell("writing", 0, counts["create"] + counts["update"])
    kind.take_in(rows=rows, reason=reason, actor=actor, now=now)
    drop_upload(upload, actor)
    return counts
