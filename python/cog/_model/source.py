"""Locates what a message to a model's author is about in the model's file."""

from __future__ import annotations

import os
import sys
from typing import Any


def place(function: Any, parameter: str = "") -> str:
    """Return the file and line of a function or of one of its parameters.

    Args:
        function: a Python function.
        parameter: the parameter's name; empty for the function itself.

    Returns:
        For example `predict.py, line 7`; the path is relative to the working directory where that is shorter.
    """
    return f"{_shown(function.__code__.co_filename)}, line {_line(function, parameter)}"


def warn(text: str, category: type[Warning], about: Any, parameter: str = "") -> None:
    """Warn the author of a model, at the place in the model's file that the warning is about.

    Args:
        text: the warning.
        category: the class of the warning.
        about: a function, class or module of the model.
        parameter: the name of a parameter of the function.
    """
    import warnings

    if isinstance(about, type):
        path = getattr(sys.modules.get(about.__module__), "__file__", None) or "<string>"
        line = _line_of_class(path, about.__name__)
    elif hasattr(about, "__code__"):
        path, line = about.__code__.co_filename, _line(about, parameter)
    else:
        path, line = getattr(about, "__file__", None) or "<string>", 1
    warnings.warn_explicit(text, category, _shown(path), line, module="cog")


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return relative if len(relative) < len(path) and not relative.startswith("..") else path


def _line_of_class(path: str, name: str) -> int:
    import linecache

    for number, line in enumerate(linecache.getlines(path), 1):
        words = line.replace("(", " ").replace(":", " ").split(maxsplit=2)
        if words[:2] == ["class", name]:
            return number
    return 1


def _line(function: Any, parameter: str) -> int:
    import ast

    code, name = function.__code__, function.__name__
    first: int = code.co_firstlineno
    try:
        with open(code.co_filename, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return first
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != name:
            continue
        start = min([node.lineno, *[decorator.lineno for decorator in node.decorator_list]])
        if start != first:
            continue
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in every:
            if argument is not None and argument.arg == parameter:
                return argument.lineno
        return node.lineno
    return first
