"""No module of the SDK imports another in a circle, not even inside of a function.

Circles that only functions close work, but nobody can tell any more which module is the lower one, or test it alone.
Imports for type checkers don't count.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import cog

SDK = Path(cog.__file__).parent


def modules(folder: Path) -> dict[str, Path]:
    """The modules of a package by their full names, packages without `__init__`."""
    found = {}
    for path in folder.rglob("*.py"):
        parts = [*path.relative_to(folder.parent).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports in a piece of source, without those below `if TYPE_CHECKING:`."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield node
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        children = [*node.orelse]
    for child in children:
        yield from statements(child)


def imported(module: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the package that a module imports."""
    found = set()
    for statement in statements(ast.parse(path.read_text())):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        else:
            base = statement.module or ""
            if statement.level:
                parts = module.split(".")
                above = statement.level - (path.name == "__init__.py")
                base = ".".join([*parts[: len(parts) - above], *filter(None, [statement.module])])
            # `from package import module` is about the module, not about the package.
            names = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in statement.names]
        found.update(names)
    return found & known.keys() - {module}


def check(folder: Path) -> None:
    """Raise `graphlib.CycleError` if there is a circle."""
    known = modules(folder)
    graphlib.TopologicalSorter({name: imported(name, path, known) for name, path in known.items()}).prepare()


def test_no_circles() -> None:
    check(SDK)


@pytest.mark.parametrize("text", ["from . import b", "def f():\n    from .b import x", "import package.b"])
def test_a_circle_is_found(tmp_path: Path, text: str) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "b.py").write_text("if TYPE_CHECKING:\n    from .a import y\n")
    (package / "a.py").write_text(text)
    check(package)
    (package / "b.py").write_text("from .a import y")
    with pytest.raises(graphlib.CycleError):
        check(package)
