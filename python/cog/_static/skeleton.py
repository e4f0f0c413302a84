"""The part of a module that the signature of its model depends on."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from . import hints, methods
from .bindings import Bindings
from .outcome import Mistake, Unresolved
from .plain import Scope, has_unknown, plain
from .signature import knows_type, signature

# Modules of Python's standard library that only define things.
_MODULES = frozenset(
    {"abc", "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "math", "numbers"}
    | {"pathlib", "string", "types", "typing", "typing_extensions", "uuid"}
)
_CLASS_DECORATORS = frozenset({"dataclasses.dataclass", "enum.unique", "typing.final", "typing.runtime_checkable"})
_METHODS = ("run", "predict", "train")


class Skeleton(Scope):
    """Collects the parts of its module that a model needs.

    Args:
        tree: the module.

    Attributes:
        is_guess: something with an unknown value was collected.
        target_line: the line of the class or function that a reference names.
    """

    def __init__(self, tree: ast.Module) -> None:
        super().__init__()
        self.bindings = Bindings(tree.body)
        self._future = [each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
        self.target_line = 0
        self._statements: list[ast.stmt] = []
        self._known: dict[str, bool] = {}

    def add_target(self, name: str) -> None:
        """Collect the class or function that a reference names.

        Raises:
            Mistake: it is missing or wrong.
            Unresolved: it depends on more than the source.
        """
        statement = self.bindings.statement(name)
        if name not in self.bindings:
            if self.bindings.is_open:
                raise Unresolved
            found = ", ".join(self._models()) or "no class and no function"
            raise Mistake(f'defines no "{name}"{hints.near(name, self.bindings)}: it defines {found}')
        self.target_line = statement.lineno if statement is not None else 0
        if isinstance(statement, ast.ClassDef):
            self._known[name] = True
            self._statements.append(self._model_class(statement))
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._statements.append(signature(statement, self))
        else:
            raise Unresolved

    def module(self) -> ast.Module:
        """Return the module of everything that was collected, in the order of the source."""
        body = sorted(self._statements, key=lambda each: each.lineno)
        return ast.fix_missing_locations(ast.Module(body=[*self._future, *body], type_ignores=[]))

    # MARK: - Names

    def knows(self, name: ast.Name) -> bool:
        """Return whether a name means the same in the skeleton, and collect its definition.

        Raises:
            Mistake: nothing defines the name.
        """
        if name.id not in self._known:
            if name.id not in self.bindings and not hasattr(builtins, name.id) and not self.bindings.is_open:
                raise Mistake.at(name, hints.undefined(name.id, [*self.bindings, *dir(builtins)]))
            self._known[name.id] = name.id not in self.bindings and hasattr(builtins, name.id)
            statement = self.bindings.statement(name.id)
            if statement is not None:
                self._known[name.id] = self._collect(statement, name.id)
        self.is_guess = self.is_guess or not self._known[name.id]
        return self._known[name.id]

    def origin(self, node: ast.expr) -> str | None:
        """Return the full name of an import, with `typing` in place of its extensions."""
        found = self.bindings.origin(node)
        return None if found is None else found.replace("typing_extensions.", "typing.")

    def _models(self) -> list[str]:
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        return [name for name in self.bindings if isinstance(self.bindings.statement(name), kinds)]

    def _collect(self, statement: ast.stmt, name: str) -> bool:
        made: ast.stmt | None = None
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            made = _import(statement, name)
        elif isinstance(statement, ast.ClassDef):
            self._known[name] = True  # It may mention itself.
            made = self._class(statement)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            made = _assignment(statement, self)
        elif type(statement).__name__ == "TypeAlias" and not getattr(statement, "type_params", []):
            alias: Any = statement
            made = statement if plain(alias.value, self) else None
        if made is not None:
            self._statements.append(made)
        return made is not None

    # MARK: - Classes

    def _class(self, node: ast.ClassDef) -> ast.ClassDef | None:
        """Return a class of values with its fields but without its methods."""
        scope = _ClassScope(self, node)
        heads = [*node.bases, *[keyword.value for keyword in node.keywords]]
        if any(plain(each, self) is None for each in heads) or not all(
            map(self._is_known_decorator, node.decorator_list)
        ):
            return None
        body: list[ast.stmt] = []
        for statement in node.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                if isinstance(statement, ast.AnnAssign) and not knows_type(statement.annotation, self):
                    return None
                if statement.value is not None and (
                    plain(statement.value, scope) is None or has_unknown(statement.value)
                ):
                    return None
                body.append(statement)
            elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if statement.name.startswith("__get_") or statement.name in (
                    "__init__",
                    "__new__",
                    "__class_getitem__",
                ):
                    return None
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                body.append(statement)
            elif not isinstance(statement, ast.Pass):
                return None
        node.body = body or [ast.Pass()]
        return node

    def _is_known_decorator(self, node: ast.expr) -> bool:
        function = node.func if isinstance(node, ast.Call) else node
        arguments = [keyword.value for keyword in node.keywords] if isinstance(node, ast.Call) else []
        if self.origin(function) not in _CLASS_DECORATORS or plain(function, self) is None:
            return False
        return all(isinstance(each, ast.Constant) for each in arguments)

    def _model_class(self, node: ast.ClassDef) -> ast.ClassDef:
        """Return the class of a model with the methods to call."""
        scope = _ClassScope(self, node)
        if node.decorator_list or node.keywords:
            raise Unresolved
        body: list[ast.stmt] = []
        for name in (*_METHODS, "setup"):
            method = scope.bindings.statement(name)
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods.check(method)
        for name in _METHODS:
            method = scope.bindings.statement(name)
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body.append(signature(method, scope))
            elif name in scope.bindings:
                raise Unresolved
        bases = [self._model_base(base, has_method=bool(body)) for base in node.bases]
        node.bases = [base for base in bases if base is not None]
        node.body = [*scope.statements, *body] or [ast.Pass()]
        node.body.sort(key=lambda each: getattr(each, "lineno", 0))
        return node

    def _model_base(self, node: ast.expr, has_method: bool) -> ast.expr | None:
        statement = self.bindings.statement(node.id) if isinstance(node, ast.Name) else None
        if isinstance(statement, ast.ClassDef):
            if not self._known.get(statement.name):
                self._known[statement.name] = True
                self._statements.append(self._model_class(statement))
            return node
        is_known = plain(node, self) is not None
        is_object = isinstance(node, ast.Name) and node.id == "object"
        if is_known and ((self.origin(node) or "").startswith(("cog.", "abc.")) or is_object):
            return node
        if not is_known and has_method:
            return None  # A base from elsewhere, which doesn't affect the method of the class itself.
        raise Unresolved


class _ClassScope(Scope):
    """The names in the body of a class: its own first."""

    def __init__(self, module: Skeleton, node: ast.ClassDef) -> None:
        super().__init__()
        self._module = module
        self.bindings = Bindings(node.body)
        self.statements: list[ast.stmt] = []
        self._known: dict[str, bool] = {}

    def knows(self, name: ast.Name) -> bool:
        if name.id not in self.bindings:
            known = self._module.knows(name)
            self.is_guess = self._module.is_guess
            return known
        if name.id not in self._known:
            self._known[name.id] = False
            statement = self.bindings.statement(name.id)
            made = _assignment(statement, self) if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            if made is not None:
                self.statements.append(made)
                self._known[name.id] = True
        self._module.is_guess = self._module.is_guess or not self._known[name.id]
        return self._known[name.id]

    def origin(self, node: ast.expr) -> str | None:
        return self._module.origin(node)


def _import(statement: ast.Import | ast.ImportFrom, name: str) -> ast.stmt | None:
    """Return the import of one name, if it is one of a module that only defines things."""
    if isinstance(statement, ast.Import):
        aliases = [each for each in statement.names if (each.asname or each.name.partition(".")[0]) == name]
        modules = [each.name for each in aliases]
    else:
        aliases = [each for each in statement.names if (each.asname or each.name) == name]
        modules = [statement.module or ""]
    if any(module not in _MODULES and module.partition(".")[0] != "cog" for module in modules):
        return None
    made: ast.stmt = ast.Import(names=aliases)
    if isinstance(statement, ast.ImportFrom):
        if statement.level:
            return None
        if modules == ["cog"]:
            _check_ours(statement, aliases[0].name)
        if modules == ["cog"] and aliases[0].name == "CancelationException":
            return None  # The server's package has it.
        module = "typing" if statement.module == "typing_extensions" else statement.module
        if module is None or not _has(module, aliases[0].name):
            return None  # The Python that the model is written for may have it.
        made = ast.ImportFrom(module=module, names=aliases, level=0)
    elif modules == ["typing_extensions"]:
        made = ast.Import(names=[ast.alias("typing", name)])
    return ast.copy_location(made, statement)


def _has(module: str, name: str) -> bool:
    import importlib

    return hasattr(importlib.import_module(module), name) or module.partition(".")[0] == "cog"


def _check_ours(statement: ast.ImportFrom, name: str) -> None:
    import cog

    if name not in dir(cog) and not hasattr(cog, name):
        raise Mistake.at(statement, f'cog has no "{name}"{hints.near(name, cog.__all__)}')


def _assignment(statement: ast.Assign | ast.AnnAssign, scope: Scope) -> ast.stmt | None:
    """Return the assignment of a plain value to one name."""
    targets: list[ast.expr] = list(statement.targets) if isinstance(statement, ast.Assign) else [statement.target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or statement.value is None:
        return None
    value = plain(statement.value, scope)
    return None if value is None else ast.copy_location(ast.Assign(targets=targets, value=value), statement)
