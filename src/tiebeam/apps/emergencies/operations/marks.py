"""Renew what boards ask for: as the last act of every work that changes what one of them shows."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import models

from tiebeam.apps.emergencies.models import Incident, Mark, Need, Step, Verification
from tiebeam.apps.emergencies.report_models import DailyReport, ReportingPlace
from tiebeam.apps.emergencies.states import MOVES_NOTHING
from tiebeam.apps.programmes.models import Participant
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.platform.tenancy.acting import find_actor


def renew_marks(changed: Sequence[models.Model]) -> None:
    """Renew the mark that the acting organisation keeps of each incident of which something changed."""
    # In one order, so that none of two works waits for the other.
    if any(isinstance(record, Organisation | Region) for record in changed):
        marks = Mark.objects.select_for_update().order_by("incident_id", "by_id")
        Mark.objects.filter(pk__in=[mark.pk for mark in marks]).update(value=uuid4())
    found = sorted({pk for record in changed for pk in _incidents_of(record)})
    actor = find_actor()
    if found and actor is not None:
        Mark.objects.bulk_create(
            [Mark(incident_id=pk, by_id=actor.organisation_id, value=uuid4()) for pk in found],
            update_conflicts=True,
            unique_fields=["incident", "by_id"],
            update_fields=["value"],
        )


def _incidents_of(record: models.Model) -> Sequence[UUID]:
    """Return the incidents whose board shows *record*, or whose readers it makes."""
    match record:
        case Incident():
            return [record.pk]
        case Need() | DailyReport() | ReportingPlace():
            return [record.incident_id]
        case Verification():
            return [record.need.incident_id]
        case Step():
            return [] if record.event in MOVES_NOTHING else [record.deployment.incident_id]
        case Participant():
            rows = Incident.objects.filter(programme_id=record.programme_id)
            return list(rows.values_list("pk", flat=True))
    return []
