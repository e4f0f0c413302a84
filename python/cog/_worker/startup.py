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

import coglet  # noqa: F401  # before the model, whose folder may contain a file with that name
from cog._document.about import described
from cog._document.checks import beyond
from cog._model import loader
from cog._values.inputs import InputPlan

from . import children, failures, forked, frames, keys, setup_trace, streams, temporaries, threads

_SCHEMA_PATH = os.path.join(".cog", "openapi_schema.json")


class SetupError(Exception):
    """Setup can't succeed; the text says why."""


def run() -> None:
    """Load the model, set it up and serve it until the server ends the worker. A template forks workers instead."""
    settings = json.loads(_coglet.settings)
    start = settings[keys.START]
    streams.install()
    children.keep_order()
    if start != keys.SPAWN:
        from . import rehearsal

        forked.prepare()
        rehearsal.prepare()
    _show_every_deprecation()
    trace = setup_trace.SetupTrace(settings)
    try:
        _install_tracing(settings)
        trace.enter()
        model = _load(settings)
        plan = InputPlan(model.call)
        schema = _schema(settings)
        concurrency = _concurrency(model)
        if start == keys.FORK_AFTER_IMPORT:
            trace.leave()
            if not _fork_workers(None):
                return
            trace = trace.of_this_process()
            trace.enter()
        loop = _new_loop() if model.is_asynchronous or model.setup_is_async else None
        if start == keys.FORK and loop is not None:
            from . import loops

            loops.watch(loop)
        _set_up(model, loop)
    except SetupError as error:
        trace.failed(error.__context__ or error)
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
    trace.leave()
    sys.stdout.flush()
    sys.stderr.flush()
    report = _report(model, plan, schema, concurrency)
    if start == keys.FORK:
        if not _fork_workers(loop):
            return
        if loop is not None and loop.is_closed():
            loop = _new_loop()
    _coglet.send(frames.READY, 0, frames.NO_TOKEN, report, frames.NO_DESCRIPTOR, frames.NOW)
    _serve(model, plan, loop, concurrency)


def _new_loop() -> Any:
    from . import asynchronous

    return asynchronous.new_event_loop()


def _fork_workers(loop: Any) -> bool:
    from . import template

    is_worker = template.fork_workers(loop)
    if is_worker and "cog._worker.tracing" in sys.modules:
        sys.modules["cog._worker.tracing"].begin_exporting()
    return is_worker


def _install_tracing(settings: dict[str, Any]) -> None:
    options = settings.get(keys.TRACING)
    if options is None:
        return
    from . import tracing

    try:
        tracing.install(options, is_template=settings[keys.START] != keys.SPAWN)
    except BaseException as error:
        failures.log_traceback(error)
        raise SetupError(f"Setup failed: {failures.describe(error)}") from None


def _serve(model: loader.LoadedModel, plan: InputPlan, loop: Any, concurrency: int) -> None:
    threads.inherit_context()
    temporaries.keep_until_the_end()
    if model.batching is not None:
        _serve_batches(model, plan, loop, concurrency)
    elif model.is_asynchronous:
        from .asynchronous import AsyncServer
        from .health import HealthChecks

        AsyncServer(loop, model, plan, HealthChecks(model.healthcheck, loop)).serve()
    elif concurrency > 1:
        from .health import HealthChecks
        from .sync import SyncModel
        from .threaded import PredictionThreads

        PredictionThreads(SyncModel(model, plan), HealthChecks(model.healthcheck, None), concurrency).serve()
    else:
        from . import sync

        _check_health_on_thread(model)
        sync.serve(sync.SyncModel(model, plan))


def _serve_batches(model: loader.LoadedModel, plan: InputPlan, loop: Any, concurrency: int) -> None:
    if model.is_asynchronous:
        from .batched_async import BatchedAsyncServer
        from .health import HealthChecks

        BatchedAsyncServer(loop, model, plan, HealthChecks(model.healthcheck, loop)).serve()
    elif concurrency > 1:
        from .batched import BatchedModel
        from .batched_threads import BatchThreads
        from .health import HealthChecks

        BatchThreads(BatchedModel(model, plan), HealthChecks(model.healthcheck, None), concurrency).serve()
    else:
        from . import batched

        _check_health_on_thread(model)
        batched.serve(batched.BatchedModel(model, plan))


def _check_health_on_thread(model: loader.LoadedModel) -> None:
    if model.healthcheck is not None:
        from .health import HealthChecks

        HealthChecks(model.healthcheck, None).serve_on_thread()


def _load(settings: dict[str, Any]) -> loader.LoadedModel:
    try:
        return loader.load(settings[keys.REFERENCE], settings[keys.MODE])
    except BaseException as error:
        failures.log_traceback(error)
        raise SetupError(f"Setup failed: failed to load predictor: {failures.describe(error)}") from None


def _set_up(model: loader.LoadedModel, loop: Any) -> None:
    if model.setup is None:
        return
    try:
        result = model.setup()
        if inspect.isawaitable(result):
            loop.run_until_complete(_awaited(result))
    except BaseException as error:
        failures.log_traceback(error)
        raise SetupError(f"Setup failed: setup failed: {failures.describe(error)}") from None


async def _awaited(result: Any) -> Any:
    return await result


def _schema(settings: dict[str, Any]) -> str | None:
    """Return the OpenAPI document as JSON text: the one stored by the build, or one made from the model."""
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
    from cog._document import openapi

    try:
        document = openapi.for_server(settings[keys.MODE], settings[keys.REFERENCE])
    except BaseException as error:
        raise SetupError(f"Setup failed: failed to load predictor: {failures.describe(error)}") from None
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _concurrency(model: loader.LoadedModel) -> int:
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


def _report(model: loader.LoadedModel, plan: InputPlan, schema: str | None, concurrency: int) -> bytes:
    """Return the report that the server gets when a model is ready."""
    facts = {
        keys.FILES: plan.file_patterns,
        keys.CONCURRENCY: concurrency,
        keys.HEALTHCHECK: model.healthcheck is not None,
        "python": platform.python_version(),
    }
    if model.batching is not None:
        facts[keys.BATCH] = {keys.MAX_SIZE: model.batching.max_size, keys.MAX_WAIT: model.batching.max_wait}
    text = json.dumps(facts)
    if schema is not None:
        document = json.loads(schema)
        checks = beyond(document, plan.forms, "train" if model.is_training else "predict")
        # The server was asked for the original's document, which contains nothing additional.
        if os.environ.get("COG_OPENAPI") != "original":
            shown = described(document, model, plan)
            if shown is not document:
                schema = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        text = f'{text[:-1]},"{keys.SCHEMA}":{schema},"{keys.CHECKS}":{json.dumps(checks)}}}'
    return text.encode("utf-8", "replace")


def _show_every_deprecation() -> None:
    # Deprecated forms of a model are named in its setup logs, which is where its author looks.
    warnings.filterwarnings("default", category=DeprecationWarning, module="cog")
