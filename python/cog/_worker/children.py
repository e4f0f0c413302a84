"""Processes that the model starts.

What they print comes to the server by a pipe, what Python prints by frames, and the server can't know which was first.
So a process starts when the server has handled what was printed before.
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
    """Let every way to start a process wait for the server. To be called before the model is loaded."""
    os.register_at_fork(before=_coglet.settle)
    # The last one is what `subprocess` and `multiprocessing` start processes with.
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
