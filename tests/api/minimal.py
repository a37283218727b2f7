"""The smallest body that fits the description of an operation."""

from typing import Any
from uuid import UUID

NOBODY = str(UUID(int=7, version=4))
TEXTS = {
    "uuid": NOBODY,
    "date": "2020-02-10",
    "date-time": "2020-02-10T08:00:00Z",
    "binary": "x",
}


def smallest(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """Return the smallest value that *schema* takes."""
    if "$ref" in schema:
        return smallest(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return smallest(schema[word][0], definitions)
    match schema.get("type"):
        case "object":
            required = schema.get("required", [])
            return {name: smallest(schema["properties"][name], definitions) for name in required}
        case "array":
            return [
                smallest(schema["items"], definitions) for _ in range(schema.get("minItems", 0))
            ]
        case "string":
            return TEXTS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return None
