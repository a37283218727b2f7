"""Give and end leave to read: part of the operations that make records, never an end in itself."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.models import Grant, Scope


class ScopeNotReadable(Refused):
    """Leave to read can be given by who may read oneself."""

    code = "tenancy.scope_not_readable"


def grant_reading(
    *,
    actor: Actor,
    scope_id: UUID,
    organisation_ids: Iterable[UUID],
    role: str,
    valid_from: date,
    valid_until: date | None = None,
) -> None:
    """
    Let organisations read the records of a scope; of two leaves of one day the longer one counts.

    Raises:
        ScopeNotReadable: The record whose scope it is is neither owned nor readable.
    """
    readers = list(organisation_ids)
    if not _may_read(scope_id, actor):
        raise ScopeNotReadable(scope=scope_id)
    Grant.objects.bulk_create(
        [
            Grant(
                tenant_id=actor.organisation_id,
                scope_id=scope_id,
                organisation_id=organisation_id,
                role=role,
                valid_from=valid_from,
                valid_until=valid_until,
            )
            for organisation_id in readers
            if organisation_id != actor.organisation_id
        ],
        ignore_conflicts=True,
    )
    shorter = Q(valid_until__isnull=False)
    if valid_until is not None:
        shorter = Q(valid_until__lt=valid_until)
    Grant.objects.filter(
        shorter,
        tenant_id=actor.organisation_id,
        scope_id=scope_id,
        organisation_id__in=readers,
        role=role,
        valid_from=valid_from,
    ).update(valid_until=valid_until)


def end_reading(*, actor: Actor, scope_id: UUID, organisation_id: UUID, until: date) -> None:
    """End the leave of one organisation to read the records of a scope, from *until* on."""
    standing = Grant.objects.filter(
        tenant_id=actor.organisation_id, scope_id=scope_id, organisation_id=organisation_id
    )
    standing.filter(valid_from__gte=until).delete()
    standing.filter(Q(valid_until=None) | Q(valid_until__gt=until)).update(valid_until=until)


def _may_read(scope_id: UUID, actor: Actor) -> bool:
    """Return whether the record that is its own scope *scope_id* may be read, whatever its kind."""
    today = timezone.localdate()
    live = Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today),
        scope_id=OuterRef("pk"),
        organisation_id=actor.organisation_id,
        valid_from__lte=today,
    )
    readable = Q(tenant_id=actor.organisation_id) | Exists(live)
    return Scope.objects.filter(readable, pk=scope_id).exists()
