"""The description of the interface (OpenAPI 3.1), with the problems that any request may be answered by."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tiebeam.interfaces.api.problems import MEDIA_TYPE

PROBLEMS = {
    400: "The body is no JSON.",
    401: "Nobody is signed in, or the token is not good.",
    403: "No role held allows it, or the token reads only.",
    404: "There is no such record, or it may not be read.",
    409: "It is refused as things stand; the code says why.",
    422: "What was sent does not fit this description, or its values make no sense.",
    429: "Too many requests: wait as long as Retry-After says.",
}
READING = frozenset({400, 401, 403, 404, 422, 429})
"""What a request that only reads may be answered by."""

_TEXT = {"type": "string"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457: a stable code, facts, and a sentence in the reader's language.",
    "type": "object",
    "required": ["type", "title", "status", "code", "facts"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "facts": {"type": "object"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": _TEXT,
                    "place": _TEXT,
                    "row": {"type": ["integer", "null"]},
                    "column": _TEXT,
                    "value": _TEXT,
                    "message": _TEXT,
                },
            },
        },
    },
}
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request sent again with the same key is done once.",
    "schema": {"type": "string", "maxLength": 200, "pattern": "^[!-~]*$"},
}


class DescribedAPI(NinjaAPI):
    """An interface whose description names its problems and the key of a write."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the description."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        for path in schema["paths"].values():
            for method, operation in path.items():
                _add_problems(operation, reads=method == "get")
                if method == "post":
                    operation.setdefault("parameters", []).append(KEY)
        return schema


def _add_problems(operation: dict[str, Any], *, reads: bool) -> None:
    for status, description in PROBLEMS.items():
        if reads and status not in READING:
            continue
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
