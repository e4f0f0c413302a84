"""Forms as JSON schema, the dialect of OpenAPI 3.0."""

from __future__ import annotations

from enum import Enum
from typing import Any

from .._types.forms import SCALARS, Form, record_forms
from .._types.records import MISSING, Record

_URI = {"type": "string", "format": "uri"}
_SECRET = {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
OBJECT = {"type": "object"}


def title(name: str) -> str:
    """Return the title of a property: `num_steps` gives `Num Steps`."""
    return " ".join([part[:1].upper() + part[1:] for part in name.split("_")])


class NotJSON(Exception):
    """A value that JSON doesn't have."""


def json_value(value: Any) -> Any:
    """Return a default or choice as plain JSON values.

    Args:
        value: as the model's author wrote it.

    Raises:
        NotJSON: there is no such value.
    """
    if isinstance(value, Enum):
        return json_value(value.value)
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise NotJSON
        return value
    if isinstance(value, dict):
        return {_key(key): json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_value(item) for item in value]
    if hasattr(value, "__fspath__"):
        return str(value)
    if hasattr(value, "model_dump"):
        return json_value(value.model_dump())
    if hasattr(type(value), "__fields__"):  # pydantic 1
        return json_value(value.dict())
    if type(value).__name__ != "Secret" and hasattr(type(value), "__dataclass_fields__"):
        return {name: json_value(getattr(value, name)) for name in type(value).__dataclass_fields__}
    raise NotJSON


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str(json_value(key))


# MARK: - Single values


def leaf_schema(form: Form) -> dict[str, Any] | None:
    """Return the schema of a form that holds no other ones, the same for inputs and outputs; None for other forms.

    Args:
        form: what the values are.
    """
    if form.kind == "scalar":
        return {"type": SCALARS[form.value]}
    if form.kind in ("path", "file"):
        return dict(_URI)
    if form.kind == "secret":
        return dict(_SECRET)
    if form.kind in ("literal", "enum"):
        return _enumeration(form)
    return None


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let null be among the values of a schema.

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


def _enumeration(form: Form) -> dict[str, Any]:
    values = [json_value(value) for value in form.value]
    schema: dict[str, Any] = {"enum": values}
    if (shared := value_type(values)) is not None:
        schema = {"type": shared, "enum": values}
    return schema


def value_type(values: list[Any]) -> str | None:
    """Return the JSON type that all of the plain values have, or None."""
    types = {SCALARS.get(type(value)) for value in values}
    if types == {"integer", "number"}:
        return "number"
    return types.pop() if len(types) == 1 else None


def object_schema(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the schema of an object.

    Args:
        properties: the schemas of its members.
        required: the names of those that must be there.
    """
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema


# MARK: - Outputs


def output_schema(form: Form, within: tuple[Record, ...] = ()) -> dict[str, Any]:
    """Return the schema of an output, without its title.

    Args:
        form: what the output is.
        within: the records it is part of, so that recursion ends.

    Raises:
        Unsupported: a part of it can't be described.
    """
    kind = form.kind
    if kind == "anything":
        return {}
    if kind in ("any", "opaque"):
        return dict(OBJECT)
    if kind == "dict":
        if not form.children:
            return dict(OBJECT)
        return {"type": "object", "additionalProperties": output_schema(form.children[0], within)}
    if kind in ("list", "set"):
        return {"type": "array", "items": output_schema(form.children[0], within) if form.children else dict(OBJECT)}
    if kind == "tuple":
        return {"type": "array", "items": _items(form, within)}
    if kind == "iterator":
        schema = {"type": "array", "items": output_schema(form.children[0], within), "x-cog-array-type": "iterator"}
        return {**schema, "x-cog-array-display": "concatenate"} if form.value else schema
    if kind == "nullable":
        return nullable(output_schema(form.children[0], within))
    if kind == "union":
        return {"anyOf": [output_schema(member, within) for member in form.children]}
    if kind == "none":
        return {"type": "object", "nullable": True}
    if kind == "datetime":
        return {"type": "string", "format": "date-time"}
    if kind == "unsupported":
        raise form.value
    if kind == "record":
        return _output_record(form.value, within)
    leaf = leaf_schema(form)
    assert leaf is not None, kind
    return leaf


def _items(form: Form, within: tuple[Record, ...]) -> dict[str, Any]:
    schemas: list[dict[str, Any]] = []
    for member in form.children:
        schema = output_schema(member, within)
        if schema not in schemas:
            schemas.append(schema)
    if not schemas:
        return dict(OBJECT)
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _output_record(record: Record, within: tuple[Record, ...]) -> dict[str, Any]:
    if record in within:
        return dict(OBJECT)
    forms = record_forms(record)
    by_pydantic: Any = None
    if record.kind == "pydantic" and hasattr(record.cls, "model_json_schema"):
        from .pydantic_schema import OutputSchemas

        by_pydantic = OutputSchemas(record.cls)
        if by_pydantic.whole is not None:
            return dict(by_pydantic.whole)
    if record.is_root:
        by_root = by_pydantic.of_root(forms[0][1]) if by_pydantic is not None else None
        return output_schema(forms[0][1], (*within, record)) if by_root is None else by_root
    properties: dict[str, Any] = {}
    required = []
    for name, form, field in forms:
        key = field.output_key
        schema = by_pydantic.of(name, key, form) if by_pydantic is not None else None
        if schema is None:
            schema = output_schema(form, (*within, record))
        if record.kind == "typeddict":
            is_required = field.is_required
        elif form.is_nullable:
            is_required = False
        else:
            is_required = field.default is MISSING
        if is_required:
            required.append(key)
        properties[key] = {**schema, "title": title(key)}
    if by_pydantic is not None:
        for key, schema in by_pydantic.computed():
            properties[key] = {**schema, "title": title(key)}
            required.append(key)
        for key in by_pydantic.excluded:
            properties.pop(key, None)
    return object_schema(properties, [key for key in required if key in properties])
