"""Runs a synchronous model: one prediction after another, on the interpreter's main thread."""

from __future__ import annotations

import signal
import sys
from contextvars import Context
from types import FrameType, GeneratorType
from typing import Any

import _coglet

from cog import _outputs
from cog._inputs import InputError, InputPlan
from cog._loader import LoadedModel
from coglet import CancelationException

from . import frames, results, temporaries
from .requests import Request
from .running import Running, enter, running

# The prediction that a cancel may interrupt right now.
_interruptible: Running | None = None


def serve(model: LoadedModel, plan: InputPlan, failure_prefix: str) -> None:
    """Run predictions until the server closes the channel."""
    signal.signal(signal.SIGRTMIN + 5, _cancel_handler)
    receive = _coglet.receive
    while True:
        received = receive(1)
        if received is False:
            return
        try:
            _run(model, plan, failure_prefix, received)
        except CancelationException:
            # The signal came in the last moment, after the prediction had been sent off.
            pass


def _run(model: LoadedModel, plan: InputPlan, failure_prefix: str, received: Any) -> None:
    request = Request(received)
    prediction = Running(request.token, request.meta, frames.NOW)
    running[request.token] = prediction
    try:
        # An empty context: what setup() or another prediction has set is not seen.
        Context().run(_predict, model, plan, failure_prefix, request, prediction)
    finally:
        del running[request.token]
        if prediction.folders:
            temporaries.remove(prediction)


def _predict(model: LoadedModel, plan: InputPlan, failure_prefix: str, request: Request, prediction: Running) -> None:
    global _interruptible
    enter(prediction, request.meta.get("context") or {})
    try:
        try:
            _interruptible = prediction
            if _coglet.cancel_requested(prediction.token):
                prediction.is_canceled = True
                raise CancelationException
            values = plan.convert(request.values, request.meta.get("files") or {})
            result = model.call(**values)
            if isinstance(result, GeneratorType):
                failure_prefix = "Prediction failed: Generator iteration error: "
                results.send_generator(prediction, result)
            else:
                _send(prediction, result)
        finally:
            _interruptible = None
    except InputError as error:
        results.fail(prediction, f"Input validation error: {error}")
    except _outputs.OutputError as error:
        results.fail(prediction, f"Prediction failed: {error}")
    except CancelationException:
        prediction.is_canceled = True
        results.finish(prediction, frames.CANCELED)
    except BaseException as error:
        asyncio = sys.modules.get("asyncio")
        if asyncio is not None and isinstance(error, asyncio.CancelledError):
            results.finish(prediction, frames.CANCELED)
            return
        if not prediction.is_canceled:
            results.log_traceback(error)
        results.fail(prediction, failure_prefix + results.describe(error))


def _send(prediction: Running, result: Any) -> None:
    if prediction.is_canceled:
        # The model caught the cancel and returned something: that is kept, but the prediction ends as canceled.
        results.send_chunk(prediction, result, frames.HELD)
        results.finish(prediction, frames.CANCELED)
    else:
        results.send_value(prediction, result)


def _cancel_handler(signal_number: int, frame: FrameType | None) -> None:
    prediction = _interruptible
    if prediction is not None and _coglet.cancel_requested(prediction.token):
        prediction.is_canceled = True
        raise CancelationException
