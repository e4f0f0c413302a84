"""Examines all items of a container without running the interpreter for each."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["types_in"]

if "_coglet" in sys.builtin_module_names:  # In a worker.
    from _coglet import types_in
else:

    def types_in(container: list[Any] | tuple[Any, ...] | dict[Any, Any], /) -> set[type[Any]]:
        """Return the types of the items of a list or tuple, or of the values of a dictionary."""
        return set(map(type, container.values() if type(container) is dict else container))
