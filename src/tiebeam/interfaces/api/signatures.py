"""
From an operation to its endpoint: what it takes and gives, read from its signature.

A parameter that is a record is asked for by its id, and looked up among the
records that the caller may read. So every operation has its endpoint on the day
it is written, and the two cannot drift apart.
"""

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from django.db import models
from pydantic import BaseModel, ConfigDict, create_model, model_validator

from tiebeam.interfaces.api.texts import demand_kept, demand_known_days, demand_no_truths
from tiebeam.platform.permissions.operations import OperationRight

GIVEN = frozenset({"actor", "now"})
"""Parameters that the request itself answers: who, and when."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name in the body, and the kind of record to look up, if it is one."""

    name: str
    field: str
    model: type[models.Model] | None
    is_many: bool


@dataclass(frozen=True, slots=True)
class OperationShape:
    """What an operation takes: the schema of the body, and how to read it."""

    right: OperationRight
    body: type[BaseModel]
    parameters: tuple[Parameter, ...]
    summary: str
    description: str

    @property
    def path(self) -> str:
        """Return the address below the version: ``/pairings/issue-list``."""
        app, _, verb = self.right.name.partition(".")
        return f"/{app}/{verb.replace('_', '-')}"


class StrictBody(BaseModel):
    """A body that takes no field it does not know, and no text that cannot be kept."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=False)

    @model_validator(mode="before")
    @classmethod
    def refuse_unkept_texts(cls, given: Any) -> Any:
        """Refuse what neither database can hold."""
        demand_kept(given)
        if isinstance(given, Mapping):
            for name, column in cls.model_fields.items():
                demand_no_truths(column.annotation, given.get(name))
        return given

    @model_validator(mode="after")
    def refuse_far_days(self) -> Self:
        """Refuse a day at the ends of the calendar."""
        demand_known_days(self)
        return self


def read_shape(right: OperationRight) -> OperationShape:
    """
    Return the shape of an operation.

    Raises:
        TypeError: A parameter is of a kind that no JSON body can hold.
    """
    function = inspect.unwrap(right.function)
    hints = get_type_hints(function)
    fields: dict[str, Any] = {}
    parameters: list[Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in GIVEN:
            continue
        read = _read_parameter(name, hints[name])
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        kind = _kind_in_body(hints[name], read)
        if default is None:
            kind = kind | None
        elif isinstance(default, tuple):
            default = list(default)
        fields[read.field] = (kind, default)
        parameters.append(read)
    text = inspect.getdoc(function) or ""
    summary, _, description = text.partition("\n")
    body = create_model(
        "".join(word.title() for word in right.name.replace(".", "_").split("_")),
        __base__=StrictBody,
        **fields,
    )
    return OperationShape(right, body, tuple(parameters), summary.rstrip("."), description.strip())


def read_arguments(
    shape: OperationShape, body: BaseModel, find: Callable[[type[models.Model], UUID], models.Model]
) -> dict[str, Any]:
    """Return the arguments of a call: plain values as they are, records looked up by *find*."""
    arguments: dict[str, Any] = {}
    for parameter in shape.parameters:
        value = getattr(body, parameter.field)
        if parameter.model is not None and value is not None:
            value = (
                [find(parameter.model, item) for item in value]
                if parameter.is_many
                else find(parameter.model, value)
            )
        arguments[parameter.name] = value
    return arguments


def _read_parameter(name: str, hint: Any) -> Parameter:
    model, is_many = _find_model(hint)
    if model is None:
        return Parameter(name, name, None, is_many=False)
    return Parameter(name, f"{name}_ids" if is_many else f"{name}_id", model, is_many)


def _find_model(hint: Any) -> tuple[type[models.Model] | None, bool]:
    if inspect.isclass(hint) and issubclass(hint, models.Model):
        return hint, False
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        found = [_find_model(part) for part in get_args(hint)]
        return next((pair for pair in found if pair[0] is not None), (None, False))
    if origin in {list, tuple, set, frozenset, Sequence, Iterable}:
        inner = [_find_model(part)[0] for part in get_args(hint)]
        return next((model for model in inner if model is not None), None), True
    return None, False


def _kind_in_body(hint: Any, read: Parameter) -> Any:
    if read.model is not None:
        kind: Any = list[UUID] if read.is_many else UUID
        return kind | None if type(None) in get_args(hint) else kind
    origin = get_origin(hint)
    if origin is Mapping:
        return dict[get_args(hint)]  # type: ignore[misc]  # made at run time from the signature
    if origin in {Sequence, Iterable}:
        return list[get_args(hint)[0]]  # type: ignore[misc]  # the same
    return hint
