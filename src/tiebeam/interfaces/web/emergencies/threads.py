"""Deployments to take away: their messages as a thread of EDXL-RM."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tiebeam.apps.emergencies.queries.incidents import get_incident
from tiebeam.apps.emergencies.queries.standing import get_standing
from tiebeam.apps.emergencies.queries.threads import write_deployment, write_incident
from tiebeam.interfaces.web.downloads import as_file
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.seated import seated


@require_safe
@seated
def send_deployment(request: HttpRequest, deployment_id: UUID) -> HttpResponse:
    """Send the thread of one deployment."""
    now = timezone.now()
    deployment = find_or_404(get_standing, deployment_id, now).deployment
    return _send(write_deployment(deployment, domain=request.get_host(), now=now), "deployment")


@require_safe
@seated
def send_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Send the threads of all deployments of an incident that the reader may read."""
    incident = find_or_404(get_incident, incident_id)
    text = write_incident(incident, domain=request.get_host(), now=timezone.now())
    return _send(text, "incident")


def _send(text: bytes, name: str) -> HttpResponse:
    return as_file(text, f"{name}.edxl.xml")
