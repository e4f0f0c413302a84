"""Expressions that mean the same wherever they are evaluated, and have no effects."""

from __future__ import annotations

import ast
from typing import Any

# Calls that only make a value from their arguments.
_BUILTINS = frozenset(
    {"abs", "all", "any", "bool", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "map", "max", "min"}
    | {"range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip"}
)
_METHODS = frozenset(
    {"copy", "format", "items", "join", "keys", "lower", "replace", "split", "strip", "title", "upper", "values"}
)
_MAKERS = frozenset(
    {
        "cog.Input",
        "cog.input.Input",
        "dataclasses.field",
        "enum.auto",
        "typing.NewType",
        "typing.TypeVar",
    }
)
_COMPOSED = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Subscript,
    ast.Slice,
    ast.Starred,
    ast.keyword,
)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

# Stands for an unknown value that isn't needed, such as the class in a table of classes by name.
UNKNOWN = "__unknown__"


class Scope:
    """The meaning of names at an expression's position.

    Attributes:
        is_guess: the value of some name is not known.
    """

    def __init__(self) -> None:
        self.is_guess = False

    def knows(self, name: ast.Name) -> bool:
        """Return whether a name has a meaning that the skeleton also has."""
        raise NotImplementedError

    def origin(self, node: ast.expr) -> str | None:
        """Return the full name of an import."""
        raise NotImplementedError


def plain(node: ast.expr, scope: Scope, local: frozenset[str] = frozenset()) -> ast.expr | None:
    """Return an expression for the skeleton; None if its value is unknown.

    Args:
        node: the expression; it may be changed.
        scope: the meaning of the names.
        local: names defined only within the expression.
    """
    if isinstance(node, ast.Constant):
        return node
    if isinstance(node, ast.Name):
        return node if node.id in local or scope.knows(node) else None
    if isinstance(node, ast.Attribute):
        return node if not node.attr.startswith("_") and plain(node.value, scope, local) else None
    if isinstance(node, _DISPLAYS):
        return _display(node, scope, local)
    if isinstance(node, _COMPREHENSIONS):
        return node if _comprehends(node, scope, local) else None
    if isinstance(node, ast.Call):
        return node if _is_harmless(node, scope, local) and _all(node.args + node.keywords, scope, local) else None
    if isinstance(node, ast.Lambda):
        return node if not node.args.args and plain(node.body, scope, local) else None
    if isinstance(node, _COMPOSED):
        if not _all(ast.iter_child_nodes(node), scope, local):
            return None
        return None if isinstance(node, ast.Subscript) and has_unknown(node) else node
    return None


def has_unknown(node: ast.expr) -> bool:
    """Return whether any part of an expression for the skeleton is unknown."""
    return any(isinstance(part, ast.Name) and part.id == UNKNOWN for part in ast.walk(node))


def _all(nodes: Any, scope: Scope, local: frozenset[str]) -> bool:
    for node in nodes:
        expression = node.value if isinstance(node, ast.keyword) else node
        if isinstance(expression, ast.expr) and plain(expression, scope, local) is None:
            return False
    return True


def _display(node: Any, scope: Scope, local: frozenset[str]) -> ast.expr | None:
    if isinstance(node, ast.Dict):
        if not _all([key for key in node.keys if key is not None], scope, local) or None in node.keys:
            return None
        node.values = [_or_unknown(each, scope, local) for each in node.values]
    elif isinstance(node, ast.Set):
        return node if _all(node.elts, scope, local) else None
    else:
        node.elts = [_or_unknown(each, scope, local) for each in node.elts]
    return node  # type: ignore[no-any-return]


def _or_unknown(node: ast.expr, scope: Scope, local: frozenset[str]) -> ast.expr:
    found = plain(node, scope, local)
    if found is not None:
        return found
    return ast.copy_location(ast.Name(UNKNOWN, ast.Load()), node)


def _comprehends(node: Any, scope: Scope, local: frozenset[str]) -> bool:
    for part in node.generators:
        if part.is_async or plain(part.iter, scope, local) is None:
            return False
        local |= {name.id for name in ast.walk(part.target) if isinstance(name, ast.Name)}
        if not _all(part.ifs, scope, local):
            return False
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return _all(results, scope, local)


def _is_harmless(node: ast.Call, scope: Scope, local: frozenset[str]) -> bool:
    function = node.func
    if scope.origin(function) is not None:
        return scope.origin(function) in _MAKERS and plain(function, scope, local) is not None
    if isinstance(function, ast.Name):
        return function.id in _BUILTINS and function.id not in local and scope.knows(function)
    if isinstance(function, ast.Attribute) and function.attr in _METHODS:
        return plain(function.value, scope, local) is not None
    return False
