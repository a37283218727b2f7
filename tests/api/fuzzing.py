"""
The whole programming interface asked at random by schemathesis, as somebody who is signed in.

What comes back must be as the description says: no fault of the program, no status
and no body that it does not name.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tiebeam.interfaces.api.operations import list_shapes
from tiebeam.interfaces.api.records import list_record_kinds, record_path
from tiebeam.site.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
PERSONAL = frozenset(
    {"identity_revoke_token", "identity_dismiss_person", "identity_end_assignment"}
)
"""Operations that may end the access of who asks, so they are asked last."""


@dataclass(slots=True)
class Found:
    """How much was asked, what was answered, and what should not have been."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def read_description() -> Any:
    """Return the description of the interface, as a caller reads it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def fuzz(
    secret: str,
    *,
    examples: int,
    start: int = 0,
    tell: Callable[[str, Found], None] = lambda _name, _found: None,
    wanted: Callable[[str], bool] = lambda _name: True,
) -> Found:
    """Ask every endpoint *examples* times with fitting and as often with unfit requests."""
    found, fields = Found(), _list_fields(list_known_ids(secret))
    operations = [result.ok() for result in read_description().get_all_operations()]
    operations.sort(key=lambda operation: operation.definition.raw["operationId"] in PERSONAL)
    for operation in operations:
        if wanted(operation.label):
            for mode in MODES:
                name = operation.definition.raw["operationId"]
                _ask(operation, mode, secret, examples, start, found, fields.get(name, {}))
            tell(operation.label, found)
    return found


def list_known_ids(secret: str) -> dict[str, list[str]]:
    """Return the ids of the records that the caller may read, by their kind."""
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    known = {}
    for model in list_record_kinds():
        page = client.get(f"/api/v1{record_path(model)}", {"limit": 20}).json()
        known[model._meta.label_lower] = [item["id"] for item in page["items"]]
    return known


def _list_fields(known: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """Return, for each operation, the fields that ask for a record, with ids that fit."""
    return {
        shape.right.name.replace(".", "_"): {
            parameter.field: known.get(parameter.model._meta.label_lower, [])
            for parameter in shape.parameters
            if parameter.model is not None
        }
        for shape in list_shapes()
    }


def _fill_in(case: Any, fields: dict[str, list[str]]) -> None:
    """Let most requests name records that are there: ids made at random never are."""
    if not isinstance(case.body, dict):
        return
    chance = Random(repr(case.body))
    for name, ids in fields.items():
        if ids and name in case.body and chance.random() < 0.8:
            one = chance.choice(ids)
            case.body[name] = [one] if isinstance(case.body[name], list) else one


def _ask(
    operation: Any,
    mode: GenerationMode,
    secret: str,
    examples: int,
    start: int,
    found: Found,
    fields: dict[str, list[str]],
) -> None:
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            _fill_in(case, fields)
        headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
        response = case.call(headers=headers)
        found.asked += 1
        found.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failed:
            told = "; ".join(str(each)[:400] for each in failed.exceptions)
            found.failures.append(f"{operation.label} ({mode}): {case.body!r:.300} {told}")

    run = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(seed(start)(given(case=operation.as_strategy(generation_mode=mode))(ask)))
    try:
        run()
    except Exception as error:  # noqa: BLE001  # an endpoint without anything to get wrong
        if "Unsatisfiable" not in type(error).__name__ and "Skip" not in type(error).__name__:
            found.failures.append(f"{operation.label} ({mode}): {error!r:.400}")
