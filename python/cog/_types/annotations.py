"""Annotations as written: the names in them, and the spellings of a type."""

from __future__ import annotations

import sys
import typing
from typing import Any

from ..input import FieldInfo


class Unsupported(Exception):
    """An annotation that can't be described.

    Attributes:
        what: the problem, worded to follow the name of the parameter.
        fix: what to write instead.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}. {fix}")
        self.what = what
        self.fix = fix


class Unresolved(Unsupported):
    """A quoted annotation with a name that doesn't exist."""


class Names:
    """Looks up the names in quoted annotations."""

    __slots__ = ("globals", "locals")

    def __init__(self, globals_: dict[str, Any], locals_: dict[str, Any] | None = None) -> None:
        self.globals = globals_
        self.locals = locals_ if locals_ is not None else {}


def annotations_of(cls: type[Any]) -> dict[str, Any]:
    """Return the annotations in a class, without those of its parents."""
    if sys.version_info >= (3, 14):
        return dict(cls.__annotations__)
    return dict(cls.__dict__.get("__annotations__", {}))  # noqa: RUF063 - inspect is slow to load


def evaluated(annotation: Any, names: Names) -> Any:
    """Evaluate quoted annotations, aliases, and new types until a type is left.

    Args:
        annotation: as written.
        names: where names are looked up.

    Raises:
        Unsupported: a name in it isn't defined, or it isn't valid Python.
    """
    while True:
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            annotation = _evaluated_text(annotation, names)
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType" and hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        else:
            return annotation


def _evaluated_text(text: str, names: Names) -> Any:
    try:
        return eval(text, names.globals, names.locals)
    except NameError as error:
        raise Unresolved(
            f"the annotation {text!r} can't be resolved: {error}",
            "Import or define that name in the model's file, outside of `if TYPE_CHECKING:`.",
        ) from None
    except Exception as error:
        raise Unsupported(
            f"the annotation {text!r} can't be resolved: {type(error).__name__}: {error}", "Correct it."
        ) from None


def spelled(annotation: Any) -> str:
    """Return an annotation the way it is written."""
    if annotation is None or annotation is type(None):
        return "None"
    if isinstance(annotation, FieldInfo):
        return "Input(…)"
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")
