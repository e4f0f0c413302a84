"""`BaseModel`: structured values."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import field

    from typing_extensions import Self, dataclass_transform
else:
    field = None

    def dataclass_transform(**_):
        """Stand in for the function of the same name, which only type checkers need."""
        return lambda cls: cls


@dataclass_transform(field_specifiers=(field,))
class BaseModel:
    """A structured output or input. Each subclass becomes a dataclass.

    Beyond a dataclass, a field that may be None can be left out, fields without defaults may follow those with
    defaults and are then given by name, and mutable defaults are copied for each object.

    Class keywords: `auto_dataclass=False` leaves the class as written; others are passed to `dataclasses.dataclass`.

    Raises:
        TypeError: another class comes before BaseModel among the bases, or a further base is a dataclass.
        ValueError: `auto_dataclass=False` below a class that was made a dataclass.
    """

    def __init_subclass__(cls, *, auto_dataclass: bool = True, init: bool = True, **options: Any) -> None:
        import dataclasses

        primary = cls.__bases__[0]
        if not issubclass(primary, BaseModel):
            raise TypeError(f'Primary base class of "{cls.__name__}" must inherit from BaseModel')
        if not auto_dataclass and primary is not BaseModel and primary.__dict__.get("_cog_auto_dataclass", False):
            raise ValueError(
                f'Primary base class of "{cls.__name__}" ("{primary.__name__}") has auto_dataclass=True, '
                f'but "{cls.__name__}" has auto_dataclass=False. This creates broken field inheritance.'
            )
        for base in cls.__bases__[1:]:
            if dataclasses.is_dataclass(base):
                raise TypeError(f'Cannot mixin dataclass "{base.__name__}" while inheriting from `BaseModel`')
        cls._cog_auto_dataclass = auto_dataclass  # type: ignore[attr-defined]
        if auto_dataclass:
            from ._types.model_fields import fill_optional, prepare

            prepare(cls, BaseModel)
            has_own_init = "__init__" in cls.__dict__
            dataclasses.dataclass(init=init, **options)(cls)
            if init and not has_own_init:
                fill_optional(cls)

    def dict(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> builtins.dict[str, Any]:
        """Return the values by the names of their fields; models within also become dictionaries.

        Args:
            include: the names of the fields to include; by default all.
            exclude: the names of fields to leave out.
            by_alias: has no effect, because fields have no other names.
            exclude_unset: the same as `exclude_defaults`.
            exclude_defaults: leave out fields that have the value of their default.
            exclude_none: leave out fields that are None.
        """
        exclude_defaults = exclude_unset or exclude_defaults
        values = {}
        for name in _names(self):
            if (include is not None and name not in include) or (exclude is not None and name in exclude):
                continue
            value = getattr(self, name, None)
            if (exclude_none and value is None) or (exclude_defaults and _is_default(self, name, value)):
                continue
            values[name] = _plain(value, exclude_defaults, exclude_none)
        return values

    def json(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        **options: Any,
    ) -> str:
        """Return the values as JSON text. Paths become texts, and secrets are masked.

        Args:
            include, exclude, by_alias, exclude_unset, exclude_defaults, exclude_none: as for `dict`.
            options: arguments of `json.dumps`, such as `indent`.

        Raises:
            TypeError: JSON has no such value.
        """
        import json

        from ._values.replacement import spelled

        values = self.dict(
            include=include,
            exclude=exclude,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )
        return json.dumps(spelled(values), **options)

    def copy(self, *, update: Any = None, deep: bool = False) -> Self:
        """Return a copy.

        Args:
            update: values for some of the fields, by name.
            deep: also copy the contents of the fields.
        """
        import copy

        made = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            object.__setattr__(made, name, value)  # A frozen class refuses ordinary assignment.
        return made

    def model_dump(self, *, mode: str = "python", **options: Any) -> builtins.dict[str, Any]:
        """Return the same as `dict`, which takes the other arguments; with `mode="json"`, use only JSON values."""
        from ._values.replacement import spelled

        values = self.dict(**options)
        return spelled(values) if mode == "json" else values

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return the same as `json`, without spaces."""
        return self.json(indent=indent, separators=None if indent else (",", ":"), ensure_ascii=False, **options)

    def _cog_values(self) -> Any:
        """Return the value that represents the model in JSON. The values within it are left unchanged."""
        method = _overridden(self)
        return {name: getattr(self, name) for name in _names(self)} if method is None else method()

    def model_copy(self, *, update: Any = None, deep: bool = False) -> Self:
        """Return the same as `copy`."""
        return self.copy(update=update, deep=deep)


def _overridden(value: BaseModel) -> Any:
    """Return the model's own method that replaces its fields in JSON, or None."""
    for name in ("model_dump", "dict"):
        method = getattr(type(value), name)
        if callable(method) and method is not getattr(BaseModel, name) and callable(getattr(value, name)):
            return getattr(value, name)
    return None


def _names(model: Any) -> list[str]:
    if not hasattr(model, "__dataclass_fields__"):
        return list(vars(model))
    import dataclasses

    return [field.name for field in dataclasses.fields(model)]


def _is_default(model: BaseModel, name: str, value: Any) -> bool:
    field = getattr(model, "__dataclass_fields__", {}).get(name)
    if field is None:
        return False
    factory: Any = field.default_factory if callable(field.default_factory) else None
    return bool(value == (field.default if factory is None else factory()))


def _plain(value: Any, exclude_defaults: bool, exclude_none: bool) -> Any:
    if isinstance(value, BaseModel):
        method = _overridden(value)
        if method is not None:
            return method()
        return BaseModel.dict(value, exclude_defaults=exclude_defaults, exclude_none=exclude_none)
    if isinstance(value, builtins.dict):
        return {key: _plain(item, exclude_defaults, exclude_none) for key, item in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)([_plain(item, exclude_defaults, exclude_none) for item in value])
    return value
