"""Prints the OpenAPI document of a model: `python -m cog.command.openapi_schema [--predict REF] [--train REF]`."""

from __future__ import annotations

import os
import sys

from cog._model import shadows

_EXAMPLES = "COG_EXAMPLES"
"""The build tool's key for complete example inputs, which it has checked: a list in JSON. No server reads it."""


def main(arguments: list[str] | None = None) -> int:
    """Print the document as JSON.

    Args:
        arguments: the command line, by default the program's own. Without references, those of the environment
            variables COG_PREDICT_TYPE_STUB and COG_TRAIN_TYPE_STUB are used.

    Returns:
        The exit status: 1 if the model can't be loaded or described.
    """
    known = set(sys.modules)
    path = sys.path[:] if {"", os.getcwd()} & set(sys.path) else ["", *sys.path]
    sys.path[:] = shadows.without_folder(path)
    import argparse
    import json

    parser = argparse.ArgumentParser(
        prog="python -m cog.command.openapi_schema", description="Print the OpenAPI document of a model"
    )
    parser.add_argument("--predict", metavar="REF", help="the model, for example predict.py:Predictor")
    parser.add_argument("--train", metavar="REF", help="the training, for example train.py:train")
    options = parser.parse_args(arguments)
    predict, train = options.predict, options.train
    if predict is None and train is None:
        predict = os.environ.get("COG_PREDICT_TYPE_STUB") or None
        train = os.environ.get("COG_TRAIN_TYPE_STUB") or None
        if predict is None and train is None:
            parser.error("name a model with --predict or --train")
    # The output of the model, and of programs that it starts, must not get into the document, not even at exit.
    sys.stdout.flush()
    output = os.dup(1)
    os.dup2(2, 1)
    from cog._document import openapi
    from cog._model import tracebacks
    from cog.errors import CogError

    shadows.put_back(path, known)
    try:
        document = openapi.generate(predict=predict, train=train, strict=True)
        if examples := json.loads(os.environ.get(_EXAMPLES) or "[]"):
            name = "Input" if predict is not None else "TrainingInput"
            document["components"]["schemas"][name]["examples"] = examples
    except CogError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except BaseException as error:
        sys.stderr.writelines(tracebacks.of_model(error))
        print(f"ERROR: failed to load predictor: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    with open(output, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False, allow_nan=False)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
