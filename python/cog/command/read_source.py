"""Reads a model's source for the build tool, which does so before it builds anything.

`read_source PYTHON [--predict REF] [--train REF]` prints a JSON object: `problems`, each with the reference's mode, the
line, the column, and a text; `warnings` of the same form; `document`, null if the source alone isn't enough;
and `slots`, how many predictions a process runs at a time, null likewise. PYTHON is the version that the model is
written for, such as `3.12`.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any


def main(arguments: list[str]) -> int:
    """Read the models that the arguments name.

    Args:
        arguments: the command line.

    Returns:
        The exit status.
    """
    from cog._static import reading
    from cog._static.outcome import Mistake, Unresolved

    major, _, minor = arguments[0].partition(".")
    references = {option.lstrip("-"): value for option, value in zip(arguments[1::2], arguments[2::2])}  # noqa: B905
    called: dict[str, Any] = {}
    problems = []
    doubts = []
    document = None
    slots = None
    for mode, reference in references.items():
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                called[mode] = reading.read(reference, mode, (int(major), int(minor)))
            # Other warnings are for the person who runs the model.
            doubts += [_told(mode, reading.doubt(each)) for each in caught if each.category is UserWarning]
        except Unresolved:
            continue
        except Mistake as mistake:
            problems.append(_told(mode, mistake))
    warnings.simplefilter("ignore")  # They were reported above.
    if called.keys() == references.keys():
        document = reading.describe(called)
    if "predict" in called:
        slots = _slots(called["predict"])
    json.dump({"problems": problems, "warnings": doubts, "document": document, "slots": slots}, sys.stdout)
    return 0


def _told(mode: str, mistake: Any) -> dict[str, Any]:
    return {"mode": mode, "line": mistake.line, "column": mistake.column, "text": mistake.text}


def _slots(called: Any) -> int:
    batching = getattr(called, "__cog_batched__", None)
    at_a_time: int = getattr(called, "__cog_concurrent_max__", 1)
    return at_a_time * (batching.max_size if batching is not None else 1)
