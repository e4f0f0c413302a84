"""Texts about an exception that the model raised."""

from __future__ import annotations

import sys

from cog._values.output_error import described


def describe(error: BaseException) -> str:
    """Return `TypeName: text` for an exception, as text that can be sent, whatever its `__str__` does."""
    if isinstance(error, ImportError):
        from cog._model.module import explain

        explain(error)
    return described(error).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def log_traceback(error: BaseException) -> None:
    """Write the traceback to the current prediction's log."""
    sys.stderr.write(traceback_of(error))


def traceback_of(error: BaseException) -> str:
    """Return the traceback as text that can be sent, without the frames of this package that led to the model."""
    from cog._model import tracebacks

    try:
        lines = tracebacks.of_model(error)
    except Exception as problem:  # A broken __str__ or __repr__ of the model's own exception class.
        lines = [f"{type(error).__name__} (its traceback can't be shown: {type(problem).__name__})\n"]
    return "".join(lines).encode("utf-8", "replace").decode("utf-8")
