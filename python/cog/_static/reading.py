"""Reads the file of a model."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from .outcome import Mistake, Unresolved
from .plain import UNKNOWN
from .signature import ANYTHING, SAME
from .skeleton import Skeleton


class _Unknown:
    """An unknown value."""


def read(reference: str, mode: str, version: tuple[int, int]) -> Any:
    """Find what to call in a model, in a form that can be described, without running the model.

    Args:
        reference: `file.py:Name`.
        mode: "predict" or "train".
        version: the Python that the model is written for.

    Returns:
        What `openapi.describe` describes.

    Raises:
        Mistake: the file is wrong.
        Unresolved: the source alone isn't enough.
    """
    path, _, name = reference.rpartition(":")
    tree = _parsed(path, version)
    skeleton = Skeleton(tree)
    skeleton.add_target(name)
    try:
        called = _loaded(skeleton.module(), path, reference, mode)
        describe({mode: called})
    except Exception as error:
        if skeleton.is_guess:
            raise Unresolved from None
        mistake = _mistake(error, path)
        if not mistake.line:  # It is about the class as a whole.
            mistake = Mistake(_about_class(mistake.text), skeleton.target_line)
        raise mistake from None
    return called


def describe(called: dict[str, Any]) -> Any:
    """Make the document from what was read.

    Args:
        called: what to call, by mode.

    Raises:
        SchemaError: it can't be described.
        DocumentError: a default has a different type than its input, or a pattern is invalid.
    """
    from cog._document import openapi

    return openapi.describe(called.get("predict"), called.get("train"), strict=True)


def doubt(warning: Any) -> Mistake:
    """Return a warning about a model as a mistake at its place.

    Args:
        warning: as `warnings.catch_warnings` records it.
    """
    text = str(warning.message)
    match = re.match(r"parameter '(\w+)'", text)
    return Mistake(text, warning.lineno, _column(warning.filename, warning.lineno, match[1] if match else None))


def _parsed(path: str, version: tuple[int, int]) -> ast.Module:
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read(), path)
    except OSError:
        raise Unresolved from None
    except SyntaxError as error:
        if sys.version_info[:2] < version and _may_be_newer(error):
            raise Unresolved from None
        raise Mistake(error.msg, error.lineno or 0, error.offset or 0) from None
    except (ValueError, RecursionError) as error:
        raise Mistake(str(error)) from None


def _about_class(text: str) -> str:
    if "method not found" in text:
        return f"{text}. Define run() with the inputs as its parameters."
    return f"{text}. Remove one of them." if "not both" in text else text


def _may_be_newer(error: SyntaxError) -> bool:
    """Return whether a later Python may accept what this one refuses: the line has syntax that came after 3.10."""
    line = (error.text or "f''").strip()
    return bool(
        re.match(r"type\s|(async\s+)?(def|class)\s+\w+\s*\[|except\b", line)
        or re.search(r"\b[rR]?[fFtT][rR]?['\"]", line)
    )


def _loaded(module: ast.Module, path: str, reference: str, mode: str) -> Any:
    import types

    from cog._model import loader
    from cog.errors import SchemaError

    made = types.ModuleType("__cog_static__")
    names = {UNKNOWN: _Unknown(), SAME: lambda function: function, ANYTHING: Any, "__file__": path}
    made.__dict__.update(names)
    sys.modules[made.__name__] = made  # Where a dataclass looks for its module.
    exec(compile(module, path, "exec"), made.__dict__)
    model = loader.LoadedModel(loader.load_object(reference, mode, lambda _: made), mode == "train")
    if mode == "train" and not model.can_train:
        raise SchemaError(f"{reference.rpartition(':')[2]} has no method train(): define it, or name a function")
    return model.call


def _mistake(error: Exception, path: str) -> Mistake:
    """Return an error as a mistake at its place: the one that its text begins with, or where it was raised."""
    text = str(error)
    match = re.match(r"(?:Model schema is invalid: )?(.+?), line (\d+): (?:parameter '(\w+)')?", text)
    if match:
        line = int(match[2])
        return Mistake(
            text[match.start(3) - len("parameter '") if match[3] else match.end() :],
            line,
            _column(path, line, match[3]),
        )
    line = 0
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return Mistake(text, line)


def _column(path: str, line: int, name: str | None) -> int:
    """Return the position of a parameter's name on a line; 0 if it isn't there."""
    import linecache

    found = re.search(rf"\b{name}\b\s*(?=[:=,)])", linecache.getline(path, line)) if name else None
    return found.start() + 1 if found else 0
