"""Inputs as JSON schema: the dialect of OpenAPI 3.0 for the document, a fuller one for the server's own checks."""

from __future__ import annotations

from typing import Any

from .._types.annotations import Unsupported
from .._types.forms import (
    AnyForm,
    ChoiceForm,
    DatetimeForm,
    DictForm,
    FileForm,
    Form,
    IteratorForm,
    Leaf,
    ListForm,
    NoneForm,
    NullableForm,
    OpaqueForm,
    PathForm,
    RecordForm,
    ScalarForm,
    SetForm,
    TupleForm,
    UnionForm,
    UnknownForm,
    UnsupportedForm,
    assert_never,
    with_default,
    without_none,
)
from .._types.json_values import NotJSON, json_value
from .._types.record_forms import record_forms
from .._types.records import Field, Record
from ..input import FieldInfo
from .dialect import OBJECT, nullable, object_schema, title

__all__ = ["InputSchemas", "add_limits", "choice_values", "element"]

# Patterns of JSON keys that represent keys other than strings in Python.
_KEY_PATTERNS = {int: r"^-?(0|[1-9][0-9]*)$", float: r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"}


class InputSchemas:
    """Makes the schemas of inputs.

    In the document, clients have come to see dictionaries and a `TypedDict` as plain objects. The full schemas also
    describe their contents, and follow records that contain themselves.

    Args:
        is_full: make the full schemas.
        for_defaults: make schemas to check defaults with, which accept any value for Any.
        has_limits: the schemas contain the limits of an `Input(…)` within a type.

    Attributes:
        definitions: the components that full schemas refer to.
        leaves_out: whether the schemas made so far omit something that full ones contain.
        unchecked: why parts of dictionaries or of a `TypedDict` have no full schema and accept any value.
    """

    def __init__(self, is_full: bool = False, *, for_defaults: bool = False, has_limits: bool = True) -> None:
        self._is_full = is_full
        self._for_defaults = for_defaults
        self._has_limits = has_limits
        self._names: dict[Record, str] = {}
        self.definitions: dict[str, Any] = {}
        self.leaves_out = False
        self.unchecked: list[Unsupported] = []

    def of(self, form: Form, within: tuple[Record | None, ...] = ()) -> dict[str, Any]:
        """Return the schema of an input, without what belongs to its parameter (title, default, limits).

        Args:
            form: the form of the input.
            within: the records it is part of, so that recursion ends, and None for each dictionary.

        Raises:
            Unsupported: values of this form can't be sent.
        """
        schema = self._plain(form, within)
        if form.limits is not None and self._has_limits:
            add_limits(schema, form, form.limits)
            if form.limits.choices:
                schema["enum"] = choice_values(form.limits)
                if form.is_nullable:
                    nullable(schema)
        return schema

    def _plain(self, form: Form, within: tuple[Record | None, ...]) -> dict[str, Any]:
        match form:
            # Before `Leaf`, which also covers times.
            case DatetimeForm() | NoneForm() | TupleForm() | SetForm() | IteratorForm():
                raise Unsupported(*_REFUSALS[type(form)])
            case Leaf():
                return form.schema()
            case UnknownForm():
                return {}
            case AnyForm():
                # Clients see an object wherever the original does; any JSON value is accepted.
                if within or self._for_defaults or self._is_full:
                    return {}
                self.leaves_out = True
                return dict(OBJECT)
            case OpaqueForm():
                return dict(OBJECT)
            case DictForm():
                return self._dict(form, within)
            case ListForm(item):
                return {"type": "array", "items": {} if item is None else self.of(item, within)}
            case NullableForm(inner):
                return nullable(self.of(inner, within))
            case UnionForm(members):
                return {"anyOf": [self.of(member, within) for member in members]}
            case RecordForm(record):
                return self._record(record, within)
            case UnsupportedForm(problem):
                raise problem
            case _:
                assert_never(form)

    def _dict(self, form: DictForm, within: tuple[Record | None, ...]) -> dict[str, Any]:
        if form.value is None or not (self._is_full or within):
            self.leaves_out = self.leaves_out or form.value is not None
            return dict(OBJECT)
        schema = {**OBJECT, "additionalProperties": self._part(form.value, (*within, None))}
        if (names := _key_schema(form.key)) is not None:
            if self._is_full:
                schema["propertyNames"] = names
            self.leaves_out = True
        return schema

    def _part(self, form: Form, within: tuple[Record | None, ...]) -> dict[str, Any]:
        """Return the schema of the contents of a dictionary or a `TypedDict`."""
        try:
            return self.of(form, within)
        except Unsupported as problem:
            # The original ignores these contents, so a model that it serves must not be refused because of them.
            self.unchecked.append(problem)
            return {}

    def _record(self, record: Record, within: tuple[Record | None, ...]) -> dict[str, Any]:
        if not self._is_full:
            # A TypedDict's contents are described only inside types for which the original has no schema.
            if record in within or (record.kind == "typeddict" and not within):
                self.leaves_out = True
                return dict(OBJECT)
            return self._fields(record, within)
        name = self._names.get(record)
        if name is None:
            name = self._names[record] = f"{record.cls.__name__}.{len(self._names)}"
            self.definitions[name] = self._fields(record, within)
        return {"$ref": f"#/components/schemas/{name}"}

    def _fields(self, record: Record, within: tuple[Record | None, ...]) -> dict[str, Any]:
        if record.kind == "pydantic" and hasattr(record.cls, "model_json_schema"):
            from .pydantic_schema import input_schema

            schema, is_whole = input_schema(record.cls, self.definitions if self._is_full else None)
            self.leaves_out = self.leaves_out or not is_whole
            return schema
        properties: dict[str, Any] = {}
        required = []
        for name, form, field in record_forms(record):
            if not field.is_constructed:
                continue
            make = self._part if record.kind == "typeddict" else self.of
            schema = {**make(with_default(form, field.default), (*within, record)), "title": title(name)}
            if field.has_value:
                try:
                    schema["default"] = json_value(field.default)
                except NotJSON:
                    pass  # Only the class uses it; clients don't see it.
            elif _is_required(field, form, record):
                required.append(field.key)
            properties[field.key] = schema
        return object_schema(properties, required)


def _is_required(field: Field, form: Form, record: Record) -> bool:
    return field.is_required and not (form.is_nullable and record.kind not in ("pydantic", "typeddict"))


# What is wrong with types that only outputs have, and what to write instead.
_REFUSALS: dict[type[Form], tuple[str, str]] = {
    NoneForm: ("None can't be an input", "Remove the parameter."),
    DatetimeForm: ("datetime can't be an input", "Take a str and parse it."),
    TupleForm: ("tuple can't be an input", "Use list[…], or a class that derives from cog.BaseModel."),
    SetForm: ("set can't be an input", "Use list[…]."),
    IteratorForm: ("an iterator can't be an input", "Use list[…]."),
}


def _key_schema(key: Form | None) -> dict[str, Any] | None:
    """Return the schema of a dictionary's keys as texts; None if any text is allowed."""
    if isinstance(key, ScalarForm) and key.cls is not str:
        return {"pattern": _KEY_PATTERNS[key.cls]} if key.cls in _KEY_PATTERNS else {"enum": ["false", "true"]}
    if not isinstance(key, ChoiceForm):
        return None
    import json

    values = [json_value(value) for value in key.values]
    return {"enum": [value if isinstance(value, str) else json.dumps(value) for value in values]}


def element(form: Form) -> Form:
    """Return the form of a list's items, or the form itself if it isn't a list."""
    return without_none(form.item) if isinstance(form, ListForm) and form.item is not None else form


def choice_values(info: FieldInfo) -> list[Any]:
    """Return the choices as JSON values.

    Args:
        info: what `Input` was given.

    Raises:
        Unsupported: JSON has no such value.
    """
    try:
        return [json_value(choice) for choice in info.choices or ()]
    except NotJSON:
        raise Unsupported("its choices include a value that JSON can't represent", "Use strings or numbers.") from None


def add_limits(schema: dict[str, Any], form: Form, info: FieldInfo) -> None:
    """Add the limits and descriptions of an `Input` to a schema, except the default and the choices.

    Args:
        schema: of the input; it is changed.
        form: the form of the input.
        info: what `Input` was given.

    Raises:
        Unsupported: the limits don't apply to the type, or aren't valid.
    """
    _check_arguments(info)
    form = without_none(form)
    found: dict[str, Any] = {}
    # Infinities mean that there is no limit.
    if info.ge is not None and info.ge != float("-inf"):
        found["minimum"] = info.ge
    if info.le is not None and info.le != float("inf"):
        found["maximum"] = info.le
    lengths = {"minLength": info.min_length, "maxLength": info.max_length}
    found.update({name: int(value) for name, value in lengths.items() if value is not None})
    if info.regex is not None:
        found["pattern"] = info.regex
    if isinstance(form, UnionForm) and (found or info.choices):
        raise Unsupported(
            "constraints and choices are not supported on union inputs",
            "Put them on one of its types: Union[Annotated[int, Input(ge=1)], str].",
        )
    schema.update(found)
    if info.description is not None:
        schema["description"] = info.description
    if info.deprecated is True:
        schema["deprecated"] = True
    if info.accept is not None:
        if not isinstance(element(form), (PathForm, FileForm)):
            raise Unsupported("accept is only valid on Path or File inputs", "Remove it.")
        schema["x-cog-accept"] = info.accept


def _check_arguments(info: FieldInfo) -> None:
    """Refuse invalid arguments; `Input` itself accepts anything until it is used."""
    for name in ("ge", "le"):
        value: Any = getattr(info, name)
        if value is not None and not _is_number(value):
            raise Unsupported(f"{name} must be a number, got {value!r}", "Write a number.")
        if value == float("inf" if name == "ge" else "-inf"):
            raise Unsupported(f"{name} must be a finite number, got {value!r}", "Write a number.")
    for name in ("min_length", "max_length"):
        value = getattr(info, name)
        if value is not None and (not _is_number(value) or not 0 <= value < float("inf")):
            raise Unsupported(f"{name} must be 0 or greater, got {value!r}", "Write an integer.")
    for name in ("regex", "description", "accept"):
        value = getattr(info, name)
        if value is not None and not isinstance(value, str):
            raise Unsupported(f"{name} must be a string, got {value!r}", "Write a str.")
    if info.choices is not None and (isinstance(info.choices, (str, bytes)) or not hasattr(info.choices, "__len__")):
        raise Unsupported(f"choices must be a list of values, got {info.choices!r}", "Write a list.")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
