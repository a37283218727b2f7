"""Every operation as ``POST /api/v1/<app>/<verb-noun>``."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError

import tiebeam.interfaces.jobs.asking  # noqa: F401  # operations that begin background work
from tiebeam.interfaces.api.problems import problem_of
from tiebeam.interfaces.api.records import RecordOut, find_record, record_out
from tiebeam.interfaces.api.signatures import OperationShape, read_arguments, read_shape
from tiebeam.platform.permissions.loading import load_operations
from tiebeam.platform.permissions.operations import NotAllowed, list_rights, require
from tiebeam.platform.requests.answering import answer_once
from tiebeam.platform.tenancy.acting import Actor

View = Callable[..., HttpResponse]

WITHOUT_ENDPOINT: dict[str, str] = {
    "identity.accept_invitation": "who joins is nobody yet; the page of the link does it",
    "identity.set_password": "a password travels in no body that a program keeps",
    "identity.note_access": "the pages of signing in alone tell what happened to somebody's access",
    "tasks.end_run": "a worker alone tells how its run ended",
    "tasks.ask_for_run": "asked for by the operation that needs background work",
    "files.attach_document": "a file is no JSON; it has an endpoint of its own",
}
"""Operations that have no endpoint made from their signature, and why."""


class OperationAnswer(Schema):
    """What an operation made or changed; a secret is shown this once."""

    records: list[RecordOut]
    secret: str | None = None


def list_shapes() -> list[OperationShape]:
    """Return the shape of every operation that has an endpoint."""
    # What begins background work lives with the jobs, above the applications.
    import_module("tiebeam.interfaces.jobs.asking")
    load_operations()
    return [read_shape(right) for right in list_rights() if right.name not in WITHOUT_ENDPOINT]


def add_operation_endpoints(router: Router) -> None:
    """Give every operation its endpoint."""
    for shape in list_shapes():
        _add_operation(router, shape)


def ask_right(name: str) -> Callable[[View], View]:
    """Ask for the right before the body is read: who may not learns nothing of what it should be."""

    def decorate(run: View) -> View:
        @wraps(run)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = getattr(request, "actor", None)
            if actor is not None:
                try:
                    require(actor, name)
                except NotAllowed as error:
                    return problem_of(request, error)
            return run(request, *args, **kwargs)

        return asked

    return decorate


def do_once(request: HttpRequest, asked: bytes, do: Callable[[], OperationAnswer]) -> Any:
    """
    Return the answer of *do*; where the request bears a key, that of the first time it came.

    Args:
        request: What is answered.
        asked: All that is asked for, by which a key used for something else is found.
        do: Does it.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return do().model_dump(mode="json")
    if len(key) > 200:
        raise HttpError(422, "Idempotency-Key")
    _, content = answer_once(
        person_id=request.actor.person_id,  # type: ignore[attr-defined]  # set by the middleware
        key=key,
        request=asked,
        now=timezone.now(),
        do=lambda: (200, do().model_dump(mode="json")),
    )
    return content


def _do(shape: OperationShape, body: Any, actor: Actor) -> OperationAnswer:
    """Do the operation; what the database would refuse at the very end, it refuses here."""
    with transaction.atomic():
        arguments = read_arguments(shape, body, find_record)
        result = shape.right.function(**arguments, actor=actor, now=timezone.now())
        if connection.vendor == "postgresql":
            connection.check_constraints()
        return answer_of(result)


def _add_operation(router: Router, shape: OperationShape) -> None:
    @decorate_view(ask_right(shape.right.name))
    def view(request: HttpRequest, body: shape.body) -> Any:  # type: ignore[name-defined]  # read by the framework
        actor = request.actor  # type: ignore[attr-defined]  # set by the middleware

        asked = f"{shape.path}\n".encode() + request.body
        return do_once(request, asked, lambda: _do(shape, body, actor))

    view.__name__ = shape.right.name.replace(".", "_")
    roles = ", ".join(sorted(shape.right.roles)) or "every member"
    router.post(
        shape.path,
        response=OperationAnswer,
        operation_id=view.__name__,
        summary=shape.summary,
        description=f"{shape.description}\n\nRoles: {roles}.".strip(),
        tags=[shape.right.name.partition(".")[0]],
    )(view)


def answer_of(result: Any) -> OperationAnswer:
    """Return what an operation returned, whatever its shape: one record, several, one with a secret."""
    parts = list(result) if isinstance(result, tuple | list) else [result]
    return OperationAnswer(
        records=[record_out(part) for part in parts if isinstance(part, models.Model)],
        secret=next((part for part in parts if isinstance(part, str)), None),
    )
