"""Converts pydantic's values as its own `model_dump(mode="json", by_alias=True)` does."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from .._model.signature import CO_VARKEYWORDS, parameter_names


def is_own(cls: Any) -> bool:
    """Return whether a class belongs to pydantic: a model of either version, a pydantic dataclass, a URL, …"""
    return (
        hasattr(cls, "__pydantic_serializer__")
        or hasattr(cls, "__json_encoder__")
        or any(base.__module__.partition(".")[0] in ("pydantic", "pydantic_core") for base in cls.__mro__)
    )


def dumped(value: Any, replacement: Callable[[Any], Any]) -> Any:
    """Return the replacement of a pydantic value; files within it are left unchanged.

    Args:
        value: a value of a class that `is_own`.
        replacement: returns the replacement of a value within it that pydantic doesn't know.

    Raises:
        Exception: whatever the model's own serializers raise.
    """
    cls: Any = type(value)
    if hasattr(cls, "__json_encoder__"):
        return _dumped_by_version_1(value, replacement)
    if not hasattr(cls, "__pydantic_serializer__"):
        from pydantic_core import to_jsonable_python

        return to_jsonable_python(value)
    if _holds(value, io.IOBase):
        return _fields(value)  # To pydantic an open file is an iterable of lines.
    unknown = False

    def fallback(part: Any) -> Any:
        nonlocal unknown
        try:
            return replacement(part)
        except TypeError:
            unknown = True
            return None

    made = None
    try:
        made = _dump(value, "json", fallback)
    except UnicodeDecodeError:
        unknown = True  # bytes that aren't text
    if unknown:
        # The unchanged values: the encoder finds and locates the problem.
        return _dump(value, "python", None)
    if not _holds(value, os.PathLike):
        return made
    return _with_files(_dump(value, "python", None), made)


def _dump(value: Any, mode: str, fallback: Any) -> Any:
    cls = type(value)
    dump = getattr(cls, "model_dump", None)
    if dump is None or getattr(dump, "__module__", "") == "pydantic.main":
        return cls.__pydantic_serializer__.to_python(value, mode=mode, by_alias=True, fallback=fallback)
    # The model has its own method, so pass only the arguments that it accepts.
    code = getattr(dump, "__code__", None)
    takes_all = code is None or code.co_flags & CO_VARKEYWORDS
    names = parameter_names(dump)
    given = {"mode": mode, "by_alias": True}
    return dump(value, **{name: given[name] for name in given if takes_all or name in names})


def _fields(value: Any) -> dict[str, Any]:
    """Return the unchanged values of a model's fields."""
    cls: Any = type(value)
    made = {}
    for name, field in (getattr(cls, "__pydantic_fields__", None) or cls.model_fields).items():
        if field.exclude is not True:
            made[field.serialization_alias or field.alias or name] = getattr(value, name)
    for name, decorator in cls.__pydantic_decorators__.computed_fields.items():
        made[decorator.info.alias or name] = getattr(value, name)
    return {**made, **(getattr(value, "__pydantic_extra__", None) or {})}


def _dumped_by_version_1(value: Any, replacement: Callable[[Any], Any]) -> Any:
    import json

    cls: Any = type(value)
    if not cls.dict.__module__.startswith("pydantic"):
        return value.dict()  # The model has its own.
    own, special = cls.__json_encoder__, tuple(cls.__config__.json_encoders)
    files: list[Any] = []

    def encoder(part: Any) -> Any:
        if isinstance(part, (os.PathLike, io.IOBase)):
            files.append(part)
            return {_FILE: len(files) - 1}
        # pydantic would take a dataclass apart with everything it contains, and show secrets.
        if hasattr(type(part), "__dataclass_fields__") and not isinstance(part, special):
            return replacement(part)
        try:
            return own(part)
        except (TypeError, UnicodeDecodeError):
            return replacement(part)

    return json.loads(
        value.json(by_alias=True, encoder=encoder),
        object_hook=lambda made: files[made[_FILE]] if len(made) == 1 and _FILE in made else made,
    )


# Stands for a file in the text made by version 1.
_FILE = "cog._values.pydantic_values.file"


def _holds(value: Any, kind: type[Any], within: tuple[int, ...] = ()) -> bool:
    """Return whether a value is an instance of a type, or may contain one."""
    if type(value) in _NEVER:
        return False
    if isinstance(value, kind):
        return True
    if id(value) in within:
        return False
    within = (*within, id(value))
    if isinstance(value, dict):
        return any(_holds(item, kind, within) for item in value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(_holds(item, kind, within) for item in value)
    cls: Any = type(value)
    if not hasattr(cls, "__pydantic_serializer__") and not hasattr(cls, "__dataclass_fields__"):
        return False
    if kind is os.PathLike and getattr(getattr(cls, "__pydantic_decorators__", None), "computed_fields", None):
        return True  # Only pydantic's own dump shows it.
    parts = [*getattr(value, "__dict__", {}).values(), *(getattr(value, "__pydantic_extra__", None) or {}).values()]
    return any(_holds(part, kind, within) for part in parts)


_NEVER = frozenset({str, int, float, bool, type(None)})


def _with_files(plain: Any, made: Any) -> Any:
    """Replace the paths in `made` by the files that `plain` contains."""
    if isinstance(plain, os.PathLike):
        return plain
    if isinstance(plain, dict) and isinstance(made, dict) and len(plain) == len(made):
        pairs = zip(plain.values(), made.items(), strict=True)
        return {name: _with_files(part, item) for part, (name, item) in pairs}
    if isinstance(plain, (list, tuple, set, frozenset)) and isinstance(made, list) and len(plain) == len(made):
        return [_with_files(part, item) for part, item in zip(plain, made, strict=True)]
    return made
