"""`Input`: what a parameter of a model accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._types.frozen import Frozen

# Distinguishes "no default was given" from `default=None`.
_UNSET: Any = object()

if TYPE_CHECKING:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class FieldInfo:
        """The arguments of `Input`, unchanged."""

        default: Any = None
        description: str | None = None
        ge: int | float | None = None
        le: int | float | None = None
        min_length: int | None = None
        max_length: int | None = None
        regex: str | None = None
        choices: Sequence[Any] | None = None
        deprecated: bool | None = None
        accept: str | None = None

else:

    class FieldInfo(Frozen):
        """The arguments of `Input`, unchanged."""

        _names = (
            "default",
            "description",
            "ge",
            "le",
            "min_length",
            "max_length",
            "regex",
            "choices",
            "deprecated",
            "accept",
        )
        _types = {
            "default": "Any",
            "description": "str | None",
            "ge": "int | float | None",
            "le": "int | float | None",
            "min_length": "int | None",
            "max_length": "int | None",
            "regex": "str | None",
            "choices": "Sequence[Any] | None",
            "deprecated": "bool | None",
            "accept": "str | None",
        }

        def __init__(
            self,
            default=_UNSET,
            description=None,
            ge=None,
            le=None,
            min_length=None,
            max_length=None,
            regex=None,
            choices=None,
            deprecated=None,
            accept=None,
        ):
            # Frozen classes refuse assignment; the private entries are neither compared nor shown.
            self.__dict__.update(
                default=None if default is _UNSET else default,
                description=description,
                ge=ge,
                le=le,
                min_length=min_length,
                max_length=max_length,
                regex=regex,
                choices=choices,
                deprecated=deprecated,
                accept=accept,
                _has_default=default is not _UNSET,
                _default_factory=None,
                _examples=None,
            )


def Input(
    default: Any = _UNSET,
    *,
    default_factory: Callable[[], Any] | None = None,
    description: str | None = None,
    ge: int | float | None = None,
    le: int | float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    regex: str | None = None,
    choices: Sequence[Any] | None = None,
    deprecated: bool | None = None,
    accept: str | None = None,
    examples: Sequence[Any] | None = None,
) -> Any:
    """Describe a parameter, as its default or within `Annotated[T, Input(…)]`.

    Args:
        default: the value if a client sends none. Without a default, the parameter is required.
        default_factory: makes the default; called for each prediction without the input.
        description: text for people.
        ge: the smallest allowed number.
        le: the largest allowed number.
        min_length: the minimum number of characters.
        max_length: the maximum number of characters.
        regex: a pattern that must be found in the text.
        choices: the only accepted values.
        deprecated: clients should not use this input any more.
        accept: for files, the types a user interface should offer, such as `image/*`.
        examples: values to start with; the page at `/docs` offers them.

    Returns:
        A `FieldInfo` with these values. Its type is declared as Any, so that it can be the default of any type.

    Raises:
        TypeError: both a default and a factory were given, the factory can't be called, or the examples aren't a list.
    """
    if default_factory is not None:
        if default is not _UNSET:
            raise TypeError("Input() takes default or default_factory, not both")
        if not callable(default_factory):
            raise TypeError(f"default_factory must be a function, got {type(default_factory).__name__}")
    info = FieldInfo(default, description, ge, le, min_length, max_length, regex, choices, deprecated, accept)
    if default_factory is not None:
        info.__dict__["_default_factory"] = default_factory
    if examples is not None:
        if isinstance(examples, (str, bytes)) or not hasattr(examples, "__len__"):
            raise TypeError(f"examples must be a list of values, got {examples!r}")
        info.__dict__["_examples"] = list(examples)
    return info
