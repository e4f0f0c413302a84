"""Loads models and describes them, each in a separate process; run by the tests with every interpreter.

Reads a JSON list of folders from standard input, writes a JSON object: folder → what came out of it.
"""

import asyncio
import contextlib
import inspect
import io
import json
import os
import sys
import traceback


def describe(folder: str) -> dict[str, object]:
    """Return what a server would find out about the model in a folder."""
    from cog._document import openapi
    from cog._model import loader

    os.chdir(folder)
    sys.path.insert(0, "")
    with open("case.json", encoding="utf-8") as file:
        case = json.load(file)
    mode = case["mode"]
    try:
        model = loader.load(case[mode], mode)
    except BaseException as error:
        return {"error": f"failed to load predictor: {type(error).__name__}: {error}"}
    try:
        document = openapi.generate(predict=case["predict"], train=case["train"])
    except BaseException as error:
        return {"error": f"failed to load predictor: {type(error).__name__}: {error}"}
    try:
        result = model.setup() if model.setup is not None else None
        if inspect.isawaitable(result):
            asyncio.run(awaited(result))
    except BaseException as error:
        return {"error": f"setup failed: {type(error).__name__}: {error}", "document": document}
    examples = []
    if os.path.exists("examples.json"):
        with open("examples.json", encoding="utf-8") as file:
            examples = [outcome(model, example) for example in json.load(file)]
    return {"document": document, "examples": examples}


async def awaited(result):
    return await result


def outcome(model, example: dict[str, object]) -> dict[str, object]:
    """Return what the model does with the input of an example."""
    from cog._values import outputs
    from cog._values.inputs import InputError, InputPlan

    try:
        plan = InputPlan(model.call)
        arguments = plan.convert(example["input"], {})
        if model.batching is not None:
            (output,) = model.call(**plan.columns([arguments]))
            return {"output": json.loads(outputs.encode(output))}
        output = model.call(**arguments)
        if inspect.isgenerator(output):
            output = list(output)
        return {"output": json.loads(outputs.encode(output))}
    except InputError as error:
        return {"failed": error.field}
    except Exception:
        return {"error": traceback.format_exc()}


def main() -> None:
    """Describe every folder."""
    # Loaded before the forks, so that it is paid for once.
    import cog._document.openapi
    import cog._model.loader
    import cog._values.inputs
    import cog._values.outputs  # noqa: F401

    results = {}
    for folder in json.load(sys.stdin):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            quiet = io.StringIO()
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                found = describe(folder)
            with open(writer, "w", encoding="utf-8") as pipe:
                json.dump(found, pipe)
            os._exit(0)
        os.close(writer)
        with open(reader, encoding="utf-8") as pipe:
            text = pipe.read()
        os.waitpid(pid, 0)
        results[os.path.basename(folder)] = json.loads(text) if text else {"error": "process ended"}
    json.dump(results, sys.stdout)


main()
