"""
The parent of every owned record, and the filter that hides what others own.

On SQLite this filter is all there is; on PostgreSQL row policies say the same
once more (``policies``). Both go by the acting organisation: none set, no rows.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tiebeam.errors import Refused
from tiebeam.platform.tenancy.acting import find_actor, reads_published


class NotOwner(Refused):
    """A record can be written by its owning organisation alone."""

    code = "tenancy.not_owner"


@lru_cache(maxsize=1024)
def _owned_or_granted(organisation_id: UUID, today: date) -> Q:
    """Return the condition of what an organisation may read; every question has it, so it is put together once."""
    live = apps.get_model("tenancy", "Grant").objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=today),
        scope_id=OuterRef("scope_id"),
        organisation_id=organisation_id,
        valid_from__lte=today,
    )
    return Q(tenant_id=organisation_id) | Q(Exists(live))


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows that the acting organisation may read; it writes only those it owns."""

    def readable(self) -> Self:
        """Return the rows that the acting organisation owns or may read by a grant."""
        actor = find_actor()
        if actor is None:
            published: Q | None = self.model.published_rows if reads_published() else None
            return self.none() if published is None else self.filter(published)
        if self.model.is_open:
            return self
        readable = _owned_or_granted(actor.organisation_id, timezone.localdate())
        open_rows: Q | None = self.model.open_rows
        return self.filter(readable if open_rows is None else readable | open_rows)

    def owned(self) -> Self:
        """Return the rows that the acting organisation owns."""
        actor = find_actor()
        return self.none() if actor is None else self.filter(tenant_id=actor.organisation_id)

    def lock(self, pk: UUID) -> Any:
        """
        Return the owned row *pk*, locked until the transaction ends.

        Raises:
            ObjectDoesNotExist: There is no such row, or it may not be read.
            NotOwner: It may be read, and another organisation owns it.
        """
        row = self.owned().select_for_update().filter(pk=pk).first()
        if row is None:
            raise NotOwner(record=type(self.get(pk=pk)).__name__)
        return row

    def update(self, **kwargs: Any) -> int:
        """Update the owned rows among these; those of others do not change."""
        # An update of Django's own, by primary key, has had its owner checked in ``save``.
        return super(OwnedQuerySet, self.owned()).update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the owned rows among these."""
        return super(OwnedQuerySet, self.owned()).delete()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Create rows of the acting organisation."""
        rows = list(objs)
        for row in rows:
            row.refuse_other_owner()
        return super().bulk_create(rows, *args, **kwargs)

    def save_changed(self, rows: Collection[Any], batch_size: int = 500) -> None:
        """Save what changed in many rows that stand, owner and scope aside, in few statements."""
        columns = [
            column.name
            for column in self.model._meta.concrete_fields
            if not column.primary_key and column.name not in {"tenant", "scope_id"}
        ]
        self.bulk_create(
            rows,
            batch_size=batch_size,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=columns,
        )


class OwnedManager(models.Manager.from_queryset(OwnedQuerySet)):  # type: ignore[misc]  # a class made at run time
    """The manager of owned records: what may not be read is not there."""

    def get_queryset(self) -> OwnedQuerySet:
        """Return the readable rows."""
        rows: OwnedQuerySet = super().get_queryset()
        return rows.readable()


class OwnedRecord(models.Model):
    """
    A record with an owning organisation, and readers by grant.

    ``scope`` names the record whose grants say who reads this one: itself, or
    what it belongs to (a responsibility is read by whoever reads its pairing).
    ``is_open`` records are read by every member of the workspace: the directory
    of regions and organisations. ``open_rows`` says which rows are, where not all are.
    ``published_rows`` are read by anybody through the public portal; the row policies say the same.
    """

    is_open: ClassVar[bool] = False
    open_rows: ClassVar[Q | None] = None
    published_rows: ClassVar[Q | None] = None
    personal_fields: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = models.ForeignKey("regions.Organisation", on_delete=models.PROTECT, related_name="+")
    scope_id = models.UUIDField(db_index=True)

    objects = OwnedManager()

    class Meta:  # noqa: D106  # says nothing of its own
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a record of the acting organisation; refuse another's, as the row policies do."""
        self.refuse_other_owner()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a record of the acting organisation; refuse another's."""
        self.refuse_other_owner()
        return super().delete(*args, **kwargs)

    def refuse_other_owner(self) -> None:
        """
        Raise where the acting organisation does not own this record; fill in its scope.

        Raises:
            NotOwner: Another organisation owns it, or nobody acts.
        """
        refuse_other_owner(type(self), self.tenant_id)
        if self.scope_id is None:
            self.scope_id = self.id  # type: ignore[unreachable]  # None until it is first saved


def refuse_other_owner(model: type[models.Model], owner_id: UUID) -> None:
    """
    Raise where the acting organisation is not the one that owns a record of *model*.

    Raises:
        NotOwner: It is another, or nobody acts.
    """
    actor = find_actor()
    if actor is None or owner_id != actor.organisation_id:
        raise NotOwner(record=model.__name__)


def list_by_id(model: type[models.Model], ids: Iterable[UUID]) -> dict[UUID, models.Model]:
    """Return those of the records that may be read, by id, with what they refer to one step on."""
    rows: Any = model
    related = [
        column.name
        for column in model._meta.concrete_fields
        if column.name in {"donor", "recipient", "round", "tenant", "pairing"}
    ]
    return {row.pk: row for row in rows.objects.filter(pk__in=set(ids)).select_related(*related)}


def scope_of(record: OwnedRecord | UUID) -> UUID:
    """Return the scope that a record below *record* takes over."""
    return record if isinstance(record, UUID) else record.scope_id
