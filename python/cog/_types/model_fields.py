"""What a `BaseModel` allows and a dataclass refuses: any order, mutable defaults, and leaving out optional fields."""

from __future__ import annotations

import copy
import dataclasses
import functools
import sys
import typing
from typing import Any

from .annotations import annotations_of


class Copied:
    """Makes the default of a field: a copy of a value that must not be shared.

    Args:
        value: as it is written in the class.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        return copy.deepcopy(self.value)


def prepare(cls: type[Any], base: type[Any]) -> None:
    """Change the contents of a class so that `dataclasses.dataclass` accepts it.

    Args:
        cls: the class, not a dataclass yet.
        base: the class whose methods are not defaults of fields with the same names.
    """
    # The fields that can be positional arguments, in order, and whether each has a default.
    inherited = getattr(cls, "__dataclass_fields__", {}).values()
    positional = {each.name: _has_default(each) for each in inherited if each.init and not each.kw_only}
    is_ordered = True
    for name, annotation in annotations_of(cls).items():
        text = str(annotation)
        if "KW_ONLY" in text:
            is_ordered = False
        elif "ClassVar" not in text:
            default = _legal_default(cls, name, base)
            is_field = isinstance(default, dataclasses.Field)
            if is_ordered and not (is_field and (default.kw_only is True or not default.init)):
                positional[name] = _has_default(default) if is_field else default is not dataclasses.MISSING
    is_behind_default = False
    for name, has_default in positional.items():
        if is_behind_default and not has_default:
            _take_by_name_only(cls, name)
        is_behind_default = is_behind_default or has_default


def _legal_default(cls: type[Any], name: str, base: type[Any]) -> Any:
    """Replace the default of a field by one that `dataclass` accepts, and return it: MISSING, a value, or a Field."""
    default = getattr(cls, name, dataclasses.MISSING)
    made = default
    if name in base.__dict__ and default is base.__dict__[name]:
        made = dataclasses.field()  # It is a method with that name, not a default.
    elif type(default).__name__ == "FieldInfo" and type(default).__module__.partition(".")[0] == "pydantic":
        made = _from_pydantic(default)
    elif _is_mutable(default):
        made = dataclasses.field(default_factory=Copied(default))
    if isinstance(made, dataclasses.Field) and _is_mutable(made.default):
        made.default, made.default_factory = dataclasses.MISSING, Copied(made.default)
    if made is not default:
        setattr(cls, name, made)
    return made


def _from_pydantic(info: Any) -> Any:
    if info.default_factory is not None:
        return dataclasses.field(default_factory=info.default_factory)
    is_missing = info.default is ... or type(info.default).__name__ in ("PydanticUndefinedType", "UndefinedType")
    return dataclasses.field() if is_missing else dataclasses.field(default=info.default)


def _is_mutable(default: Any) -> bool:
    # The rule of `dataclasses`, which refuses such defaults.
    return type(default).__hash__ is None


def _has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _take_by_name_only(cls: type[Any], name: str) -> None:
    """Let a field without a default follow one that has one, where Python doesn't allow a positional argument."""
    field = cls.__dict__.get(name)
    if isinstance(field, dataclasses.Field):
        if field.kw_only is dataclasses.MISSING:
            field.kw_only = True
        return
    inherited = getattr(cls, "__dataclass_fields__", {}).get(name)
    if inherited is not None and name not in annotations_of(cls):
        cls.__annotations__ = {name: inherited.type, **annotations_of(cls)}
    setattr(cls, name, dataclasses.field(kw_only=True))


# MARK: - Optional fields


def fill_optional(cls: type[Any]) -> None:
    """Make the constructor of a dataclass use None for omitted fields that may be None.

    Args:
        cls: the dataclass; its constructor is changed.
    """
    fields: dict[str, Any] = getattr(cls, "__dataclass_fields__", {})
    every = [each for each in fields.values() if each.init and "ClassVar" not in str(each.type)]
    positions = {each.name: index for index, each in enumerate([each for each in every if not each.kw_only])}
    candidates = [each for each in every if not _has_default(each) and _may_take_none(each.type)]
    if candidates:
        setattr(cls, "__init__", _filling(cls, cls.__init__, len(every), positions, candidates))  # noqa: B010


def _filling(cls: Any, init: Any, count: int, positions: dict[str, int], candidates: list[Any]) -> Any:
    names: list[str] | None = None

    @functools.wraps(init)
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        nonlocal names
        if len(arguments) + len(named) < count:
            if names is None:  # Now, as names in quoted annotations are known by now.
                names = [each.name for each in candidates if _takes_none(each.type, cls, each.name)]
            for name in names:
                if name not in named and positions.get(name, len(arguments)) >= len(arguments):
                    named[name] = None
        init(self, *arguments, **named)

    return __init__


def _may_take_none(annotation: Any) -> bool:
    return isinstance(annotation, (str, typing.ForwardRef)) or _takes_none(annotation, None, "")


def _takes_none(annotation: Any, cls: Any, name: str) -> bool:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        if cls is None:
            return "None" in annotation or "Optional" in annotation
        owner = next((base for base in cls.__mro__ if name in annotations_of(base)), cls)
        try:
            annotation = eval(annotation, vars(sys.modules[owner.__module__]), {owner.__name__: owner})
        except Exception:  # A name that isn't there, such as one that is imported for type checkers only.
            return "None" in annotation or "Optional" in annotation
    if hasattr(annotation, "__value__"):
        annotation = annotation.__value__
    if annotation is None or annotation is type(None):
        return True
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _takes_none(annotation.__origin__, cls, name)
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return any(_takes_none(member, cls, name) for member in typing.get_args(annotation))
    return origin is typing.Literal and None in typing.get_args(annotation)
