"""The decorators `streaming` and `concurrent`."""

from __future__ import annotations

from _weakrefset import WeakSet
from collections.abc import Callable
from typing import Any, TypeVar, overload

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Functions that carry @streaming. The decorator leaves no mark on the function itself.
_streaming: WeakSet[Any] = WeakSet()

_CO_COROUTINE = 0x80
_CO_ASYNC_GENERATOR = 0x200


@overload
def streaming(fn: _Function) -> _Function: ...
@overload
def streaming(fn: None = None) -> Callable[[_Function], _Function]: ...
def streaming(fn: Any = None) -> Any:
    """Let clients receive the output as an event stream.

    The method must return one of `Iterator`, `AsyncIterator`, `ConcatenateIterator` or `AsyncConcatenateIterator`.

    Args:
        fn: the method; absent for `@streaming()`.

    Returns:
        The method itself, unchanged.
    """
    if fn is None:
        return streaming
    _streaming.add(fn)
    return fn


def is_streaming(fn: Any) -> bool:
    """Return whether `fn`, or a function that it wraps, was decorated with `streaming`."""
    fn = getattr(fn, "__func__", fn)
    while fn is not None:
        try:
            if fn in _streaming:
                return True
        except TypeError:  # Neither hashable nor weakly referable: never decorated.
            pass
        fn = getattr(fn, "__wrapped__", None)
    return False


@overload
def concurrent(fn: _Function) -> _Function: ...
@overload
def concurrent(fn: None = None, *, max: int = 1, threads: bool = False) -> Callable[[_Function], _Function]: ...
def concurrent(fn: Any = None, *, max: int = 1, threads: bool = False) -> Any:
    """Let a method run several predictions at a time.

    The environment variable COG_MAX_CONCURRENCY overrides the number.

    Args:
        fn: the method; absent for `@concurrent(max=…)`.
        max: how many predictions may run at a time.
        threads: the method is a plain function that may be called on many threads at a time. Otherwise, it must be
            asynchronous, or `max` must be 1.

    Returns:
        The method itself.

    Raises:
        TypeError: `max` isn't an integer, or is above 1 on a method that is neither asynchronous nor allowed on
            threads; or `threads` is set on an asynchronous method.
        ValueError: `max` is below 1.
    """
    if isinstance(max, bool) or not isinstance(max, int):
        raise TypeError("concurrent max must be an integer")
    if max < 1:
        raise ValueError("concurrent max must be at least 1")
    if fn is not None and not callable(fn):
        raise TypeError("concurrent must be used as @concurrent or @concurrent(max=...)")

    def decorate(fn: Any) -> Any:
        if threads and _is_asynchronous(fn):
            raise TypeError("concurrent threads is for functions that are not async")
        if max > 1 and not threads and not _is_asynchronous(fn):
            raise TypeError("concurrent max greater than 1 requires an async function")
        fn.__cog_concurrent_max__ = max
        fn.__cog_concurrent_threads__ = threads
        return fn

    return decorate if fn is None else decorate(fn)


def _is_asynchronous(fn: Any) -> bool:
    code = getattr(fn, "__code__", None)
    return code is not None and bool(code.co_flags & (_CO_COROUTINE | _CO_ASYNC_GENERATOR))
