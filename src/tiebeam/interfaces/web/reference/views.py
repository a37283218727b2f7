"""The reference of the programming interface, drawn from its own description and from no other host."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from tiebeam.interfaces.web.page import Link, say_to, show_page
from tiebeam.interfaces.web.seated import seated

DESCRIPTION = "/api/v1/openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an endpoint asks for."""

    name: str
    kind: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: how it is called, what it does, what it takes."""

    method: str
    path: str
    summary: str
    description: str
    fields: tuple[Field, ...]


@require_safe
@seated
def show_reference(request: HttpRequest) -> HttpResponse:
    """Show every endpoint by its room, with what it takes."""
    rooms = _rooms(request)
    return show_page(
        request,
        "web/reference/reference.html",
        title=say_to(
            request, "web.reference.title", count=sum(len(room) for room in rooms.values())
        ),
        trail=[Link(say_to(request, "sign_in.tab.my_tokens"), reverse("my_tokens"))],
        rooms=rooms.items(),
        description=DESCRIPTION,
    )


def _rooms(request: HttpRequest) -> dict[str, list[Endpoint]]:
    found = resolve(DESCRIPTION)
    # The description is the same for everybody; it is asked for where it is served.
    answer = found.func(request, *found.args, **found.kwargs)
    return _read(answer.content)


@lru_cache(maxsize=1)
def _read(content: bytes) -> dict[str, list[Endpoint]]:
    described: dict[str, Any] = json.loads(content)
    schemas = described.get("components", {}).get("schemas", {})
    rooms: dict[str, list[Endpoint]] = {}
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                room = (told.get("tags") or [""])[0]
                rooms.setdefault(room, []).append(_endpoint(method, path, told, schemas))
    return dict(sorted(rooms.items()))


def _endpoint(method: str, path: str, told: dict[str, Any], schemas: dict[str, Any]) -> Endpoint:
    fields = [
        Field(row["name"], _kind(row.get("schema", {})), bool(row.get("required")))
        for row in told.get("parameters", [])
    ]
    for content in told.get("requestBody", {}).get("content", {}).values():
        body = _follow(content.get("schema", {}), schemas)
        needed = set(body.get("required", ()))
        fields += [
            Field(name, _kind(schema), name in needed)
            for name, schema in body.get("properties", {}).items()
        ]
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        fields=tuple(fields),
    )


def _follow(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schemas.get(name, {}) if name else schema
    return found


def _kind(schema: dict[str, Any]) -> str:
    """Return the kind of a value in a few words: ``string (uuid) or null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in schema:
            return " or ".join(dict.fromkeys(_kind(part) for part in schema[joined]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    shown = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{shown} ({schema['format']})" if "format" in schema else shown
