"""Where background work stands."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max

from tiebeam.platform.tasks.models import Run, WorkerSign


def find_run(run_id: UUID) -> Run | None:
    """Return the run, or None where there is none that may be read."""
    run: Run | None = Run.objects.filter(pk=run_id).first()
    return run


def list_latest_runs(record_id: UUID, most: int = 50) -> list[Run]:
    """List the last runs that were asked for on a record, the latest first, without their answers."""
    rows = Run.objects.filter(record_id=record_id).defer("result")
    return list(rows.order_by("-asked_at", "-id")[:most])


def find_latest_run(record_id: UUID, kind: str) -> Run | None:
    """Return the last run of *kind* that was asked for on a record, or None."""
    run: Run | None = (
        Run.objects.filter(record_id=record_id, kind=kind).order_by("-asked_at", "-id").first()
    )
    return run


def last_sign_of_workers() -> datetime | None:
    """Return when any worker last gave a sign of life, or None where none ever did."""
    found: datetime | None = WorkerSign.objects.aggregate(at=Max("at"))["at"]
    return found
