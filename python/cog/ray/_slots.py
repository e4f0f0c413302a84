"""How many predictions a replica runs at a time, derived from its settings and the model's source."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from cog._static import reading
from cog._static.outcome import Mistake, Unresolved


def slots(path: str | None, settings: Mapping[str, str], gpus: float) -> int:
    """Return how many predictions a server runs at a time.

    The model is not run: this process may have neither its packages nor its GPU.

    Args:
        path: the model, such as `/src/predict.py:Predictor`; None if it is not known here.
        settings: the server's environment.
        gpus: how many GPUs a replica gets.

    Returns:
        The slots of all of its workers. For a batched model, one running and one gathering batch for each slot.
    """
    called = _called(path) if path else None
    each = _number(settings.get("COG_MAX_CONCURRENCY")) or getattr(called, "__cog_concurrent_max__", 1)
    workers = settings.get("COG_WORKERS", "")
    count = max(int(gpus), 1) if workers.strip() == "auto" else _number(workers) or 1
    batching = getattr(called, "__cog_batched__", None)
    return each * count * (2 * batching.max_size if batching else 1)


def _number(text: str | None) -> int:
    """Read a positive number; 0 for anything else, like the server, which logs it."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _called(path: str) -> Any:
    """Return the model's method with its decorators' settings, or None if the source isn't enough."""
    file, colon, _ = path.rpartition(":")
    if not colon or not os.path.isfile(file):
        return None
    try:
        method = reading.read(path, "predict", sys.version_info[:2])
    except (Unresolved, Mistake):  # The setup log shows what is wrong.
        return None
    return getattr(method, "__wrapped__", method)
