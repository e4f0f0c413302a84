"""Forms: what annotations mean, with one class for each kind of value, however its type was spelled.

The document, the conversion of inputs, and the places of files all follow from forms. Each of them decides with a
`match` over the classes that ends in `assert_never`, so a type checker finds the form that it forgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias

from ..input import FieldInfo
from .annotations import Unsupported, annotations_of
from .json_values import SCALARS, json_value, value_type
from .records import Record

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_):
        """Stand in for the function of the same name, which is needed only by type checkers."""
        return lambda cls: cls


def _by_name(*, default: Any, kw_only: bool) -> Any:
    """Declare a field that is given by name."""
    return default


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(_by_name,))
class _Form:
    """A frozen dataclass. The standard library's takes longer to load than all of this package."""

    is_nullable: ClassVar[bool] = False  # Whether None is allowed.
    _fields: ClassVar[tuple[str, ...]] = ()

    limits: FieldInfo | None = _by_name(default=None, kw_only=True)  # The limits of an `Input(…)` within a type.

    def __init_subclass__(cls) -> None:
        cls._fields = tuple([name for name, each in annotations_of(cls).items() if "ClassVar" not in str(each)])
        if not TYPE_CHECKING:  # Type checkers know this for dataclasses.
            cls.__match_args__ = cls._fields

    def __init__(self, *values: Any, **named: Any) -> None:
        self.__dict__.update(zip(self._fields, values, strict=False), **named)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a form can't be changed: {name}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([repr(getattr(self, name)) for name in self._fields])})"

    @property
    def parts(self) -> tuple[Form, ...]:
        """The forms of the values within."""
        return ()

    def with_limits(self, limits: FieldInfo) -> Self:
        """Return the same form with the limits of an `Input(…)` within the type."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, limits=limits)
        return made


# MARK: - Single values


class Leaf(_Form):
    """A value that holds no others. Inputs and outputs have the same schema."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the values."""
        raise NotImplementedError

    @property
    def takes_text(self) -> bool:
        """Whether a client may send a string that is not a URL."""
        return False


class ScalarForm(Leaf):
    """A str, int, float, or bool."""

    cls: type[Any]

    def schema(self) -> dict[str, Any]:
        return {"type": SCALARS[self.cls]}

    @property
    def takes_text(self) -> bool:
        return self.cls is str


class PathForm(Leaf):
    """A file that the model gets as a path."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


class FileForm(Leaf):
    """A file that the model gets as an open file."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


class SecretForm(Leaf):
    """A text that must not be shown."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}

    @property
    def takes_text(self) -> bool:
        return True


class DatetimeForm(Leaf):
    """A time. Inputs have no times."""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    @property
    def takes_text(self) -> bool:
        return True


class ChoiceForm(Leaf):
    """One of the values of a Literal, or one of the members of an Enum."""

    values: tuple[Any, ...]

    def schema(self) -> dict[str, Any]:
        values = [json_value(value) for value in self.values]
        shared = value_type(values)
        return {"enum": values} if shared is None else {"type": shared, "enum": values}

    @property
    def takes_text(self) -> bool:
        return any(isinstance(json_value(value), str) for value in self.values)


# MARK: - Values that hold others


class ListForm(_Form):
    """A list, of any items if `item` is None."""

    item: Form | None = None

    @property
    def parts(self) -> tuple[Form, ...]:
        return () if self.item is None else (self.item,)


class SetForm(_Form):
    """A set, of any items if `item` is None. Inputs have no sets."""

    item: Form | None = None

    @property
    def parts(self) -> tuple[Form, ...]:
        return () if self.item is None else (self.item,)


class DictForm(_Form):
    """A dictionary. Its keys are any texts if `key` is None, and its values are anything if `value` is None."""

    key: Form | None = None
    value: Form | None = None

    @property
    def parts(self) -> tuple[Form, ...]:
        return () if self.value is None else (self.value,)


class TupleForm(_Form):
    """A tuple. Inputs have no tuples."""

    items: tuple[Form, ...] = ()

    @property
    def parts(self) -> tuple[Form, ...]:
        return self.items


class IteratorForm(_Form):
    """Output that comes item by item. If it `concatenates`, clients join the items into one text."""

    item: Form
    concatenates: bool

    @property
    def parts(self) -> tuple[Form, ...]:
        return (self.item,)


class UnionForm(_Form):
    """A value of one of several forms, none of which is None."""

    members: tuple[Form, ...]

    @property
    def parts(self) -> tuple[Form, ...]:
        return self.members


class NullableForm(_Form):
    """None, or a value of another form."""

    is_nullable: ClassVar[bool] = True

    inner: Form

    @property
    def parts(self) -> tuple[Form, ...]:
        return (self.inner,)


class RecordForm(_Form):
    """An object of a class with named fields; `record_forms` finds the forms of those."""

    record: Record


# MARK: - Values that are not described


class AnyForm(_Form):
    """`Any`: any JSON value, which clients know as an object."""


class OpaqueForm(_Form):
    """An object whose contents only the model knows: `Annotated[T, Opaque]`."""


class UnknownForm(_Form):
    """Any JSON value, because the annotation is unreadable or only pydantic knows the type."""


class NoneForm(_Form):
    """None alone."""

    is_nullable: ClassVar[bool] = True


class UnsupportedForm(_Form):
    """The contents of a dictionary or a `TypedDict` that can't be described."""

    problem: Unsupported


Form: TypeAlias = (
    ScalarForm
    | PathForm
    | FileForm
    | SecretForm
    | DatetimeForm
    | ChoiceForm
    | ListForm
    | SetForm
    | DictForm
    | TupleForm
    | IteratorForm
    | UnionForm
    | NullableForm
    | RecordForm
    | AnyForm
    | OpaqueForm
    | UnknownForm
    | NoneForm
    | UnsupportedForm
)


def without_none(form: Form) -> Form:
    """Return the form of the values other than None."""
    return form.inner if isinstance(form, NullableForm) else form


def with_default(form: Form, default: Any) -> Form:
    """Return what a client may send where these values have a default: if that is None, null too.

    Args:
        form: what the values are.
        default: the default; anything but None changes nothing.
    """
    return NullableForm(form) if default is None and not form.is_nullable else form


def assert_never(form: NoReturn) -> NoReturn:
    """Let type checkers prove that no form gets here. `typing` has this function from Python 3.11 on."""
    raise AssertionError(f"{form!r} was forgotten")
