"""A registry for encoders of a model's own types. It has no effect on schemas or values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Coder(ABC):
    """Turns values of a type into plain JSON values and back."""

    _coders: set[type[Coder]] = set()

    @staticmethod
    def register(coder: type[Coder]) -> None:
        """Add a coder.

        Args:
            coder: the class; adding it twice changes nothing.
        """
        Coder._coders.add(coder)

    @staticmethod
    def lookup(tpe: type[Any]) -> Coder | None:
        """Find a coder for a type.

        Args:
            tpe: the type.

        Returns:
            The coder that the first matching registered class makes, or None.
        """
        for coder in Coder._coders:
            found = coder.factory(tpe)
            if found is not None:
                return found
        return None

    @staticmethod
    @abstractmethod
    def factory(tpe: type[Any]) -> Coder | None:
        """Return a coder for `tpe`, or None if this class has none."""

    @abstractmethod
    def encode(self, value: Any) -> dict[str, Any]:
        """Return `value` as plain JSON values."""

    @abstractmethod
    def decode(self, value: dict[str, Any]) -> Any:
        """Return the value that `encode` was given."""
