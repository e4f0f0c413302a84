"""Runs a synchronous model: one prediction after another, on the interpreter's main thread."""

from __future__ import annotations

import signal
from contextvars import Context
from types import FrameType
from typing import Any

import _coglet

from cog._model.loader import LoadedModel
from cog._values.inputs import InputError, InputPlan
from cog._values.output_error import OutputError
from coglet import CancelationException

from . import failures, frames, results, temporaries
from .keys import CANCEL_ABOVE_SIGRTMIN, FILES
from .requests import Request
from .running import Running, enter, running


class SyncModel:
    """A synchronous model, ready to predict.

    Args:
        model: the model.
        plan: how its inputs are converted.
    """

    def __init__(self, model: LoadedModel, plan: InputPlan) -> None:
        self._model = model
        self._plan = plan
        is_training = model.name == "train" or model.is_training
        self._failure_prefix = "Prediction failed: Training failed: " if is_training else "Prediction failed: "

    def run(self, request: Request, prediction: Running) -> None:
        """Run a prediction to its end on the calling thread and send all of it.

        Raises:
            CancelationException: a cancel came at the last moment, after everything had been sent.
        """
        running[request.token] = prediction
        try:
            # An empty context, without what setup() or another prediction has set.
            Context().run(self._predict, request, prediction)
        finally:
            del running[request.token]
            prediction.made_scope = None
            if prediction.folders:
                temporaries.remove(prediction)

    def _predict(self, request: Request, prediction: Running) -> None:
        enter(prediction, request.meta)
        failure_prefix = self._failure_prefix
        try:
            try:
                prediction.open()
                values = self._plan.convert(request.values, request.meta.get(FILES) or {})
                if prediction.timing is not None:
                    prediction.timing.converted()
                result = self._model.call(**values)
                if results.is_iterator(result):
                    failure_prefix = "Prediction failed: Generator iteration error: "
                    results.send_iterator(prediction, result)
                else:
                    _send(prediction, result)
            finally:
                prediction.close()
        except InputError as error:
            results.fail(prediction, f"Input validation error: {error}")
        except OutputError as error:
            results.fail(prediction, f"Prediction failed: {error}")
        except BaseException as error:
            # A cancellation is a failure like any other unless the server asked for it: models cancel tasks too.
            results.log_failure(prediction, error)
            results.fail(prediction, failure_prefix + failures.describe(error))


def serve(model: SyncModel) -> None:
    """Run predictions until the server closes the channel."""
    let_cancels_interrupt()
    receive = _coglet.receive
    while received := receive(1):
        request = Request(received)
        try:
            model.run(request, OnMainThread(request.token, request.meta, frames.NOW))
        except CancelationException:
            # The signal came at the last moment, after the prediction had been sent.
            pass


def _send(prediction: Running, result: Any) -> None:
    if prediction.is_canceled:
        # The model caught the cancel and returned something: that is kept, but the prediction ends as canceled.
        results.send_chunk(prediction, result, frames.HELD)
        results.finish(prediction, frames.CANCELED)
    else:
        results.send_value(prediction, result)


# What a cancel may interrupt at the moment.
_interruptible: OnMainThread | None = None


class OnMainThread(Running):
    """A prediction, or a batch of them, that a signal interrupts, blocking calls included."""

    __slots__ = ()

    runs_alone = True

    def open(self) -> None:
        global _interruptible
        _interruptible = self
        self.check()

    def close(self) -> None:
        global _interruptible
        _interruptible = None
        _coglet.ended(self.token)

    def shield(self) -> None:
        """Prevent interruption by a cancel until `open`."""
        global _interruptible
        _interruptible = None

    def check(self) -> None:
        """Raise CancelationException if a cancel has come."""
        if _coglet.cancel_requested(self.token):
            self.is_canceled = True
            raise CancelationException


def let_cancels_interrupt() -> None:
    """From now on, the worker's cancel signal interrupts what is open."""
    signal.signal(signal.SIGRTMIN + CANCEL_ABOVE_SIGRTMIN, _cancel_handler)


def _cancel_handler(signal_number: int, frame: FrameType | None) -> None:
    if _interruptible is not None:
        _interruptible.check()
