"""Reading records: lists with filters and pages, one record, its history."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, create_model, field_validator

from tiebeam.interfaces.api.problems import demand_known_parameters
from tiebeam.interfaces.api.texts import demand_kept
from tiebeam.platform.audit.canonical import plain
from tiebeam.platform.audit.history import list_changes
from tiebeam.platform.search.grams import matching
from tiebeam.platform.tenancy.records import OwnedRecord

HIDDEN = frozenset({"grams"})
"""Columns that serve the program and tell a reader nothing."""
LONG = (models.JSONField, models.TextField)
MOST = 500


class RecordOut(Schema):
    """One record: what kind it is, its id, and its values column by column."""

    type: str
    id: UUID
    values: dict[str, Any]


class RecordPage(Schema):
    """A page of records, and how many there are in all."""

    total: int
    items: list[RecordOut]


class ChangeOut(Schema):
    """One line of a record's history."""

    at: str
    person_id: UUID
    organisation_id: UUID
    action: str
    reason: str
    fields: list[tuple[str, Any, Any]]


class PageQuery(Schema):
    """Which page of a list."""

    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10_000_000)

    @field_validator("*", mode="before")
    @classmethod
    def refuse_unkept_texts(cls, given: Any) -> Any:
        """Refuse what neither database can hold."""
        demand_kept(given)
        return given


def list_record_kinds() -> Iterator[type[OwnedRecord]]:
    """Return every kind of owned record."""
    for model in apps.get_models():
        if issubclass(model, OwnedRecord):
            yield model


def record_path(model: type[models.Model]) -> str:
    """Return the address of a kind of record: ``/pairings/pair-lists``."""
    plural = re.sub(r"(?<=[^aeiou])ys$", "ies", str(model._meta.verbose_name_plural).lower())
    return f"/{model._meta.app_label}/{plural.replace(' ', '-')}"


def record_out(record: models.Model, *, is_whole: bool = True) -> RecordOut:
    """Return *record* for an answer; without its long columns unless it *is_whole*."""
    values = {
        column.attname: plain(column.value_from_object(record))
        for column in record._meta.concrete_fields
        if column.name not in HIDDEN and (is_whole or not isinstance(column, LONG))
    }
    return RecordOut(type=record._meta.label_lower, id=record.pk, values=values)


def find_record(model: type[models.Model], record_id: UUID) -> models.Model:
    """
    Return the record of an id.

    Raises:
        Http404: There is none that the caller may read; the answer does not tell which.
    """
    rows: Any = model
    found: models.Model | None = rows.objects.filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


def add_record_endpoints(router: Router) -> None:
    """Give every kind of record its list, its single record, and its history."""
    for model in list_record_kinds():
        _add_list(router, model)
        _add_single(router, model)
        _add_history(router, model)


def _add_list(router: Router, model: type[OwnedRecord]) -> None:
    has_search = any(column.name == "grams" for column in model._meta.concrete_fields)
    filters = _filters_of(model, has_search=has_search)

    def view(request: HttpRequest, asked: filters = Query(...)) -> RecordPage:  # type: ignore[valid-type, type-arg]  # noqa: B008  # read by the framework
        demand_known_parameters(request, filters.model_fields)
        given: Any = asked
        conditions = given.dict(exclude_none=True)
        limit, offset = conditions.pop("limit"), conditions.pop("offset")
        question = conditions.pop("q", "")
        rows = model.objects.filter(**conditions)
        if question:
            rows = rows.filter(matching(question))
        return RecordPage(
            total=rows.count(),
            items=[
                record_out(row, is_whole=False)
                for row in rows.order_by("pk")[offset : offset + limit]
            ],
        )

    name = model.__name__
    view.__name__ = f"list_{name.lower()}"
    router.get(
        record_path(model),
        response=RecordPage,
        operation_id=f"list_{model._meta.app_label}_{name}",
        summary=f"List records: {name}",
        description=model.__doc__,
        tags=[model._meta.app_label],
    )(view)


def _add_single(router: Router, model: type[OwnedRecord]) -> None:
    def view(request: HttpRequest, record_id: uuid.UUID) -> RecordOut:
        demand_known_parameters(request, ())
        return record_out(find_record(model, record_id))

    view.__name__ = f"get_{model.__name__.lower()}"
    router.get(
        record_path(model) + "/{uuid:record_id}",
        response=RecordOut,
        operation_id=f"get_{model._meta.app_label}_{model.__name__}",
        summary=f"One record: {model.__name__}",
        tags=[model._meta.app_label],
    )(view)


def _add_history(router: Router, model: type[OwnedRecord]) -> None:
    def view(request: HttpRequest, record_id: uuid.UUID) -> list[ChangeOut]:
        demand_known_parameters(request, ())
        find_record(model, record_id)
        return [
            ChangeOut(
                at=change.at.isoformat(),
                person_id=change.person_id,
                organisation_id=change.organisation_id,
                action=change.action,
                reason=change.reason,
                fields=list(change.fields),
            )
            for change in list_changes([record_id])
        ]

    view.__name__ = f"history_{model.__name__.lower()}"
    router.get(
        record_path(model) + "/{uuid:record_id}/history",
        response=list[ChangeOut],
        operation_id=f"history_{model._meta.app_label}_{model.__name__}",
        summary=f"What happened to a record: {model.__name__}",
        tags=[model._meta.app_label],
    )(view)


def _filters_of(model: type[OwnedRecord], *, has_search: bool) -> type[Schema]:
    fields: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        if isinstance(column, models.ForeignKey | models.UUIDField) and not column.primary_key:
            fields[column.attname] = (UUID | None, None)
        elif isinstance(column, models.BooleanField):
            fields[column.attname] = (bool | None, None)
        elif isinstance(column, models.CharField) and column.choices:
            fields[column.attname] = (str | None, None)
    if has_search:
        fields["q"] = (str | None, Field(None, max_length=200))
    return create_model(f"{model.__name__}Query", __base__=PageQuery, **fields)
