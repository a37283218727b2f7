"""``tiebeam workspace call``: any operation from the command line, as the page and the API do it."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiebeam.errors import Fault, InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.token import demand_token_actor
from tiebeam.interfaces.cli.workspace import open_workspace

if TYPE_CHECKING:
    from tiebeam.interfaces.api.signatures import OperationShape

Name = Annotated[str, typer.Argument(help="help.workspace.call.name", metavar="OPERATION")]
Values = Annotated[
    list[str] | None, typer.Argument(help="help.workspace.call.values", metavar="KEY=VALUE")
]


def call_operation(ctx: typer.Context, name: Name, values: Values = None) -> int:
    """Call an operation as the person behind the token in ``TIEBEAM_TOKEN``."""
    session = session_of(ctx)
    open_workspace()
    from django.http import Http404
    from django.utils import timezone

    from tiebeam.interfaces.api.operations import answer_of
    from tiebeam.interfaces.api.records import find_record
    from tiebeam.interfaces.api.signatures import read_arguments
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.permissions.operations import require
    from tiebeam.platform.tenancy.acting import acting

    shape = _find_shape(name)
    body = _read_body(shape, values or [])
    actor = demand_token_actor()
    require(actor, shape.right.name)
    with acting(actor):
        try:
            arguments = read_arguments(shape, body, find_record)
        except Http404 as missing:
            raise InvalidInput([Fault(code="api.not_found", place=name)]) from missing
        result = shape.right.function(**arguments, actor=actor, now=timezone.now())
        answer = answer_of(result).model_dump(mode="json")
    if session.wants_json:
        console.print_document(documents.envelope("workspace call", ExitStatus.DONE, answer))
        return ExitStatus.DONE
    for record in answer["records"]:
        console.print_lines([f"{record['type']} {record['id']}"])
    if answer["secret"]:
        console.print_lines([answer["secret"]])
    return ExitStatus.DONE


def _find_shape(name: str) -> "OperationShape":
    from tiebeam.interfaces.api.operations import list_shapes

    shapes = {shape.right.name: shape for shape in list_shapes()}
    if name not in shapes:
        facts: dict[str, object] = {"known": sorted(shapes)}
        raise InvalidInput(
            [Fault(code="cli.unknown_operation", place="OPERATION", value=name, facts=facts)]
        )
    return shapes[name]


def _read_body(shape: "OperationShape", values: list[str]) -> Any:
    """Return the body of the call; a value is JSON where it reads as such, else text."""
    from pydantic import ValidationError

    content: dict[str, Any] = {}
    faults: list[Fault] = []
    for value in values:
        key, sign, text = value.partition("=")
        if not sign:
            faults.append(Fault(code="cli.not_key_value", place="KEY=VALUE", value=value))
            continue
        content[key] = _read_value(text)
    if faults:
        raise InvalidInput(faults)
    try:
        return shape.body.model_validate(content)
    except ValidationError as unfit:
        raise InvalidInput(
            [
                Fault(
                    code="cli.value_unfit",
                    place=".".join(str(part) for part in fault["loc"]),
                    value=str(fault.get("input", ""))[:80],
                    facts={"reason": fault["msg"]},
                )
                for fault in unfit.errors()
            ]
        ) from unfit


def _read_value(text: str) -> Any:
    if text[:1] in '[{"' or text in {"true", "false", "null"}:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text
