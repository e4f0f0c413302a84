"""Runs a synchronous batched model: one batch after another, on the interpreter's main thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import Literal

import _coglet

from cog._model.loader import LoadedModel
from cog._values.inputs import InputPlan
from coglet import CancelationException

from . import results
from .batch import Batch
from .requests import Request
from .running import running
from .sync import OnMainThread, let_cancels_interrupt

_FAILED = "Prediction failed: "
_FAILED_ITERATING = "Prediction failed: Generator iteration error: "


class Gathering:
    """The predictions that have arrived but whose batches haven't begun."""

    def __init__(self) -> None:
        self._requests: dict[int, Request] = {}

    def take(self, wait: int) -> list[Request] | Literal[False] | None:
        """Take the predictions of the next batch.

        Args:
            wait: 1 waits for it, without the GIL. Signals are handled while it waits.

        Returns:
            The predictions; None when there is no batch; False when the server has closed the channel.
        """
        while received := _coglet.gather(wait):
            if isinstance(received, bytes):
                return [self._requests.pop(token) for token in _numbers(received)]
            request = Request(received)
            self._requests[request.token] = request
        return None if received is None else False


def _numbers(content: bytes) -> Sequence[int]:
    return memoryview(content).cast("I")


class BatchedModel:
    """A synchronous batched model, ready to predict.

    Args:
        model: the model.
        plan: how the inputs of one request are converted.
    """

    def __init__(self, model: LoadedModel, plan: InputPlan) -> None:
        self._model = model
        self._plan = plan

    @property
    def name(self) -> str:
        """The name of the model's method."""
        return self._model.name

    def run(self, batch: Batch) -> None:
        """Run a batch to its end on the calling thread and send all of it."""
        running[batch.token] = batch
        try:
            Context().run(self._predict, batch)
        finally:
            del running[batch.token]
            batch.leave()

    def _predict(self, batch: Batch) -> None:
        batch.enter()
        failure_prefix = _FAILED
        try:
            try:
                batch.open()
                arguments = batch.arguments(self._plan)
                if arguments is None:
                    return
                result = self._model.call(**arguments)
                if results.is_iterator(result):
                    failure_prefix = _FAILED_ITERATING
                    batch.send_stream(result, failure_prefix)
                else:
                    batch.send_results(result, failure_prefix)
            finally:
                batch.close()
        except BaseException as error:
            batch.fail(error, failure_prefix)


class _BatchOnMainThread(OnMainThread, Batch):
    """A batch that a signal interrupts, blocking calls included, when all of its predictions are canceled."""

    __slots__ = ()

    def close(self) -> None:
        self.shield()
        self.note_cancels()
        OnMainThread.close(self)

    def unshield(self) -> None:
        self.open()

    def note_cancels(self) -> None:
        for item in self.items:
            if not item.is_canceled and _coglet.is_canceled(item.token):
                item.is_canceled = True


def serve(model: BatchedModel) -> None:
    """Run batches until the server closes the channel."""
    let_cancels_interrupt()
    gathering = Gathering()
    while requests := gathering.take(1):
        try:
            model.run(_BatchOnMainThread(requests, model.name))
        except CancelationException:
            # The signal came at the last moment, after everything had been sent.
            pass
