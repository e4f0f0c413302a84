"""Outputs as JSON schema."""

from __future__ import annotations

from typing import Any

from .._types.forms import (
    AnyForm,
    DictForm,
    Form,
    IteratorForm,
    Leaf,
    ListForm,
    NoneForm,
    NullableForm,
    OpaqueForm,
    RecordForm,
    SetForm,
    TupleForm,
    UnionForm,
    UnknownForm,
    UnsupportedForm,
    assert_never,
)
from .._types.record_forms import record_forms
from .._types.records import MISSING, Record
from .dialect import OBJECT, nullable, object_schema, title


def output_schema(form: Form, within: tuple[Record, ...] = ()) -> dict[str, Any]:
    """Return the schema of an output, without its title.

    Args:
        form: the form of the output.
        within: the records it is part of, so that recursion ends.

    Raises:
        Unsupported: a part of it can't be described.
    """
    match form:
        case Leaf():
            return form.schema()
        case UnknownForm():
            return {}
        case AnyForm() | OpaqueForm():
            return dict(OBJECT)
        case DictForm(_, value):
            contents = {} if value is None else {"additionalProperties": output_schema(value, within)}
            return {**OBJECT, **contents}
        case ListForm(item) | SetForm(item):
            return {"type": "array", "items": dict(OBJECT) if item is None else output_schema(item, within)}
        case TupleForm(items):
            return {"type": "array", "items": _items(items, within)}
        case IteratorForm(item, concatenates):
            schema = {"type": "array", "items": output_schema(item, within), "x-cog-array-type": "iterator"}
            return {**schema, "x-cog-array-display": "concatenate"} if concatenates else schema
        case NullableForm(inner):
            return nullable(output_schema(inner, within))
        case UnionForm(members):
            return {"anyOf": [output_schema(member, within) for member in members]}
        case NoneForm():
            return {"type": "object", "nullable": True}
        case RecordForm(record):
            return _output_record(record, within)
        case UnsupportedForm(problem):
            raise problem
        case _:
            assert_never(form)


def _items(items: tuple[Form, ...], within: tuple[Record, ...]) -> dict[str, Any]:
    schemas: list[dict[str, Any]] = []
    for member in items:
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
