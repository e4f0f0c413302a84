"""Outputs that can't be sent."""

from __future__ import annotations

__all__ = ["OutputError", "described"]


class OutputError(Exception):
    """An output that can't be sent. Its text follows `Prediction failed: `."""


def described(error: BaseException) -> str:
    """Return `TypeName: text` for an exception, whatever its `__str__` does."""
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"
    return f"{type(error).__name__}: {text}"
