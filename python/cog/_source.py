"""Finds where in a model's file something is written; used for error texts only."""

from __future__ import annotations

import os
from typing import Any


def place(function: Any, parameter: str = "") -> str:
    """Tell the file and line of a function or of one of its parameters.

    Args:
        function: a Python function.
        parameter: the parameter's name; empty for the function itself.

    Returns:
        For example `predict.py, line 7`; the path is relative to the working directory where that is shorter.
    """
    code = function.__code__
    path = code.co_filename
    relative = os.path.relpath(path)
    shown = relative if len(relative) < len(path) and not relative.startswith("..") else path
    return f"{shown}, line {_line(path, code.co_firstlineno, function.__name__, parameter)}"


def _line(path: str, first: int, name: str, parameter: str) -> int:
    import ast

    try:
        with open(path, "rb") as file:
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
