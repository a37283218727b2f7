"""
The frame of every operation: one transaction, the acting organisation, the right to do it.

The registry made here is what the permission matrix of the documents, the API
and the tests for each role are read from.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar
from uuid import UUID

from django.db.transaction import atomic

from tiebeam.errors import Refused
from tiebeam.platform.audit.writing import one_work
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.statements.running import is_postgresql
from tiebeam.platform.tenancy.acting import Actor, acting

P = ParamSpec("P")
R = TypeVar("R")


class NotAllowed(Refused):
    """The acting person holds no role that may do this."""

    code = "permissions.not_allowed"


class Given:
    """What an operation is given as one value; a misspelt word in it is refused where it is read from JSON."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRight:
    """Which roles may call an operation."""

    name: str
    roles: frozenset[Role]
    function: Callable[..., Any]


_rights: dict[str, OperationRight] = {}


def operation(name: str, roles: Collection[Role]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Make a function an operation: one transaction, as its ``actor``, who needs one of *roles*.

    The role is asked for in any programme here; an operation on one programme
    asks again with :func:`require`.

    Args:
        name: App and verb, such as ``programmes.create_programme``.
        roles: Who may; empty for every member of the workspace.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        assert name not in _rights, name

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = kwargs["actor"]
            assert isinstance(actor, Actor)
            require(actor, name)
            # On PostgreSQL the seat is a transaction.
            with acting(actor), nullcontext() if is_postgresql() else atomic(), one_work():
                return function(*args, **kwargs)

        _rights[name] = OperationRight(name=name, roles=frozenset(roles), function=run)
        return run

    return decorate


def require(actor: Actor, name: str, programme_id: UUID | None = None) -> None:
    """
    Raise unless *actor* may call the operation *name*, in *programme_id* where one is named.

    Raises:
        NotAllowed: No role held allows it.
    """
    if not is_allowed(actor, name, programme_id):
        raise NotAllowed(operation=name, roles=tuple(sorted(_rights[name].roles)))


def is_allowed(actor: Actor, name: str, programme_id: UUID | None = None) -> bool:
    """Return whether *actor* may call the operation *name*, in *programme_id* where one is named."""
    roles = _rights[name].roles
    return not roles or any(actor.has_role(role, programme_id) for role in roles)


def list_rights() -> tuple[OperationRight, ...]:
    """Return every operation with the roles that may call it, by name."""
    return tuple(_rights[name] for name in sorted(_rights))
