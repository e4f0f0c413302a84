"""Hides a model's files that have the same name as Python's modules from all other code.

A model's folder comes first on the import path, like that of any program. So the standard library and this package
would get a `platform.py` in it for `import platform`. If there is such a file, only the model's own files get it, and
all other code gets Python's module.
"""

from __future__ import annotations

import builtins
import os
import sys

# Nothing else is imported here, because `python -m cog…` looks for modules in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType
    from typing import Any

# Modules outside of the standard library that this package imports if they are installed.
_OTHERS = frozenset({"uvloop"})

# Importing these has effects, such as opening a browser.
_NOT_FOR_IMPORT = frozenset({"antigravity", "this", "__main__"})


def without_folder(path: list[str]) -> list[str]:
    """Return an import path without the working directory."""
    here = os.getcwd()
    return [each for each in path if each not in ("", here)]


def put_back(path: list[str], known: Collection[str]) -> None:
    """Put the working directory back on the import path, where it was before `without_folder`.

    Args:
        path: the whole path.
        known: the modules that were loaded when the interpreter had started, which nothing can replace.
    """
    if any(each in ("", os.getcwd()) for each in path):
        _tell_apart(_names(os.getcwd(), known))
    sys.path[:] = path


def register(name: str, module: ModuleType) -> None:
    """Register the module of a model's file under its name.

    Args:
        name: the name. If it is also the name of one of Python's modules, only the model's files see it.
        module: the module, which has not run yet.
    """
    if name in sys.stdlib_module_names:
        _tell_apart(frozenset({name}))
    if _shadows is None or not _shadows.take(name, module):
        sys.modules[name] = module


def _tell_apart(names: frozenset[str]) -> None:
    """Make these names stand for the model's modules in the model's files, and for Python's modules everywhere else."""
    global _shadows
    if not names:
        return
    for name in names:
        if name not in sys.modules:
            _load(name)
    if _shadows is None:
        _shadows = _Shadows(os.getcwd() + os.sep)
        builtins.__import__ = _shadows.import_
    _shadows.add(names)


def _names(folder: str, known: Collection[str]) -> frozenset[str]:
    """Return the names that modules in a folder share with Python's modules."""
    wanted = (sys.stdlib_module_names | _OTHERS) - _NOT_FOR_IMPORT - frozenset(known)
    found = set()
    for file in os.listdir(folder):
        name, _, suffix = file.partition(".")
        if name in wanted and (suffix.endswith(("py", "so", "pyc")) or _is_package(os.path.join(folder, file))):
            found.add(name)
    return frozenset(found)


def _is_package(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "__init__.py"))


def _load(name: str) -> None:
    try:
        __import__(name)
    except Exception:  # It doesn't exist or doesn't work here, such as tkinter without display libraries.
        absent: Any = None  # Everyone else's import still fails in the usual way.
        sys.modules[name] = absent


class _Shadows:
    """The modules of a model that share a name with Python's.

    Args:
        folder: their location, with a trailing slash.
    """

    def __init__(self, folder: str) -> None:
        from _thread import RLock

        self._folder = folder
        self._lock = RLock()
        self._import = builtins.__import__
        # The names under which `sys.modules` has the model's modules right now, and the modules that are not in it.
        self._own: set[str] = set()
        self._aside: dict[str, dict[str, Any]] = {}

    def add(self, names: frozenset[str]) -> None:
        """Also separate modules with these names."""
        for name in names:
            self._aside.setdefault(name, {})

    def import_(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        """Stand in for `__import__`."""
        top = name if level == 0 else (globals or {}).get("__package__") or ""
        top = top.partition(".")[0]
        if top not in self._aside:
            return self._import(name, globals, locals, fromlist, level)
        is_own = self._is_own(globals)
        if not is_own and top not in self._own:
            return self._import(name, globals, locals, fromlist, level)
        with self._lock:
            before = top in self._own
            self._show(top, is_own)
            try:
                return self._import(name, globals, locals, fromlist, level)
            finally:
                self._show(top, before)

    def take(self, name: str, module: ModuleType) -> bool:
        """Record a module of the model if it has the same name as one of Python's."""
        if name not in self._aside:
            return False
        self._aside[name][name] = module
        return True

    def _is_own(self, importer: Any) -> bool:
        file = (importer or {}).get("__file__") or ""
        file = os.path.abspath(file) if file else ""
        return file.startswith(self._folder) and "-packages" + os.sep not in file

    def _show(self, name: str, own: bool) -> None:
        if own == (name in self._own):
            return
        prefix = name + "."
        taken = {each: sys.modules.pop(each) for each in list(sys.modules) if each == name or each.startswith(prefix)}
        sys.modules.update(self._aside[name])
        self._aside[name] = taken
        self._own.symmetric_difference_update({name})


_shadows: _Shadows | None = None
