"""The names that a module's source defines, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

# Code that calls these may define any name.
_DEFINERS = frozenset({"exec", "globals", "locals", "vars"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Bindings:
    """The names of a module or of a class.

    Args:
        body: its statements.

    Attributes:
        is_open: there may be other names too, for example those of a star import.
    """

    def __init__(self, body: list[ast.stmt]) -> None:
        self.is_open = False
        self._statements: dict[str, list[ast.stmt]] = {}
        self._changed: set[str] = set()
        self._read(body, is_certain=True)

    def __contains__(self, name: str) -> bool:
        return name in self._statements

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def statement(self, name: str) -> ast.stmt | None:
        """Return the only statement that defines a name; None if there are several or it is conditional."""
        statements = self._statements.get(name, [])
        return statements[0] if len(statements) == 1 and name not in self._changed else None

    def origin(self, node: ast.expr) -> str | None:
        """Return the full name of an import, such as `typing.List`; None for anything else."""
        if isinstance(node, ast.Attribute):
            base = self.origin(node.value)
            return None if base is None else f"{base}.{node.attr}"
        statement = self.statement(node.id) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                if isinstance(statement, ast.ImportFrom) and (alias.asname or alias.name) == node.id:
                    return f"{'.' * statement.level}{statement.module or ''}.{alias.name}"
                if isinstance(statement, ast.Import) and _bound(alias) == node.id:
                    return alias.name if alias.asname else node.id
        return None

    def _bind(self, name: str, statement: ast.stmt, is_certain: bool) -> None:
        self._statements.setdefault(name, []).append(statement)
        if not is_certain:
            self._changed.add(name)

    def _read(self, body: Iterable[ast.stmt], is_certain: bool) -> None:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._bind(statement.name, statement, is_certain)
                self.is_open = self.is_open or statement.name == "__getattr__"
                for node in ast.walk(statement):
                    if isinstance(node, ast.Global):
                        self._changed.update(node.names)
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                for alias in statement.names:
                    if alias.name == "*":
                        self.is_open = True
                    else:
                        self._bind(_bound(alias), statement, is_certain)
            else:
                self._read_other(statement, is_certain)

    def _read_other(self, statement: ast.stmt, is_certain: bool) -> None:
        blocks = [block for name in ("body", "orelse", "finalbody") for block in getattr(statement, name, [])]
        blocks += [each for handler in getattr(statement, "handlers", []) for each in handler.body]
        blocks += [each for case in getattr(statement, "cases", []) for each in case.body]
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            self._changed.add(statement.target.id)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._change(statement.value.func)
        for node in _own(statement, blocks):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._bind(node.id, statement, is_certain and not blocks)
            elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(
                node.ctx, (ast.Store, ast.Del)
            ):
                self._change(node)
            elif isinstance(node, ast.Name) and node.id in _DEFINERS:
                self.is_open = True
        for handler in getattr(statement, "handlers", []):
            if handler.name:
                self._bind(handler.name, statement, is_certain=False)
        self._read(blocks, is_certain=False)

    def _change(self, node: ast.expr) -> None:
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        if isinstance(node, ast.Name):
            self._changed.add(node.id)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _own(statement: ast.stmt, blocks: list[ast.stmt]) -> Iterator[ast.AST]:
    """Walk a statement without its blocks, and without parts that have their own names."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            continue
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if child not in blocks]
