"""The parameters of a model's method, as they were written. Does without `inspect`, which is slow to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..input import FieldInfo

CO_VARARGS = 0x04
CO_VARKEYWORDS = 0x08
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ASYNC_GENERATOR = 0x200


class _Empty:
    """Stands where nothing was written."""

    def __repr__(self) -> str:
        return "EMPTY"


EMPTY = _Empty()

# The defaults of functions as they were before `unwrap_defaults` took the `Input(…)` out of them.
_written: dict[Any, tuple[tuple[Any, ...] | None, dict[str, Any] | None]] = {}


class Parameter:
    """A parameter.

    Attributes:
        name: its name.
        annotation: what stands after the colon, not evaluated; EMPTY if nothing does.
        default: what stands after the equals sign; EMPTY if nothing does.
        is_positional_only: it can't be given by name.
    """

    __slots__ = ("annotation", "default", "is_positional_only", "name")

    def __init__(self, name: str, annotation: Any, default: Any, is_positional_only: bool) -> None:
        self.name = name
        self.annotation = annotation
        self.default = default
        self.is_positional_only = is_positional_only


class Signature:
    """What a function takes and returns.

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
    """Find the function that decorators were put around.

    Args:
        callable_: a function or bound method.

    Returns:
        The function, or None where there is no Python function; and whether its first parameter is taken already.
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


def signature_of(callable_: Any) -> Signature | None:
    """Read the signature of a function or bound method.

    Args:
        callable_: what is to be called; wrappers made with `functools.wraps` are looked through.

    Returns:
        The signature, or None where there is no Python function to read.
    """
    function, is_bound = innermost(callable_)
    return None if function is None else Signature(function, is_bound)


def parameter_names(callable_: Any) -> list[str]:
    """Return the names of the parameters of a function or bound method."""
    signature = signature_of(callable_)
    return [] if signature is None else [parameter.name for parameter in signature.parameters]


def unwrap_defaults(callable_: Any) -> None:
    """Put the defaults themselves in the place of each `Input(…)`, so that the model may call its own methods.

    An `Input(…)` without a default gives None, and one with a factory what the factory makes now.

    Args:
        callable_: a function or bound method. It is changed, which may be one that a parent class owns.
    """
    function, _ = innermost(callable_)
    if function is not None:
        defaults, keyword_defaults = _as_written(function)
        function.__defaults__ = defaults and tuple([_plain(default) for default in defaults])
        function.__kwdefaults__ = keyword_defaults and {name: _plain(each) for name, each in keyword_defaults.items()}


def let_be_called(cls: type[Any], names: tuple[str, ...]) -> None:
    """Let methods of a class be called from plain Python: they then see the defaults instead of each `Input(…)`.

    Args:
        cls: the class; its methods are changed.
        names: what they are called. Those that the class doesn't define itself are passed over.
    """
    for name in names:
        method = cls.__dict__.get(name)
        if not hasattr(method, "__code__"):
            continue
        function, _ = innermost(method)
        makers = {**_leave_plain_defaults(function), **_annotated_defaults(function)}
        if "__cog_batched__" in method.__dict__:
            from .batched_calls import with_listed_defaults

            setattr(cls, name, with_listed_defaults(method))
        elif makers:
            setattr(cls, name, _with_fresh_defaults(method, function, makers))


def served(method: Any) -> Any:
    """Return the method that a server calls, whose inputs are all given: as it was written in its class."""
    original = getattr(getattr(method, "__func__", None), "__dict__", {}).get("__cog_served__")
    return method if original is None else original.__get__(method.__self__)


def _as_written(function: Any) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
    if function not in _written:
        keyword_defaults = function.__kwdefaults__
        _written[function] = (function.__defaults__, dict(keyword_defaults) if keyword_defaults else None)
    return _written[function]


def _leave_plain_defaults(function: Any) -> dict[str, Callable[[], Any]]:
    """Take each `Input(…)` out of a function's defaults, and return what makes those that are made for each call."""
    defaults, keyword_defaults = _as_written(function)
    defaults, keyword_defaults = defaults or (), keyword_defaults or {}
    code = function.__code__
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    made = {name: maker for name, each in [*zip(names, defaults), *keyword_defaults.items()] if (maker := _maker(each))}  # noqa: B905
    # What has no default is required, as far as Python allows it: none may follow one that has a default.
    required = 0
    while required < len(defaults) and _is_required(defaults[required]):
        required += 1
    function.__defaults__ = tuple([_unless_made(each) for each in defaults[required:]]) or None
    function.__kwdefaults__ = {
        name: _unless_made(each) for name, each in keyword_defaults.items() if not _is_required(each)
    } or None
    return made


