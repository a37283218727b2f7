"""Deployments as threads of EDXL-RM: every step that has a message there, in its order (§E5, §E6)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.interchange.edxl.writing import ThreadMessage, write_thread


def write_deployment(deployment: Deployment, *, domain: str, now: datetime) -> bytes:
    """Return the thread of one deployment; *domain* is the host by which the workspace is reached."""
    return _write(deployment.pk, Deployment.objects.filter(pk=deployment.pk), domain, now)


def write_incident(incident: Incident, *, domain: str, now: datetime) -> bytes:
    """Return the threads of all deployments of an incident that may be read, one after the other."""
    rows = Deployment.objects.filter(incident=incident).order_by("begun_at", "pk")
    return _write(incident.pk, rows, domain, now)


def _write(thread_id: UUID, rows: "QuerySet[Deployment]", domain: str, now: datetime) -> bytes:
    deployments = list(rows.prefetch_related("incident", "need"))
    steps: dict[UUID, list[Step]] = {}
    found = Step.objects.filter(deployment__in=[row.pk for row in deployments])
    # Teams by a question of their own, which shows those that may be read.
    for step in found.select_related("tenant").prefetch_related("team").order_by("number"):
        steps.setdefault(step.deployment_id, []).append(step)
    messages = [
        message for row in deployments for message in list_messages(row, steps.get(row.pk, []))
    ]
    return write_thread(
        messages, thread_id=thread_id, sender=f"tiebeam@{domain.partition(':')[0]}", now=now,
        zone=timezone.get_current_timezone(),
    )  # fmt: skip


def list_messages(deployment: Deployment, steps: Iterable[Step]) -> list[ThreadMessage]:
    """Return the messages of *steps*: what answers a step without a message follows the last one before that."""
    messages: list[ThreadMessage] = []
    told: dict[UUID, UUID] = {}
    for step in steps:
        answered = told.get(step.answers_id) if step.answers_id else None
        if not step.message:
            if answered is not None:
                told[step.pk] = answered
            continue
        told[step.pk] = step.pk
        messages.append(
            _message(deployment, step, messages[0].id if messages else step.pk, answered)
        )
    return messages


def _message(
    deployment: Deployment, step: Step, originating_id: UUID, preceding_id: UUID | None
) -> ThreadMessage:
    incident, need = deployment.incident, deployment.need
    said = [step.document, step.text, "" if step.answer else step.reason]
    return ThreadMessage(
        id=step.pk,
        kind=step.message,
        answer=step.answer,
        sent_at=step.sent_at,
        originating_id=originating_id,
        preceding_id=preceding_id,
        description=" · ".join(part for part in said if part),
        incident_id=incident.pk,
        incident=f"{incident.name_zh} {incident.name_en}",
        sender=f"{step.tenant.name_zh} {step.tenant.name_en}".strip(),
        resource_id=deployment.pk,
        resource=step.team.name if step.team_id and step.team else need.kind,
        resource_kind=need.kind,
        heads=step.said.get("present", step.heads),
        starts_on=step.starts_on,
        ends_on=step.ends_on,
        reason=step.reason,
        status=step.state,
    )
