"""Lets the methods of a model be called from plain Python, as its own unit tests do, with each `Input(…)` resolved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..input import FieldInfo
from .signature import EMPTY, defaults_as_written, innermost, kind_of


def unwrap_defaults(callable_: Any) -> None:
    """Replace each `Input(…)` with its default, so that the model may call its own methods.

    An `Input(…)` without a default becomes None, and one with a factory becomes the factory's value.

    Args:
        callable_: a function or bound method. It is changed, even if it belongs to a parent class.
    """
    function, _ = innermost(callable_)
    if function is not None:
        defaults, keyword_defaults = defaults_as_written(function)
        function.__defaults__ = defaults and tuple([_plain(default) for default in defaults])
        function.__kwdefaults__ = keyword_defaults and {name: _plain(each) for name, each in keyword_defaults.items()}


def let_be_called(cls: type[Any], names: tuple[str, ...]) -> None:
    """Let methods of a class be called from plain Python, with the default in place of each `Input(…)`.

    Args:
        cls: the class; its methods are changed.
        names: the methods' names. Those that the class doesn't define itself are skipped.
    """
    for name in names:
        method = cls.__dict__.get(name)
        if not hasattr(method, "__code__"):
            continue
        function, _ = innermost(method)
        makers = {**_leave_plain_defaults(function), **_annotated_defaults(function)}
        if "__cog_batched__" in method.__dict__:
            setattr(cls, name, _with_listed_defaults(method))
        elif makers:
            setattr(cls, name, _with_fresh_defaults(method, function, makers))


def served(method: Any) -> Any:
    """Return the method that a server calls with all inputs: the one written in its class."""
    original = getattr(getattr(method, "__func__", None), "__dict__", {}).get("__cog_served__")
    return method if original is None else original.__get__(method.__self__)


def _leave_plain_defaults(function: Any) -> dict[str, Callable[[], Any]]:
    """Remove each `Input(…)` from a function's defaults; return the makers of defaults that each call needs anew."""
    defaults, keyword_defaults = defaults_as_written(function)
    defaults, keyword_defaults = defaults or (), keyword_defaults or {}
    code = function.__code__
    names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    made = {name: maker for name, each in [*zip(names, defaults), *keyword_defaults.items()] if (maker := _maker(each))}  # noqa: B905
    # Parameters without a default are required, unless they follow one with a default: Python doesn't allow that.
    required = 0
    while required < len(defaults) and _is_required(defaults[required]):
        required += 1
    function.__defaults__ = tuple([_unless_made(each) for each in defaults[required:]]) or None
    function.__kwdefaults__ = {
        name: _unless_made(each) for name, each in keyword_defaults.items() if not _is_required(each)
    } or None
    return made


def _annotated_defaults(function: Any) -> dict[str, Callable[[], Any]]:
    """Return the makers of the defaults in `Annotated[T, Input(…)]`."""
    made = {}
    for name, annotation in (getattr(function, "__annotations__", None) or {}).items():
        metadata = getattr(annotation, "__metadata__", ())
        if (isinstance(annotation, str) and "Input(" in annotation) or any(
            isinstance(each, FieldInfo) for each in metadata
        ):
            made[name] = _annotated_maker(annotation, function)
    given = defaults_as_written(function)
    code = function.__code__
    first = code.co_argcount - len(given[0] or ())
    without_default = {*code.co_varnames[:first], *code.co_varnames[code.co_argcount :]} - (given[1] or {}).keys()
    return {name: maker for name, maker in made.items() if name in without_default}


def _annotated_maker(annotation: Any, function: Any) -> Callable[[], Any]:
    def make() -> Any:
        found = annotation
        if isinstance(annotation, str):
            from .._types.annotations import Names, evaluated

            found = evaluated(annotation, Names(function.__globals__))
        for each in getattr(found, "__metadata__", ()):
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
    """Return the maker of an `Input(…)`'s default for each call; None if the default itself can be used."""
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

    return _completing(method, completed)


def _with_listed_defaults(method: Any) -> Any:
    """Return a method that fills in the default of a missing input for each of the requests.

    Args:
        method: a batched method, as the class defines it.
    """
    function, _ = innermost(method)
    code = function.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    makers: dict[str, Any] | None = None

    def completed(arguments: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        nonlocal makers
        if makers is None:
            from .._values.inputs import InputPlan

            makers = InputPlan(method).defaults
        given = {**dict(zip(positional, arguments[1:])), **named}  # noqa: B905 - some may be left out
        count = next((len(each) for each in given.values() if hasattr(each, "__len__")), 1)
        missing = {name: [make() for _ in range(count)] for name, make in makers.items() if name not in given}
        return {**named, **missing}

    return _completing(method, completed)


def _completing(method: Any, completed: Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a method for plain Python that fills in missing arguments.

    Args:
        method: the method that the server calls.
        completed: returns the named arguments, including those that were left out.
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
