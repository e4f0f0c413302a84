"""Reads a model's source for the build tool, which does so before it builds anything.

`read_source PYTHON [--predict REF] [--train REF]` prints a JSON object: `problems`, each with the reference's mode, the
line, the column, and a text; and `document`, null where the source alone doesn't tell it all. PYTHON is the version
that the model is written for, such as `3.12`.
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
    json.dump({"problems": problems, "document": document}, sys.stdout)
    return 0
