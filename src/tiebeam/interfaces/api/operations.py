"""Every operation as ``POST /api/v1/<app>/<verb-noun>``."""

from importlib import import_module
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import HttpError

import tiebeam.interfaces.jobs.asking  # noqa: F401  # operations that begin background work
from tiebeam.interfaces.api.records import RecordOut, find_record, record_out
from tiebeam.interfaces.api.signatures import OperationShape, read_arguments, read_shape
from tiebeam.platform.permissions.loading import load_operations
from tiebeam.platform.permissions.operations import list_rights
from tiebeam.platform.requests.answering import answer_once

WITHOUT_ENDPOINT: dict[str, str] = {
    "identity.accept_invitation": "who joins is nobody yet; the page of the link does it",
    "identity.set_password": "a password travels in no body that a program keeps",
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


def _add_operation(router: Router, shape: OperationShape) -> None:
    def view(request: HttpRequest, body: shape.body) -> Any:  # type: ignore[name-defined]  # read by the framework
        actor = request.actor  # type: ignore[attr-defined]  # set by the middleware

        def do() -> tuple[int, Any]:
            arguments = read_arguments(shape, body, find_record)
            result = shape.right.function(**arguments, actor=actor, now=timezone.now())
            return 200, _answer(result).model_dump(mode="json")

        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return do()[1]
        if len(key) > 200:
            raise HttpError(422, "Idempotency-Key")
        asked = f"{shape.path}\n".encode() + request.body
        _, content = answer_once(
            person_id=actor.person_id, key=key, request=asked, now=timezone.now(), do=do
        )
        return content

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


def _answer(result: Any) -> OperationAnswer:
    """Return what an operation returned, whatever its shape: one record, several, one with a secret."""
    parts = list(result) if isinstance(result, tuple | list) else [result]
    return OperationAnswer(
        records=[record_out(part) for part in parts if isinstance(part, models.Model)],
        secret=next((part for part in parts if isinstance(part, str)), None),
    )
