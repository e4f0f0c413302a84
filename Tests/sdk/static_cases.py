"""Reads the source of models without running them; run by the tests with every interpreter.

Reads a JSON list of folders from standard input, writes a JSON object: folder's name → what the source tells.
"""

import json
import os
import sys


def read(folder: str) -> dict[str, object]:
    """Return the model's document, or what is wrong with the model; nothing where the source doesn't tell."""
    from cog._static import reading
    from cog._static.outcome import Mistake, Unresolved
    from cog.errors import CogError

    os.chdir(folder)
    with open("case.json", encoding="utf-8") as file:
        case = json.load(file)
    modes = [mode for mode in ("predict", "train") if case[mode] is not None]
    try:
        called = {mode: reading.read(case[mode], mode, sys.version_info[:2]) for mode in modes}
        return {"document": reading.describe(called)}
    except Unresolved:
        return {}
    except (Mistake, CogError) as mistake:
        return {"error": str(mistake)}


def main() -> None:
    """Read every folder. Nothing of a model is run, so that one process does for all."""
    import warnings

    warnings.simplefilter("ignore")
    json.dump({os.path.basename(folder): read(folder) for folder in json.load(sys.stdin)}, sys.stdout)


main()
