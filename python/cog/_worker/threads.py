"""Threads inherit their starter's context, so their logs and metrics belong to the same prediction."""

from __future__ import annotations

import contextvars
import functools
import sys
import threading
from collections.abc import Callable
from typing import Any


def inherit_context() -> None:
    """Run new threads and jobs of thread pools in a copy of their starter's context."""
    start = threading.Thread.start

    @functools.wraps(start)
    def start_in_context(self: threading.Thread) -> None:
        # A subclass may override `run`: the instance attribute takes precedence over both.
        self.run = functools.partial(contextvars.copy_context().run, self.run)  # type: ignore[method-assign]
        start(self)

    threading.Thread.start = start_in_context  # type: ignore[method-assign]
    if "concurrent.futures.thread" in sys.modules or "asyncio" in sys.modules:
        _let_pools_inherit()


def _let_pools_inherit() -> None:
    from concurrent.futures import ThreadPoolExecutor

    submit: Callable[..., Any] = ThreadPoolExecutor.submit

    @functools.wraps(submit)
    def submit_in_context(self: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return submit(self, contextvars.copy_context().run, function, *args, **kwargs)

    ThreadPoolExecutor.submit = submit_in_context  # type: ignore[method-assign, assignment]
