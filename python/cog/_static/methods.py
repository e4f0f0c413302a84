"""Checks the methods of a model's class before their signatures are read."""

from __future__ import annotations

import ast

from .outcome import Mistake

_Method = ast.FunctionDef | ast.AsyncFunctionDef
# What `setup` may take: the server passes it the weights that its environment names.
_WEIGHTS = "weights"


def check(method: _Method) -> None:
    """Check how a method takes the model, and that the server can call `setup`.

    Args:
        method: its definition in the class.

    Raises:
        Mistake: nothing takes the model, or `setup` requires an argument that nothing passes.
    """
    if method.decorator_list:
        return  # The decorator decides how it is called.
    _check_self(method)
    if method.name == "setup":
        _check_setup(method)


def _check_self(method: _Method) -> None:
    arguments = method.args
    first = next(iter([*arguments.posonlyargs, *arguments.args]), None)
    if first is None and arguments.vararg is not None:
        return
    # A parameter with a type is meant as an input, but would receive the model.
    if first is None or (first.arg != "self" and (first.annotation is not None or _has_default(arguments))):
        place = method if first is None else first
        inputs = "" if first is None and not arguments.kwonlyargs else ", …"
        raise Mistake(
            f"{method.name}() has no self: write {method.name}(self{inputs})", place.lineno, place.col_offset + 1
        )


def _has_default(arguments: ast.arguments) -> bool:
    return len(arguments.defaults) == len(arguments.posonlyargs) + len(arguments.args)


def _check_setup(method: _Method) -> None:
    arguments = method.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = positional[1 : len(positional) - len(arguments.defaults)]
    required += [each for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default is None]  # noqa: B905
    for argument in required:
        if argument.arg != _WEIGHTS:
            raise Mistake(
                f"setup() can't have the parameter '{argument.arg}': only weights is passed to it. Give it a default, "
                "or read an environment variable instead",
                argument.lineno,
                argument.col_offset + 1,
            )
