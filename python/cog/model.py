"""`BaseModel`: structured values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import field

    from typing_extensions import dataclass_transform
else:
    field = None

    def dataclass_transform(**_):
        """Stand in for the function of the same name, which only type checkers need."""
        return lambda cls: cls


@dataclass_transform(field_specifiers=(field,))
class BaseModel:
    """A structured output or input. Each subclass becomes a dataclass.

    Class keywords: `auto_dataclass=False` leaves the class as it is written; all others go to `dataclasses.dataclass`.

    Raises:
        TypeError: another class stands before the BaseModel among the bases, or a further base is a dataclass.
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
            dataclasses.dataclass(init=init, **options)(cls)
