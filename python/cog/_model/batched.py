"""The decorator `batched`, and `SKIP`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

_Function = TypeVar("_Function", bound=Callable[..., Any])

# The largest batch; the same as TokenList.limit in Sources/WorkerProtocol.
MAX_SIZE = 1024
# A longer wait is probably meant in milliseconds.
MAX_WAIT_SECONDS = 60.0


class Batching:
    """How the requests for a batched method are gathered.

    Attributes:
        max_size: how many requests one call answers at most.
        max_wait: how many seconds the first request waits for others.
    """

    __slots__ = ("max_size", "max_wait")

    def __init__(self, max_size: int, max_wait: float) -> None:
        self.max_size = max_size
        self.max_wait = max_wait


class _Skip:
    __slots__ = ()

    def __repr__(self) -> str:
        return "cog.SKIP"

    def __reduce__(self) -> str:
        return "SKIP"  # Copies and unpickled values are this same object.


# Typed as Any because it appears among values of any type.
SKIP: Any = _Skip()
"""An item of a list that a batched generator yields, for a request that gets no output in this step."""


@overload
def batched(fn: _Function) -> _Function: ...
@overload
def batched(fn: None = None, *, max_size: int = 16, max_wait: float = 0.005) -> Callable[[_Function], _Function]: ...
def batched(fn: Any = None, *, max_size: int = 16, max_wait: float = 0.005) -> Any:
    """Let one call of a method answer several requests.

    The method takes a list for each input and returns a list; item `i` of each belongs to request `i`. A generator
    yields such lists.

    Args:
        fn: the method; absent for `@batched(max_size=…)`.
        max_size: how many requests one call answers at most, 1 to 1024.
        max_wait: how many seconds a request waits for others, 0 to 60.

    Returns:
        The method itself.

    Raises:
        TypeError: an argument has the wrong type, or `fn` is not a function or is already batched.
        ValueError: a number is out of range.
    """
    if isinstance(max_size, bool) or not isinstance(max_size, int):
        raise TypeError(f"batched max_size must be an integer, got {max_size!r}")
    if not 1 <= max_size <= MAX_SIZE:
        raise ValueError(f"batched max_size must be from 1 to {MAX_SIZE}, got {max_size}")
    if isinstance(max_wait, bool) or not isinstance(max_wait, (int, float)):
        raise TypeError(f"batched max_wait must be a number of seconds, got {max_wait!r}")
    if not 0 <= max_wait <= MAX_WAIT_SECONDS:
        raise ValueError(f"batched max_wait must be from 0 to {MAX_WAIT_SECONDS:g} seconds, got {max_wait}")

    def decorate(fn: Any) -> Any:
        if not hasattr(fn, "__code__"):
            raise TypeError(f"batched is for functions and methods, got {type(fn).__name__}")
        if batching_of(fn) is not None:
            raise TypeError(f"{fn.__name__}() is batched already: remove one @batched")
        fn.__cog_batched__ = Batching(max_size, float(max_wait))
        return fn

    return decorate if fn is None else decorate(fn)


def batching_of(callable_: Any) -> Batching | None:
    """Return how the requests for a function are gathered.

    Args:
        callable_: a function or bound method; wrappers made with `functools.wraps` are looked through.

    Returns:
        The arguments of `batched`; None if the function isn't batched.
    """
    while callable_ is not None:
        found = getattr(callable_, "__cog_batched__", None)
        if isinstance(found, Batching):
            return found
        callable_ = getattr(callable_, "__wrapped__", None)
    return None
