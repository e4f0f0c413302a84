"""The signature of a method or function: its definition without its body."""

from __future__ import annotations

import ast
from collections.abc import Callable

from . import hints
from .outcome import Mistake, Unresolved
from .plain import Scope, has_unknown, plain

# Stands for a decorator that leaves the signature unchanged.
SAME = "__same__"
# Stands for an unknown output: the inputs are described anyway.
ANYTHING = "__anything__"

_LEAVE_SIGNATURE = frozenset(
    {
        "torch.inference_mode",
        "torch.no_grad",
        "torch.amp.autocast",
        "torch.autocast",
        "torch.cuda.amp.autocast",
        "typing.override",
        "typing.final",
    }
)
_OURS = frozenset({"cog.streaming", "cog.batched", "cog.concurrent"})


def knows_type(node: ast.expr, scope: Scope) -> bool:
    """Return whether a type is known, including the types named in strings within it."""
    inner = node
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        inner = ast.parse(node.value, mode="eval").body
        for part in ast.walk(inner):
            ast.copy_location(part, node)
    if plain(inner, scope) is None or has_unknown(inner):
        return False
    return all(knows_type(text, scope) for text in _texts(inner))


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """Remove the body from a definition.

    Args:
        node: the definition, which is changed.
        scope: the meaning of the surrounding names.

    Raises:
        Mistake: something in it is wrong.
        Unresolved: something in it depends on more than the source.
    """
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in every:
        if argument is not None and argument.annotation is not None:
            _check_input(argument.annotation, scope)
    for default in [*arguments.defaults, *arguments.kw_defaults]:
        if default is not None:
            _check_default(default, scope)
    if node.returns is not None and not _is_known(node.returns, scope):
        _refuse(node.returns, scope, hints.foreign_output)
        node.returns = ast.copy_location(ast.Name(ANYTHING, ast.Load()), node.returns)
    node.decorator_list = [_decorator(each, scope) for each in node.decorator_list]
    node.body = [_yielding(node) or ast.Pass()]
    return node


def _check_input(annotation: ast.expr, scope: Scope) -> None:
    if not _is_known(annotation, scope):
        _refuse(annotation, scope, hints.foreign_input)
        raise Unresolved


def _is_known(annotation: ast.expr, scope: Scope) -> bool:
    try:
        return knows_type(annotation, scope)
    except SyntaxError:
        raise Mistake.at(annotation, "the annotation is no Python expression") from None


def _refuse(annotation: ast.expr, scope: Scope, hint: Callable[[str, str], str | None]) -> None:
    """Refuse a type of a well-known library anywhere in an annotation."""
    for part in ast.walk(annotation):
        if isinstance(part, (ast.Name, ast.Attribute)):
            origin = scope.origin(part)
            text = hint(ast.unparse(part), origin) if origin is not None else None
            if text is not None:
                raise Mistake.at(part, text)


def _check_default(default: ast.expr, scope: Scope) -> None:
    if isinstance(default, ast.Call) and scope.origin(default.func) in ("cog.Input", "cog.input.Input"):
        from cog.input import Input

        known = set(Input.__code__.co_varnames[: Input.__code__.co_argcount + Input.__code__.co_kwonlyargcount])
        for keyword in default.keywords:
            if keyword.arg is not None and keyword.arg not in known:
                meant = hints.ARGUMENTS.get(keyword.arg)
                hint = f' (did you mean "{meant}"?)' if meant else hints.near(keyword.arg, known)
                fix = hint or ": it takes " + ", ".join(sorted(known))
                raise Mistake.at(keyword.value, f'Input() has no argument "{keyword.arg}"{fix}')
    if plain(default, scope) is None or has_unknown(default):
        raise Unresolved


def _decorator(node: ast.expr, scope: Scope) -> ast.expr:
    function = node.func if isinstance(node, ast.Call) else node
    origin = scope.origin(function)
    if origin in _LEAVE_SIGNATURE:
        return ast.copy_location(ast.Name(SAME, ast.Load()), node)
    arguments = [*node.args, *[each.value for each in node.keywords]] if isinstance(node, ast.Call) else []
    if origin in _OURS and all(plain(each, scope) for each in [function, *arguments]):
        return node
    raise Unresolved


def _yielding(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    """Return a statement that yields, if the function itself yields."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        each = waiting.pop()
        if isinstance(each, (ast.Yield, ast.YieldFrom)):
            return ast.copy_location(ast.Expr(ast.Yield()), node.body[0])
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(each)
    return None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _texts(node: ast.expr) -> list[ast.expr]:
    """Return the types within a type that are written as strings, except in `Literal` and `Annotated`."""
    if isinstance(node, ast.Subscript):
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name == "Literal":
            return []
        if name == "Annotated":
            first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            return [first] if _is_text(first) else _texts(first)
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return [found for child in children for found in ([child] if _is_text(child) else _texts(child))]
