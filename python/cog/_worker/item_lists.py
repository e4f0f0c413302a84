"""The lists that a batched model returns or yields: one item for each request."""

from __future__ import annotations

from typing import Any

__all__ = ["WrongResult", "check"]


class WrongResult(Exception):
    """The model didn't return a list of the right length. Every prediction fails, since a retry would fail too."""


def check(values: Any, count: int, name: str, verb: str) -> None:
    """Check that the model's result is a list or tuple with one item for each request.

    Args:
        values: what the model returned or yielded.
        count: the number of requests.
        name: the method's name, for messages.
        verb: `returned` or `yielded`, for messages.

    Raises:
        WrongResult: it isn't.
    """
    if not isinstance(values, (list, tuple)):
        what = "None" if values is None else f"a value of type {type(values).__name__}"
        raise WrongResult(
            f"{name}() {verb} {what} for a batch of {count} requests: expected a list with one item for each request"
        )
    if len(values) != count:
        raise WrongResult(
            f"{name}() {verb} a list of {len(values)} for a batch of {count} requests: "
            "expected one item for each request"
        )
