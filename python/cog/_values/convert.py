"""Makes the functions that convert JSON values to the types of annotations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from .._types.forms import (
    AnyForm,
    ChoiceForm,
    DatetimeForm,
    DictForm,
    FileForm,
    Form,
    IteratorForm,
    ListForm,
    NoneForm,
    NullableForm,
    OpaqueForm,
    PathForm,
    RecordForm,
    ScalarForm,
    SecretForm,
    SetForm,
    TupleForm,
    UnionForm,
    UnknownForm,
    UnsupportedForm,
    assert_never,
    with_default,
)
from .._types.json_values import json_value
from .._types.record_forms import record_forms
from .._types.records import Record
from .at_once import converts_all, exact_types
from .files import checking, is_url, to_file, to_path
from .input_error import InputError, escaped, shown
from .single_values import Converter, choice, null_kept, scalar, to_int, to_secret, wrong_type


def converter(form: Form, strict: bool = False, made: dict[Any, Converter] | None = None) -> Converter | None:
    """Make the function that converts values of a form.

    Args:
        form: the form of the values.
        strict: the document doesn't describe these values, so wrong ones are refused here.
        made: the functions of records, so that recursion ends.

    Returns:
        The function; None if values stay unchanged.
    """
    made = {} if made is None else made
    match form:
        case ScalarForm(cls):
            return scalar(cls, strict)
        case PathForm():
            return to_path
        case FileForm():
            return to_file
        case SecretForm():
            return to_secret
        case ChoiceForm(values):
            return choice([(json_value(value), value) for value in values])
        case NullableForm(inner):
            convert = converter(inner, strict, made)
            return None if convert is None else null_kept(convert)
        case ListForm(item):
            return _list(item, strict, made)
        case DictForm(key, item):
            return _dict(key, item, strict, made)
        case UnionForm(members):
            return _union(members, made)
        case RecordForm(record):
            return _record(record, made)
        case AnyForm() | OpaqueForm() | UnknownForm() | UnsupportedForm():
            return None
        case DatetimeForm() | NoneForm() | TupleForm() | SetForm() | IteratorForm():
            return None  # No inputs: the document refuses them.
        case _:
            assert_never(form)


# MARK: - Containers


def _list(item: Form | None, strict: bool, made: dict[Any, Converter]) -> Converter | None:
    inner = converter(item, strict, made) if item is not None else None
    if inner is None and not strict:
        return None
    convert_all = converts_all(item) if item is not None else None

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        if type(value) is not list:
            raise wrong_type(where, value, "array")
        if inner is None or convert_all is None:
            return value
        converted = convert_all(value)
        if converted is not None:
            return converted
        if inner is to_int:
            return [int(item) if type(item) is float and item.is_integer() else item for item in value]
        return [inner(item, f"{where}/{index}", files) for index, item in enumerate(value)]

    return convert


def _dict(key_form: Form | None, item: Form | None, strict: bool, made: dict[Any, Converter]) -> Converter | None:
    inner = converter(item, True, made) if item is not None else None
    key = _key(key_form) if key_form is not None else None
    if inner is None and key is None and not strict:
        return None
    convert_all = converts_all(item) if item is not None else None

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        if type(value) is not dict:
            raise wrong_type(where, value, "object")
        if inner is not None and convert_all is not None:
            converted = convert_all(value)
            if converted is None:
                converted = {name: inner(item, f"{where}/{escaped(name)}", files) for name, item in value.items()}
            value = converted
        if key is not None:
            value = {key(name, f"{where}/{escaped(name)}", files): item for name, item in value.items()}
        return value

    return convert


def _key(form: Form) -> Converter | None:
    if isinstance(form, AnyForm) or (isinstance(form, ScalarForm) and form.cls is str):
        return None
    inner = converter(form, True)

    def convert(name: Any, where: str, files: dict[str, str]) -> Any:
        try:
            return name if inner is None else inner(name, where, files)
        except InputError:
            # JSON has only texts as keys: numbers and booleans are parsed from them.
            try:
                value = json.loads(name)
            except ValueError:
                raise InputError(where, f"the key {shown(name)} is not of the expected type") from None
            assert inner is not None
            return inner(value, where, files)

    return convert


def _union(members: tuple[Form, ...], made: dict[Any, Converter]) -> Converter:
    exact = exact_types(members)
    classes = {type(member) for member in members}
    takes_file = to_path if PathForm in classes else to_file if FileForm in classes else None
    keeps = AnyForm in classes or OpaqueForm in classes
    inner = [converter(member, True, made) for member in members if not isinstance(member, (AnyForm, OpaqueForm))]

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        if takes_file is not None and isinstance(value, str) and (where in files or is_url(value)):
            return takes_file(value, where, files)
        if type(value) in exact:
            return value
        for each in inner:
            try:
                return each(value, where, files) if each is not None else value
            except InputError:
                continue
        if keeps:
            return value
        raise InputError(where, f"{shown(value)} is not valid under any of the expected types")

    return convert


# MARK: - Records


def _record(record: Record, made: dict[Any, Converter]) -> Converter:
    present = made.get(record)
    if present is not None:
        return present
    if record.is_root:
        return _root(record, made)
    fields: list[tuple[str, str, Converter | None, bool, bool]] = []

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        if type(value) is not dict:
            raise wrong_type(where, value, "object")
        arguments = {}
        for name, key, inner, is_required, is_nullable in fields:
            if key in value:
                item = value[key]
                arguments[name] = item if inner is None else inner(item, f"{where}/{escaped(key)}", files)
            elif is_required:
                if not is_nullable or record.kind == "typeddict":
                    raise InputError(f"{where}/{key}", "Field required")
                arguments[name] = None
        return build(value, arguments, where)

    build = _builder(record)
    made[record] = convert
    for name, form, field in record_forms(record):
        if field.is_constructed:
            inner = converter(with_default(form, field.default), True, made)
            if record.kind != "pydantic":
                fields.append((name, field.key, inner, field.is_required, form.is_nullable))
            elif _has_special(form):
                # pydantic converts and checks the rest; aliases are its own concern.
                fields.append((field.key, field.key, inner, False, form.is_nullable))
    return convert


def _root(record: Record, made: dict[Any, Converter]) -> Converter:
    build = _builder(record)
    inner: Converter | None = None

    def convert(value: Any, where: str, files: dict[str, str]) -> Any:
        return build(value if inner is None else inner(value, where, files), {}, where)

    made[record] = convert
    _, form, _ = record_forms(record)[0]
    inner = converter(form, True, made) if _has_special(form) else None
    return convert


def _has_special(form: Form, within: tuple[Record, ...] = ()) -> bool:
    """Return whether values of a form contain something that only this module converts."""
    if isinstance(form, RecordForm) and form.record not in within:
        within = (*within, form.record)
        return any(_has_special(inner, within) for _, inner, _ in record_forms(form.record))
    return isinstance(form, (PathForm, FileForm, SecretForm)) or any(_has_special(part, within) for part in form.parts)


def _builder(record: Record) -> Callable[[dict[str, Any], dict[str, Any], str], Any]:
    cls = record.cls
    if record.kind == "typeddict":
        return lambda value, arguments, where: {**value, **arguments}
    if record.kind == "pydantic":
        validate = getattr(cls, "model_validate", None) or cls.parse_obj

        def build(value: Any, arguments: dict[str, Any], where: str) -> Any:
            with checking():
                return _built(validate, where, {**value, **arguments} if arguments else value)

        return build
    return lambda value, arguments, where: _built(cls, where, **arguments)


def _built(make: Callable[..., Any], where: str, /, *positional: Any, **named: Any) -> Any:
    try:
        return make(*positional, **named)
    except Exception as error:
        if isinstance(error, ValueError) and hasattr(error, "errors"):
            first: Any = cast(Any, error).errors()[0]
            inside = "".join([f"/{escaped(str(part))}" for part in first["loc"]])
            raise InputError(where + inside, first["msg"]) from error
        raise InputError(where, str(error)) from error
