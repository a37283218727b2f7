"""Give and end leave to read: part of the operations that make records, never an end in itself."""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.tenancy.models import Grant
from tiebeam.platform.tenancy.records import OwnedRecord


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
    if not _may_read(scope_id):
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


def _may_read(scope_id: UUID) -> bool:
    """Return whether the record that is its own scope *scope_id* may be read, whatever its kind."""
    kinds = [
        model
        for model in apps.get_models()
        # The log takes over scopes and makes none.
        if issubclass(model, OwnedRecord) and model._meta.app_label != "audit"
    ]
    roots: list[QuerySet[OwnedRecord]] = [
        kind.objects.filter(pk=scope_id, scope_id=scope_id).order_by().values_list("pk")
        for kind in kinds
    ]
    first, *others = roots
    return any(chain(first.union(*others, all=True)[:1]))
