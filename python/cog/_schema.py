"""Forms as JSON schema, the dialect of OpenAPI 3.0."""

from __future__ import annotations

from enum import Enum
from typing import Any

from ._forms import SCALARS, Form, Unsupported, record_forms
from ._records import MISSING, Field, Record

_URI = {"type": "string", "format": "uri"}
_SECRET = {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
_OBJECT = {"type": "object"}
_ANY_OF_LIMITS = {"ge": "minimum", "le": "maximum", "min_length": "minLength", "max_length": "maxLength"}


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
    if type(value).__name__ != "Secret" and hasattr(type(value), "__dataclass_fields__"):
        return {name: json_value(getattr(value, name)) for name in type(value).__dataclass_fields__}
    raise NotJSON


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str(json_value(key))


# MARK: - Inputs


def input_schema(form: Form, within: tuple[Record, ...] = ()) -> dict[str, Any]:
    """Return the schema of an input, without what belongs to its parameter (title, default, limits).

    Args:
        form: what the input is.
        within: the records it is part of, so that recursion ends.

    Raises:
        Unsupported: values of this form can't be sent.
    """
    kind = form.kind
    if kind == "scalar":
        return {"type": SCALARS[form.value]}
    if kind in ("path", "file"):
        return dict(_URI)
    if kind == "secret":
        return dict(_SECRET)
    if kind in ("any", "opaque", "dict") or (kind == "record" and form.value.kind == "typeddict"):
        return dict(_OBJECT)
    if kind == "list":
        return {"type": "array", "items": input_schema(form.children[0], within) if form.children else {}}
    if kind == "nullable":
        return _nullable(input_schema(form.children[0], within))
    if kind == "union":
        return {"anyOf": [input_schema(member, within) for member in form.children]}
    if kind in ("literal", "enum"):
        return _enumeration(form)
    if kind == "record":
        return _input_record(form.value, within)
    raise Unsupported(f"{_NAMES[kind]} can't be an input", _FIXES[kind])


_NAMES = {
    "none": "None",
    "datetime": "datetime",
    "tuple": "tuple",
    "set": "set",
    "iterator": "an iterator",
}
_FIXES = {
    "none": "Leave the parameter out.",
    "datetime": "Take a str and parse it.",
    "tuple": "Use list[…], or a class that derives from cog.BaseModel.",
    "set": "Use list[…].",
    "iterator": "Use list[…].",
}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
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


def _input_record(record: Record, within: tuple[Record, ...]) -> dict[str, Any]:
    if record in within:
        return dict(_OBJECT)
    properties: dict[str, Any] = {}
    required = []
    for name, form, field in _fields(record):
        if not field.is_constructed:
            continue
        schema = {**input_schema(form, (*within, record)), "title": title(name)}
        _add_limits(schema, field)
        if field.has_value:
            try:
                schema["default"] = json_value(field.default)
            except NotJSON:
                pass
        elif field.is_required and not (form.is_nullable and record.kind != "pydantic"):
            required.append(field.key)
        properties[field.key] = schema
    return _object(properties, required)


def _fields(record: Record) -> list[tuple[str, Form, Field]]:
    if record.kind != "pydantic":
        return record_forms(record)
    # pydantic checks its values itself and knows far more types: what has no form here may be anything.
    found = []
    for field in record.fields:
        single = Record(record.cls, record.kind)
        single._fields = [field]
        try:
            found += record_forms(single)
        except Unsupported:
            found.append((field.name, Form("any"), field))
    return found


def _add_limits(schema: dict[str, Any], field: Field) -> None:
    for limit in field.limits:
        for name, keyword in _ANY_OF_LIMITS.items():
            value = getattr(limit, name, None)
            if value is not None and isinstance(value, (int, float)):
                suffix = "Items" if schema.get("type") == "array" else ""
                schema[keyword.replace("Length", suffix) if suffix else keyword] = value
        if isinstance(pattern := getattr(limit, "pattern", None), str):
            schema["pattern"] = pattern


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
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
    if kind in ("any", "opaque"):
        return dict(_OBJECT)
    if kind == "dict":
        if not form.children:
            return dict(_OBJECT)
        return {"type": "object", "additionalProperties": output_schema(form.children[0], within)}
    if kind in ("list", "set"):
        return {"type": "array", "items": output_schema(form.children[0], within) if form.children else dict(_OBJECT)}
    if kind == "tuple":
        return {"type": "array", "items": _items(form, within)}
    if kind == "iterator":
        schema = {"type": "array", "items": output_schema(form.children[0], within), "x-cog-array-type": "iterator"}
        return {**schema, "x-cog-array-display": "concatenate"} if form.value else schema
    if kind == "nullable":
        return _nullable(output_schema(form.children[0], within))
    if kind == "union":
        return {"anyOf": [output_schema(member, within) for member in form.children]}
    if kind == "none":
        return {"type": "object", "nullable": True}
    if kind == "datetime":
        return {"type": "string", "format": "date-time"}
    if kind == "record":
        return _output_record(form.value, within)
    return input_schema(form, within)


def _items(form: Form, within: tuple[Record, ...]) -> dict[str, Any]:
    schemas: list[dict[str, Any]] = []
    for member in form.children:
        schema = output_schema(member, within)
        if schema not in schemas:
            schemas.append(schema)
    if not schemas:
        return dict(_OBJECT)
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _output_record(record: Record, within: tuple[Record, ...]) -> dict[str, Any]:
    if record in within:
        return dict(_OBJECT)
    properties: dict[str, Any] = {}
    required = []
    for name, form, field in _fields(record):
        schema = {**output_schema(form, (*within, record)), "title": title(name)}
        if record.kind == "typeddict":
            is_required = field.is_required
        elif form.is_nullable:
            is_required = False
        else:
            is_required = field.default is MISSING
        if is_required:
            required.append(field.key if record.kind != "pydantic" else name)
        properties[name] = schema
    return _object(properties, required)
