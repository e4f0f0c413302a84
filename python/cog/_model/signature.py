"""The parameters of a model's method, as they were written. Avoids `inspect`, which is slow to load."""

from __future__ import annotations

from typing import Any

CO_VARARGS = 0x04
CO_VARKEYWORDS = 0x08
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ASYNC_GENERATOR = 0x200


class _Empty:
    """Marks something that the author left out."""

    def __repr__(self) -> str:
        return "EMPTY"


EMPTY = _Empty()

# The defaults of functions before `cog._model.plain_calls` removed each `Input(…)` from them.
_written: dict[Any, tuple[tuple[Any, ...] | None, dict[str, Any] | None]] = {}


class Parameter:
    """A parameter.

    Attributes:
        name: its name.
        annotation: the text after the colon, not evaluated; EMPTY if there is none.
        default: the value after the equals sign; EMPTY if there is none.
        is_positional_only: it can't be given by name.
    """

    __slots__ = ("annotation", "default", "is_positional_only", "name")

    def __init__(self, name: str, annotation: Any, default: Any, is_positional_only: bool) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.is_positional_only = is_positional_only


class Signature:
    """The parameters and the return type of a function.

    Attributes:
        function: the plain function at the bottom of all decorators.
        name: its name.
        parameters: in order, without `self`.
        returns: the return annotation, not evaluated; EMPTY if there is none.
        variadic: annotated `*args` and `**kwargs`, by name.
    """

    __slots__ = ("function", "name", "parameters", "returns", "variadic")

    def __init__(self, function: Any, is_bound: bool) -> None:
        code = function.__code__
        annotations = getattr(function, "__annotations__", None) or {}
        defaults, keyword_defaults = _written.get(function, (function.__defaults__, function.__kwdefaults__))
        defaults = defaults or ()
        keyword_defaults = keyword_defaults or {}
        names = code.co_varnames
        positional = names[: code.co_argcount]
        first_default = len(positional) - len(defaults)
        self.function = function
        self.name: str = function.__name__
        self.returns: Any = annotations.get("return", EMPTY)
        self.parameters: list[Parameter] = []
        for index, name in enumerate(positional):
            if is_bound and index == 0:
                continue
            default = defaults[index - first_default] if index >= first_default else EMPTY
            self.parameters.append(
                Parameter(name, annotations.get(name, EMPTY), default, index < code.co_posonlyargcount)
            )
        end = code.co_argcount + code.co_kwonlyargcount
        for name in names[code.co_argcount : end]:
            self.parameters.append(
                Parameter(name, annotations.get(name, EMPTY), keyword_defaults.get(name, EMPTY), False)
            )
        extra = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
        self.variadic = [name for name in names[end : end + extra] if name in annotations]


def innermost(callable_: Any) -> tuple[Any, bool]:
    """Find the function inside its decorators.

    Args:
        callable_: a function or bound method.

    Returns:
        The function, or None if it isn't a Python function; and whether its first parameter is already bound.
    """
    is_bound = getattr(callable_, "__self__", None) is not None and hasattr(callable_, "__func__")
    function = getattr(callable_, "__func__", callable_)
    seen: set[int] = set()
    while id(function) not in seen:
        seen.add(id(function))
        wrapped = getattr(function, "__wrapped__", None)
        if wrapped is None:
            break
        if hasattr(wrapped, "__func__"):
            is_bound = True
            wrapped = wrapped.__func__
        function = wrapped
    return (function if hasattr(function, "__code__") else None), is_bound


def defaults_as_written(function: Any) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
    """Return a function's defaults as its author wrote them, and keep them, because they may be replaced later.

    Args:
        function: a plain function.

    Returns:
        The defaults of positional parameters, and those of keyword-only ones, as Python keeps them.
    """
    if function not in _written:
        keyword_defaults = function.__kwdefaults__
        _written[function] = (function.__defaults__, dict(keyword_defaults) if keyword_defaults else None)
    return _written[function]


def signature_of(callable_: Any) -> Signature | None:
    """Read the signature of a function or bound method.

    Args:
        callable_: the function to call; wrappers made with `functools.wraps` are unwrapped.

    Returns:
        The signature, or None if it isn't a Python function.
    """
    function, is_bound = innermost(callable_)
    return None if function is None else Signature(function, is_bound)


def parameter_names(callable_: Any) -> list[str]:
    """Return the names of the parameters of a function or bound method."""
    signature = signature_of(callable_)
    return [] if signature is None else [parameter.name for parameter in signature.parameters]


def kind_of(callable_: Any) -> str:
    """Return how a function runs: "function", "generator", "coroutine" or "async_generator".

    Args:
        callable_: a function or bound method; the result of its decorators counts.
    """
    function = getattr(callable_, "__func__", callable_)
    code = getattr(function, "__code__", None)
    flags = code.co_flags if code is not None else 0
    if flags & CO_ASYNC_GENERATOR:
        return "async_generator"
    marks = getattr(function, "__dict__", {})
    if flags & CO_COROUTINE or "_is_coroutine_mark" in marks or "_is_coroutine" in marks:
        return "coroutine"
    return "generator" if flags & CO_GENERATOR else "function"
