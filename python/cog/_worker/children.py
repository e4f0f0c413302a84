"""Processes that the model starts.

Their output reaches the server through a pipe, and Python's own output as frames, so the server can't know which came
first. A process therefore starts only after the server has handled the earlier output.
"""

from __future__ import annotations

import _posixsubprocess
import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import _coglet


def keep_order() -> None:
    """Make every way to start a process wait for the server. Call this before the model is loaded."""
    os.register_at_fork(before=_coglet.settle)
    # `subprocess` and `multiprocessing` use the last one.
    for module, name in (
        (os, "system"),
        (os, "posix_spawn"),
        (os, "posix_spawnp"),
        (_posixsubprocess, "fork_exec"),
    ):
        setattr(module, name, _after_settling(getattr(module, name)))
    loaded = sys.modules.get("subprocess")
    if loaded is not None and hasattr(loaded, "_fork_exec"):
        vars(loaded)["_fork_exec"] = _posixsubprocess.fork_exec


def _after_settling(start: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def settled(*arguments: Any, **options: Any) -> Any:
        _coglet.settle()
        return start(*arguments, **options)

    return settled
