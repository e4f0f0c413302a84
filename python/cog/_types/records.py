"""Classes with named fields: TypedDict, dataclass, cog.BaseModel, pydantic."""

from __future__ import annotations

import sys
import typing
from typing import Any, cast

from ..model import BaseModel
from ..types import _Opaque
from .annotations import annotations_of

MISSING: Any = object()


class Field:
    """A field.

    Attributes:
        name: as in the class.
        key: as in JSON; pydantic's alias.
        output_key: the key in outputs.
        annotation: as written.
        owner: the class that declares it.
        is_required: it has no default of any kind.
        has_value: it has a default that is a value, not a factory.
        default: that value, or MISSING.
        is_constructed: the constructor takes it.
    """

    __slots__ = (
        "annotation",
        "default",
        "has_value",
        "is_constructed",
        "is_required",
        "key",
        "name",
        "output_key",
        "owner",
    )

    def __init__(
        self,
        name: str,
        annotation: Any,
        owner: type[Any],
        is_required: bool,
        default: Any = MISSING,
        *,
        key: str | None = None,
        output_key: str | None = None,
        is_constructed: bool = True,
    ) -> None:
        self.name = name
        self.key = key if key is not None else name
        self.output_key = output_key if output_key is not None else self.key
        self.annotation = annotation
        self.owner = owner
        self.is_required = is_required
        self.default = default
        self.has_value = default is not MISSING
        self.is_constructed = is_constructed


class Record:
    """A class with named fields. `kind` is "typeddict", "dataclass" (cog.BaseModel too), "plain" or "pydantic"."""

    __slots__ = ("_fields", "cls", "kind")

    def __init__(self, cls: Any, kind: str) -> None:
        self.cls = cls
        self.kind = kind
        self._fields: list[Field] | None = None

    @property
    def is_root(self) -> bool:
        """Whether it is a pydantic RootModel: its values are those of its one field, without a name."""
        return is_root_model(self.cls)

    @property
    def fields(self) -> list[Field]:
        """The fields in order, parents' first."""
        fields = self._fields
        if fields is None:
            fields = self._fields = _READERS[self.kind](self.cls)
        return fields


def is_root_model(cls: Any) -> bool:
    """Return whether a class is a pydantic RootModel."""
    return bool(getattr(cls, "__pydantic_root_model__", False))


_known: dict[Any, Record] = {}


def record_of(cls: Any) -> Record | None:
    """Return the record that a class is.

    Args:
        cls: any class.

    Returns:
        The record, the same one at every call; None if the class isn't one.
    """
    record = _known.get(cls)
    if record is None:
        kind = _kind(cls)
        if kind is not None:
            record = _known[cls] = Record(cls, kind)
    return record


def _kind(cls: Any) -> str | None:
    if "pydantic" in sys.modules and (hasattr(cls, "model_fields") or hasattr(cls, "__fields__")):
        return "pydantic"
    if isinstance(cls, type) and issubclass(cls, dict) and hasattr(cls, "__required_keys__"):
        return "typeddict"
    if not isinstance(cls, type):
        return None
    if issubclass(cls, BaseModel) and "__dataclass_fields__" not in cls.__dict__:
        return "plain"
    return "dataclass" if hasattr(cls, "__dataclass_fields__") else None


def _owner(cls: type[Any], name: str) -> type[Any]:
    for base in cls.__mro__:
        if name in annotations_of(base):
            return base
    return cls


def _dataclass_fields(cls: type[Any]) -> list[Field]:
    import dataclasses

    found = []
    by_pydantic = cls.__dict__.get("__pydantic_fields__", {})  # of a dataclass of pydantic's
    for field in dataclasses.fields(cls):
        default = MISSING if field.default is dataclasses.MISSING else field.default
        required = default is MISSING and field.default_factory is dataclasses.MISSING
        if type(field.default_factory).__name__ == "Copied":
            default = cast(Any, field.default_factory).value
        owner = _owner(cls, field.name)
        key = getattr(by_pydantic.get(field.name), "serialization_alias", None)
        found.append(Field(field.name, field.type, owner, required, default, output_key=key, is_constructed=field.init))
    return found


