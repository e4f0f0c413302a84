"""Reads a model's source for the build tool, which does so before it builds anything.

`read_source PYTHON [--predict REF] [--train REF]` prints a JSON object: `problems`, each with the reference's mode, the
line, the column, and a text; `document`, null where the source alone doesn't tell it all; and `slots`, how many
predictions a process runs at a time, null likewise. PYTHON is the version that the model is written for, such as `3.12`.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any


def main(arguments: list[str]) -> int:
    """Read what the arguments name.

    Args:
        arguments: the command line.

    Returns:
        The exit status.
    """
    from cog._static import reading
    from cog._static.outcome import Mistake, Unresolved

    warnings.simplefilter("ignore")  # They come when the model is run.
    major, _, minor = arguments[0].partition(".")
    references = {option.lstrip("-"): value for option, value in zip(arguments[1::2], arguments[2::2])}  # noqa: B905
    called: dict[str, Any] = {}
    problems = []
    document = None
    slots = None
    for mode, reference in references.items():
        try:
            called[mode] = reading.read(reference, mode, (int(major), int(minor)))
        except Unresolved:
            continue
        except Mistake as mistake:
            place = {"line": mistake.line, "column": mistake.column}
            problems.append({"mode": mode, **place, "text": mistake.text})
    if called.keys() == references.keys():
        document = reading.describe(called)
    if "predict" in called:
        slots = _slots(called["predict"])
    json.dump({"problems": problems, "document": document, "slots": slots}, sys.stdout)
    return 0


def _slots(called: Any) -> int:
    batching = getattr(called, "__cog_batched__", None)
    at_a_time: int = getattr(called, "__cog_concurrent_max__", 1)
    return at_a_time * (batching.max_size if batching is not None else 1)