def _annotated_defaults(function: Any) -> dict[str, Callable[[], Any]]:
    """Return what makes the defaults that stand in `Annotated[T, Input(…)]`."""
    made = {}
    for name, annotation in (getattr(function, "__annotations__", None) or {}).items():
        metadata = getattr(annotation, "__metadata__", ())
        if (isinstance(annotation, str) and "Input(" in annotation) or any(
            isinstance(each, FieldInfo) for each in metadata
        ):
            made[name] = _annotated_maker(annotation, function)
    given = _as_written(function)
    code = function.__code__
    first = code.co_argcount - len(given[0] or ())
    without_default = {*code.co_varnames[:first], *code.co_varnames[code.co_argcount :]} - (given[1] or {}).keys()
    return {name: maker for name, maker in made.items() if name in without_default}


def _annotated_maker(annotation: Any, function: Any) -> Callable[[], Any]:
    def make() -> Any:
        from .._types import forms

        if isinstance(annotation, str):
            evaluated = forms.evaluated(annotation, forms.Names(function.__globals__))
        else:
            evaluated = annotation
        for each in getattr(evaluated, "__metadata__", ()):
            if isinstance(each, FieldInfo) and not _is_required(each):
                maker = _maker(each)
                return each.default if maker is None else maker()
        return EMPTY

    return make


def _is_required(default: Any) -> bool:
    if not isinstance(default, FieldInfo):
        return False
    return not default.__dict__["_has_default"] and default.__dict__["_default_factory"] is None


def _maker(default: Any) -> Callable[[], Any] | None:
    """Return what makes the default of an `Input(…)` for each call, None where the default itself will do."""
    if not isinstance(default, FieldInfo):
        return None
    factory: Callable[[], Any] | None = default.__dict__["_default_factory"]
    value = default.default
    if factory is not None or type(value).__hash__ is not None:
        return factory

    def copied() -> Any:
        import copy

        return copy.deepcopy(value)

    return copied


def _unless_made(default: Any) -> Any:
    return default if _maker(default) else _plain(default)


def _with_fresh_defaults(method: Any, function: Any, makers: dict[str, Callable[[], Any]]) -> Any:
    code = function.__code__
    positions = {name: index for index, name in enumerate(code.co_varnames[: code.co_argcount])}

    def completed(arguments: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        for name, make in makers.items():
            is_missing = name not in named and positions.get(name, len(arguments)) >= len(arguments)
            if is_missing and (default := make()) is not EMPTY:
                named[name] = default
        return named

    return completing(method, completed)


def completing(method: Any, completed: Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a method for plain Python that is called with more arguments than it was given.

    Args:
        method: what the server calls.
        completed: returns the named arguments, those included that were left out.
    """
    import functools

    def call(*arguments: Any, **named: Any) -> Any:
        return method(*arguments, **completed(arguments, named))

    async def call_coroutine(*arguments: Any, **named: Any) -> Any:
        return await method(*arguments, **completed(arguments, named))

    made = functools.wraps(method)(call_coroutine if kind_of(method) == "coroutine" else call)
    made.__dict__["__cog_served__"] = method
    return made


def _plain(default: Any) -> Any:
    if not isinstance(default, FieldInfo):
        return default
    factory: Callable[[], Any] | None = default.__dict__.get("_default_factory")
    return factory() if factory is not None else default.default


def kind_of(callable_: Any) -> str:
    """Tell how a function runs: "function", "generator", "coroutine" or "async_generator".

    Args:
        callable_: a function or bound method; what decorators made of it counts.
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
