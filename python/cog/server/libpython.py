"""Finds the shared library of the running interpreter."""

from __future__ import annotations

import os
import sys

from .failing import fail

# `typing` is not imported for this, because `python -m` looks for it in the model's folder first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_libpython() -> str:
    """Find the shared library of the running interpreter.

    Returns:
        Its path.

    Raises:
        SystemExit: there is none; the message says which package contains it.
    """
    for path in _candidates():
        if os.path.isfile(path):
            return path
    series = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    fail(
        f"ERROR: Python's shared library (libpython{series}.so) was not found.",
        f"On Debian and Ubuntu install it with: apt-get install libpython{series}",
        "With pyenv, build Python with: PYTHON_CONFIGURE_OPTS=--enable-shared",
    )


def _candidates() -> Iterator[str]:
    series = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    stem = f"libpython{series}{getattr(sys, 'abiflags', '')}.so"
    names = (f"{stem}.1.0", stem, f"{stem}.1")
    # An interpreter that is linked with the library has already loaded it.
    loaded = _loaded_library(stem)
    if loaded:
        yield loaded
    multiarch = getattr(sys.implementation, "_multiarch", "")
    folders = [os.path.join(sys.base_prefix, "lib")]
    if multiarch:
        folders += [os.path.join(sys.base_prefix, "lib", multiarch), os.path.join("/usr/lib", multiarch)]
    for folder in folders:
        for name in names:
            yield os.path.join(folder, name)
    import sysconfig

    folder = sysconfig.get_config_var("LIBDIR") or ""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    base = os.path.dirname(os.path.realpath(sys.executable))
    for name in (sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LDLIBRARY"), *names):
        if name and ".so" in name:
            yield os.path.join(folder, name)
            yield os.path.join(folder, multiarch, name)
            yield os.path.join(base, name)
            yield os.path.join(os.path.dirname(base), "lib", name)


def _loaded_library(stem: str) -> str:
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line[line.find("/") :].rstrip("\n") if "/" in line else ""
                if os.path.basename(path).startswith(stem):
                    return path
    except OSError:
        pass
    return ""