def _plain_fields(cls: type[Any]) -> list[Field]:
    return [
        Field(name, annotation, cls, name not in cls.__dict__, cls.__dict__.get(name, MISSING))
        for name, annotation in annotations_of(cls).items()
        if "ClassVar" not in str(annotation)
    ]


def _typeddict_fields(cls: Any) -> list[Field]:
    annotations: dict[str, tuple[Any, Any]] = {}
    for base in reversed(_typeddict_bases(cls)):
        for name, annotation in annotations_of(base).items():
            # 3.10's TypedDict copies its parents' annotations: the first declaration, not the last copy, is kept.
            if name not in annotations or annotations[name][1] != annotation:
                annotations[name] = (base, annotation)
    return [
        Field(name, _without_mark(annotation), owner, _is_required(cls, owner, name, annotation))
        for name, (owner, annotation) in annotations.items()
    ]


def _typeddict_bases(cls: Any) -> list[Any]:
    # A TypedDict's MRO is only (cls, dict, object); its parents are in __orig_bases__.
    bases = [cls]
    for base in cls.__dict__.get("__orig_bases__", ()):
        if isinstance(base, type) and hasattr(base, "__required_keys__"):
            bases.extend(_typeddict_bases(base))
    return bases


def _is_required(cls: Any, owner: Any, name: str, annotation: Any) -> bool:
    mark = _mark(annotation)
    if mark:
        return mark == "Required"
    return bool(owner.__total__) if owner is not cls else name in cls.__required_keys__


def _mark(annotation: Any) -> str:
    """Return "Required" or "NotRequired" if the annotation is marked so; it may still be quoted."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    text = annotation if isinstance(annotation, str) else str(typing.get_origin(annotation) or "")
    head = text.partition("[")[0].rpartition(".")[2].strip()
    return head if head in ("Required", "NotRequired") else ""


def _without_mark(annotation: Any) -> Any:
    if not _mark(annotation):
        return annotation
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return annotation.partition("[")[2].rstrip().removesuffix("]")
    return typing.get_args(annotation)[0]


def _pydantic_fields(cls: Any) -> list[Field]:
    fields = cls.__dict__.get("__pydantic_fields__") or getattr(cls, "model_fields", None)
    if isinstance(fields, dict):
        return [_pydantic2_field(cls, name, field) for name, field in fields.items()]
    return [
        Field(
            name,
            # pydantic 1 takes Optional off the type and keeps it as a flag.
            typing.Optional[_unconstrained(field.outer_type_)]  # noqa: UP045
            if field.allow_none
            else _unconstrained(field.outer_type_),
            cls,
            bool(field.required),
            MISSING if field.required or field.default is None else field.default,
            key=field.alias,
        )
        for name, field in cls.__fields__.items()
    ]


def _unconstrained(annotation: Any) -> Any:
    """Return the plain type behind one that pydantic 1 has made for the limits of a field."""
    if isinstance(annotation, type) and annotation.__name__.startswith("Constrained"):
        return next((base for base in annotation.__mro__ if base in (str, int, float)), annotation)
    return annotation


def _pydantic2_field(cls: Any, name: str, field: Any) -> Field:
    default = MISSING
    if not field.is_required() and field.default_factory is None:
        default = field.default
    alias = field.validation_alias if isinstance(field.validation_alias, str) else field.alias
    annotation = field.annotation
    for extra in field.metadata:
        if isinstance(extra, _Opaque):
            annotation = typing.Annotated[annotation, extra]
    output_alias = field.serialization_alias or field.alias or name
    return Field(name, annotation, cls, field.is_required(), default, key=alias, output_key=output_alias)


_READERS = {
    "dataclass": _dataclass_fields,
    "plain": _plain_fields,
    "typeddict": _typeddict_fields,
    "pydantic": _pydantic_fields,
}
