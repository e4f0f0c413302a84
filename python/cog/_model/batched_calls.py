"""Calls of a batched method from plain Python, as a model's own unit tests make them."""

from __future__ import annotations

from typing import Any

from .signature import completing, innermost


def with_listed_defaults(method: Any) -> Any:
    """Return a method that gives an input which is left out its default for each of the requests.

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

    return completing(method, completed)
