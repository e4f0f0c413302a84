"""Frozen dataclasses that don't import `dataclasses` until they are inspected as dataclasses.

That module imports `inspect`, which takes most of the time that `import cog` may take.
"""

from __future__ import annotations

from typing import Any, NoReturn


class LazyFields:
    """The class attribute `__dataclass_fields__`, made when it is first read."""

    def __get__(self, instance: Any, owner: type[Frozen]) -> dict[str, Any]:
        import dataclasses

        names = owner._names
        made: Any = dataclasses.make_dataclass(owner.__name__, [(name, Any, None) for name in names], frozen=True)
        fields: dict[str, Any] = made.__dataclass_fields__
        for name in names:
            fields[name].type = owner._types.get(name, "Any")
        setattr(owner, "__dataclass_params__", made.__dataclass_params__)  # noqa: B010 - unknown to type checkers
        owner.__dataclass_fields__ = fields
        return fields


class LazySerializer:
    """The class attribute `__pydantic_serializer__`, made when it is first read; it isn't there without pydantic."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        import sys

        if "pydantic_core" not in sys.modules:
            raise AttributeError("__pydantic_serializer__")
        from pydantic_core import SchemaSerializer

        made = SchemaSerializer(owner.__get_pydantic_core_schema__(owner, None))
        owner.__pydantic_serializer__ = made
        return made


class Frozen:
    """Base of such a class: `_names` holds the fields in order, all of them None by default."""

    _names: tuple[str, ...] = ()
    _types: dict[str, str] = {}
    __dataclass_fields__: Any = None

    def __init_subclass__(cls) -> None:
        setattr(cls, "__match_args__", cls._names)  # noqa: B010 - type checkers know no such attribute
        cls.__dataclass_fields__ = LazyFields()

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self._names])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Frozen) and other.__class__ is self.__class__:
            return self._values() == other._values()
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={getattr(self, name)!r}" for name in self._names])
        return f"{type(self).__qualname__}({fields})"

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")
