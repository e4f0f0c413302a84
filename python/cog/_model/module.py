"""Runs the file of a model as a module, and makes its neighbors importable."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from . import shadows


def load_module(path: str) -> Any:
    """Run the file of a model as a module.

    Its name is just the file's. In a folder below the working directory, it may import its neighbors, both relatively
    and by name. Imports by name look there last.

    Args:
        path: relative to the working directory.

    Raises:
        ImportError: the file's name doesn't end in a suffix of Python source.
        BaseException: whatever the file raises.
    """
    name = os.path.basename(path).replace(".py", "")
    location = os.path.abspath(path)
    package = _package(os.path.dirname(location))
    spec = spec_from_file_location(f"{package}.{name}" if package else name, location)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise ImportError(f"Cannot load module from {path}")
    module = module_from_spec(spec)
    module.__name__ = name
    shadows.register(name, module)
    if package:
        sys.modules[spec.name] = module
    code: Any = spec.loader.get_code(spec.name)
    try:
        exec(code, module.__dict__)
    except ImportError as error:
        explain(error)
        raise
    return module


def explain(error: ImportError) -> None:
    """Add the reason to the message of a failed relative import.

    Args:
        error: any failed import; others are left unchanged.
    """
    text = str(error)
    if "attempted relative import" not in text or text != error.msg:
        return
    frame = error.__traceback__
    file = ""
    while frame is not None:
        found = frame.tb_frame.f_code.co_filename
        file = file if found.startswith("<") else found
        frame = frame.tb_next
    shown = os.path.relpath(file)
    if "no known parent package" not in text:
        reason = f"the folder of {shown} is the top-level package. Import anything above it by its full name"
    elif os.path.dirname(os.path.abspath(file)) == os.getcwd():
        fix = "Write `import name` instead of `from . import name`"
        reason = f"{shown} is in the project's root folder, which is not a package. {fix}"
    else:
        reason = f"{shown} was not imported as part of a package. Import it by its full dotted name"
    error.msg = f"{text}: {reason}."
    error.args = (error.msg,)


# MARK: - Packages


def _package(folder: str) -> str:
    """Return the package name of a model's folder; empty for the working directory."""
    here = os.getcwd()
    if folder == here or not os.path.isdir(folder):
        return ""
    if folder not in sys.path:
        # At the end, so that everything else is found first.
        sys.path.append(folder)
    name = os.path.relpath(folder, here).replace(os.sep, ".")
    top = name.partition(".")[0]
    if (
        top
        and name.count(".") == os.path.relpath(folder, here).count(os.sep)
        and _is_found(top, os.path.join(here, top))
    ):
        return name
    # Outside the working directory, or with a name that is invalid for a package or already taken.
    own = f"_cog_model_{len(_Folder.known)}"
    sys.meta_path.append(_Folder(own, folder))
    return own


def _is_found(name: str, folder: str) -> bool:
    """Return whether importing a name finds the package in a folder."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and folder in [os.path.abspath(each) for each in spec.submodule_search_locations or ()]


class _Folder:
    """Finds the package in one folder by a unique name.

    Args:
        name: the name.
        folder: its location.
    """

    known: list[str] = []

    def __init__(self, name: str, folder: str) -> None:
        self._name = name
        self._folder = folder
        self.known.append(name)

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the package, if it is asked for."""
        if name != self._name:
            return None
        initial = os.path.join(self._folder, "__init__.py")
        if os.path.isfile(initial):
            return spec_from_file_location(name, initial, submodule_search_locations=[self._folder])
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [self._folder]
        return spec
