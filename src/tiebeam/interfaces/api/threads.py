"""Deployments as threads of EDXL-RM, for other systems of emergency management."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.standing import get_standing
from tiebeam.apps.emergencies.queries.threads import write_deployment, write_incident

threads = Router(tags=["questions"])
ANSWER = {
    "responses": {
        200: {
            "description": "EDXL-DE 1.0 with messages of EDXL-RM 1.0.",
            "content": {"application/xml": {"schema": {"type": "string"}}},
        }
    }
}


@threads.get(
    "/deployment/{uuid:deployment_id}",
    operation_id="thread_of_deployment",
    summary="The messages of a deployment as EDXL-RM",
    description="Every step that EDXL-RM has a message for, in order, in one envelope of EDXL-DE.",
    openapi_extra=ANSWER,
)
def of_deployment(request: HttpRequest, deployment_id: UUID) -> HttpResponse:
    """Send the thread of one deployment."""
    now = timezone.now()
    deployment = get_standing(deployment_id, now).deployment
    return _send(write_deployment(deployment, domain=request.get_host(), now=now))


@threads.get(
    "/incident/{uuid:incident_id}",
    operation_id="threads_of_incident",
    summary="The messages of all deployments of an incident as EDXL-RM",
    description="The threads of the deployments that may be read, one after the other.",
    openapi_extra=ANSWER,
)
def of_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Send the threads of an incident."""
    incident = get_incident(incident_id)
    return _send(write_incident(incident, domain=request.get_host(), now=timezone.now()))


def _send(text: bytes) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml")
