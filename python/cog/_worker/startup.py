"""From the start of the interpreter to the first prediction."""

from __future__ import annotations

import inspect
import json
import os
import platform
import sys
import warnings
from typing import Any

import _coglet

from cog import _checks, _loader
from cog._inputs import InputPlan

from . import frames, results, streams, sync, temporaries, threads

_SCHEMA_PATH = os.path.join(".cog", "openapi_schema.json")


class SetupError(Exception):
    """Setup can't succeed; the text says why."""


def run() -> None:
    """Load the model, set it up and serve it until the server ends the worker."""
    settings = json.loads(_coglet.settings)
    streams.install()
    _show_every_deprecation()
    try:
        model = _load(settings)
        plan = InputPlan(model.call)
        schema = _schema(settings)
        concurrency = _concurrency(model)
        loop = None
        if model.is_asynchronous or model.setup_is_async:
            from . import asynchronous

            loop = asynchronous.new_event_loop()
        _set_up(model, loop)
    except SetupError as error:
        sys.stdout.flush()
        sys.stderr.flush()
        _coglet.send(
            frames.SETUP_FAILED,
            0,
            frames.NO_TOKEN,
            str(error).encode("utf-8", "replace"),
            frames.NO_DESCRIPTOR,
            frames.NOW,
        )
        return
    sys.stdout.flush()
    sys.stderr.flush()
    _announce(model, plan, schema, concurrency)
    _serve(model, plan, loop, concurrency)


def _serve(model: _loader.LoadedModel, plan: InputPlan, loop: Any, concurrency: int) -> None:
    threads.inherit_context()
    temporaries.keep_until_the_end()
    if model.is_asynchronous:
        from . import asynchronous
        from .health import HealthChecks

        asynchronous.AsyncServer(loop, model, plan, HealthChecks(model.healthcheck, loop)).serve()
        return
    if concurrency > 1:
        from .health import HealthChecks
        from .threaded import ThreadServer

        ThreadServer(sync.SyncModel(model, plan), HealthChecks(model.healthcheck, None), concurrency).serve()
        return
    if model.healthcheck is not None:
        from .health import HealthChecks

        HealthChecks(model.healthcheck, None).serve_on_thread()
    sync.serve(sync.SyncModel(model, plan))


def _load(settings: dict[str, Any]) -> _loader.LoadedModel:
    try:
        return _loader.load(settings["reference"], settings["mode"])
    except BaseException as error:
        results.log_traceback(error)
        raise SetupError(f"Setup failed: failed to load predictor: {results.describe(error)}") from None


def _set_up(model: _loader.LoadedModel, loop: Any) -> None:
    if model.setup is None:
        return
    try:
        result = model.setup()
        if inspect.isawaitable(result):
            loop.run_until_complete(_awaited(result))
    except BaseException as error:
        results.log_traceback(error)
        raise SetupError(f"Setup failed: setup failed: {results.describe(error)}") from None


async def _awaited(result: Any) -> Any:
    return await result


def _schema(settings: dict[str, Any]) -> str | None:
    """Return the OpenAPI document as JSON text: the one the build left, or one made from the model."""
    try:
        with open(_SCHEMA_PATH, encoding="utf-8") as file:
            text = file.read()
        json.loads(text)
        return text
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        print(
            f"Failed to parse {_SCHEMA_PATH}: {error}. Running without schema — all input types accepted.",
            file=sys.stderr,
        )
        return None
    from cog import _document

    try:
        document = _document.for_server(settings["mode"], settings["reference"])
    except BaseException as error:
        raise SetupError(f"Setup failed: failed to load predictor: {results.describe(error)}") from None
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _concurrency(model: _loader.LoadedModel) -> int:
    text = os.environ.get("COG_MAX_CONCURRENCY")
    if text is None:
        wanted = model.max_concurrency or 1
    else:
        try:
            wanted = int(text)
        except ValueError:
            wanted = 0
        if wanted < 1:
            print("Invalid COG_MAX_CONCURRENCY value, defaulting to 1", file=sys.stderr)
            wanted = 1
    if wanted > 1 and not model.is_asynchronous and not model.runs_on_threads:
        raise SetupError(
            "Setup failed: setup failed: COG_MAX_CONCURRENCY > 1 requires an async run() or predict() method"
        )
    return wanted


def _announce(model: _loader.LoadedModel, plan: InputPlan, schema: str | None, concurrency: int) -> None:
    facts = {
        "files": plan.file_patterns,
        "concurrency": concurrency,
        "healthcheck": model.healthcheck is not None,
        "python": platform.python_version(),
    }
    text = json.dumps(facts)
    if schema is not None:
        checks = _checks.beyond(json.loads(schema), plan.forms, "train" if model.is_training else "predict")
        text = f'{text[:-1]},"schema":{schema},"checks":{json.dumps(checks)}}}'
    content = text.encode("utf-8", "replace")
    _coglet.send(frames.READY, 0, frames.NO_TOKEN, content, frames.NO_DESCRIPTOR, frames.NOW)


def _show_every_deprecation() -> None:
    # Deprecated forms of a model are named in its setup logs, which is where its author looks.
    warnings.filterwarnings("default", category=DeprecationWarning, module="cog")
