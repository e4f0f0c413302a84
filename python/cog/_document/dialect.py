"""Pieces of JSON schemas, in the dialect of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

OBJECT = {"type": "object"}


def title(name: str) -> str:
    """Return the title of a property: `num_steps` gives `Num Steps`."""
    return " ".join([part[:1].upper() + part[1:] for part in name.split("_")])


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Add null to the values of a schema.

    Args:
        schema: it is changed.

    Returns:
        The same schema.
    """
    for member in schema.get("anyOf", ()):
        member["nullable"] = True
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"].append(None)
    schema["nullable"] = True
    return schema


def object_schema(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the schema of an object.

    Args:
        properties: the schemas of its members.
        required: the names of the required members.
    """
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema
