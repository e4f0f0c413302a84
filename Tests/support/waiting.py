"""Waits for a condition with a deadline, never for a fixed time."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from .environment import DEADLINE

T = TypeVar("T")


def wait_for(probe: Callable[[], T], what: str = "condition", seconds: float = DEADLINE) -> T:
    """The first true value of `probe()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what} (last seen: {value!r})")
        time.sleep(0.01)


class Background:
    """A call on a separate thread; `result()` gives its value or raises what it raised."""

    def __init__(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self._value: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(call, args, kwargs), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[..., Any], args: Any, kwargs: Any) -> None:
        try:
            self._value = call(*args, **kwargs)
        except BaseException as error:  # raised again by result()
            self._error = error

    def done(self) -> bool:
        return not self._thread.is_alive()

    def result(self, seconds: float = DEADLINE) -> Any:
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise AssertionError(f"no answer within {seconds} s")
        if self._error:
            raise self._error
        return self._value
