"""A problem with an input, and its position."""

from __future__ import annotations

import json
from typing import Any


class InputError(ValueError):
    """An input that can't be converted.

    Attributes:
        field: the JSON pointer of the value within `input`, without the leading slash.
        message: the problem.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def shown(value: Any) -> str:
    """Return a value as shown in validation errors: compact JSON with sorted keys."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except (TypeError, ValueError):
        return repr(value)


def escaped(name: str) -> str:
    """Return an object's key as a JSON pointer spells it."""
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name
