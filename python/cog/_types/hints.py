"""What to write instead of an annotation that has no form."""

from __future__ import annotations

import typing
from collections import abc
from typing import Any

from ..input import FieldInfo
from .annotations import spelled
from .records import record_of

# What to write instead of a type that describes its values less precisely.
_PLAIN: dict[Any, str] = {
    abc.Sequence: "list",
    abc.MutableSequence: "list",
    abc.Collection: "list",
    abc.Set: "list",
    abc.MutableSet: "list",
    abc.Mapping: "dict",
    abc.MutableMapping: "dict",
}


def fix_for(annotation: Any) -> str:
    """Return what the author of an annotation that isn't supported should write instead, as a sentence."""
    module = getattr(annotation, "__module__", "builtins")
    if annotation is bytes or annotation is bytearray:
        return "Use cog.Path for binary data."
    origin = typing.get_origin(annotation)
    if origin in _PLAIN:
        return f"Use {_PLAIN[origin]}[{', '.join([spelled(argument) for argument in typing.get_args(annotation)])}]."
    if isinstance(annotation, typing.TypeVar) or (isinstance(origin, type) and record_of(origin) is not None):
        return "Write a separate class with the types filled in."
    if isinstance(annotation, FieldInfo):
        return "Write the type after the colon and Input(…) after the equals sign."
    if module in ("datetime", "decimal", "uuid"):
        return "Use str."
    if module.partition(".")[0] == "pydantic":
        return "Make it a field of a pydantic model, or use str."
    if module in ("builtins", "typing", "collections.abc"):
        return "Use str, int, float, bool, cog.Path, list, dict, or a class that derives from cog.BaseModel."
    return (
        f"If its values are JSON objects, write Annotated[{spelled(annotation)}, cog.Opaque]; "
        "otherwise, derive it from cog.BaseModel."
    )
