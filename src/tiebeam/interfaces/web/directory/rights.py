"""Who may change what of the directory, and the buttons that say so."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.records import OwnedRecord


def may_change(request: HttpRequest, operation: str, record: OwnedRecord) -> bool:
    """Return whether the reader may do *operation* to *record*: by role, and as its keeper."""
    actor = actor_of(request)
    return record.tenant_id == actor.organisation_id and is_allowed(actor, operation)


def steps_of_list(request: HttpRequest, kind: str) -> list[Link]:
    """Return what may be done on the list of a kind of entries."""
    if not is_allowed(actor_of(request), f"regions.create_{kind}"):
        return []
    return [
        _step(request, f"add_{kind}", f"add_{kind}"),
        Link(say_to(request, "directory.verb.sheet"), reverse("workbook", args=[f"{kind}s"])),
    ]


def steps_of_entry(request: HttpRequest, record: Region | Organisation) -> list[Link]:
    """Return what may be done to an entry."""
    kind = record._meta.model_name or ""
    steps = [
        _step(request, verb, f"{verb}_{kind}", record.pk)
        for verb in ("correct", "end")
        if may_change(request, f"regions.{verb}_{kind}", record)
    ]
    if kind == "region":
        if may_change(request, "regions.add_code", record):
            steps.append(_step(request, "add_code", "add_code", record.pk))
        if is_allowed(actor_of(request), "regions.add_statistic"):
            steps.append(_step(request, "add_figure", "add_figure", record.pk))
    if is_allowed(actor_of(request), f"regions.create_{kind}"):
        below = _step(request, f"add_below_{kind}", f"add_{kind}")
        steps.append(Link(below.text, f"{below.address}?below={record.pk}"))
    return steps


def _step(request: HttpRequest, verb: str, name: str, *args: UUID) -> Link:
    return Link(say_to(request, f"directory.verb.{verb}"), reverse(name, args=args))
