"""A batch: predictions that one call of the model answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import _coglet

from cog import scope as cog_scope
from cog._model.batched import SKIP
from cog._values.inputs import InputError, InputPlan
from cog._values.output_error import OutputError
from coglet import CancelationException

from . import failures, frames, item_lists, keys, results, temporaries
from .requests import Request
from .running import Running, current, join_trace


class Item(Running):
    """One of the predictions of a batch.

    Its files are copied before they are sent (`runs_alone`): the next batch may begin before the server has read them.
    """

    __slots__ = ("batch", "chunk_count", "has_ended", "request")

    def __init__(self, request: Request, batch: Batch) -> None:
        super().__init__(request.token, request.meta, frames.HELD)
        self.request = request
        self.batch = batch
        self.has_ended = False
        self.chunk_count = 0

    def close(self) -> None:
        """Record that the end is about to be sent: no interruption may come in between."""
        self.batch.shield()
        self.has_ended = True

    def record_metric(self, mode: str, name: str, value: str) -> None:
        if not self.has_ended:
            super().record_metric(mode, name, value)

    def flush_logs(self) -> None:
        self.batch.flush_logs()
        super().flush_logs()


class Batch(Running):
    """Predictions that one call of the model answers. To the rest of the worker, they are one running prediction.

    Args:
        requests: at least one.
        name: the method's name, for messages.
    """

    __slots__ = ("called", "items", "name")

    def __init__(self, requests: list[Request], name: str) -> None:
        super().__init__(requests[0].token, {}, frames.HELD)
        self.name = name
        self.items = [Item(request, self) for request in requests]
        # The predictions whose inputs the model gets, in this order.
        self.called = self.items

    # MARK: - Interruption

    def shield(self) -> None:
        """Prevent interruption by a cancel until `unshield`."""

    def unshield(self) -> None:
        """Allow interruption by a cancel again.

        Raises:
            CancelationException: one has come in the meantime.
        """

    def note_cancels(self) -> None:
        """Mark the canceled predictions, if that isn't done on arrival."""

    @property
    def is_wholly_canceled(self) -> bool:
        """Whether no request waits for the model any more."""
        return all(item.is_canceled or item.has_ended for item in self.items)

    # MARK: - What all predictions share

    def enter(self) -> None:
        """Make this batch current. Call this inside the context that it runs in."""
        scopes = tuple([item.scope for item in self.items])
        current.set(self)
        # The model's spans can be part of one trace only: preferably one that somebody records.
        traced = [item.request.meta for item in self.items if keys.TRACE in item.request.meta]
        if traced:
            join_trace(next((meta for meta in traced if meta[keys.TRACE]), traced[0]))
        cog_scope._batch.set(scopes)
        cog_scope._current.set(cog_scope.Scope._for_batch(scopes))

    def log(self, source: int, text: str) -> None:
        """Send text that belongs to no single prediction: it goes to the log of each."""
        self._log(source, text)
        _coglet.flush()

    def flush_logs(self) -> None:
        for source, text in self.taken_partial():
            self._log(source, text)

    def _log(self, source: int, text: str) -> None:
        tokens = [item.token for item in self.items if not item.has_ended] or [frames.NO_TOKEN]
        for token in tokens:
            _coglet.send(frames.LOG, source, token, text, frames.NO_DESCRIPTOR, frames.HELD)

    def leave(self) -> None:
        """Send what is held back and clean up after the model. Call this at the end."""
        _coglet.flush()
        for running in (self, *self.items):
            if running.folders:
                temporaries.remove(running)
        # Inputs can be large and must not wait for the garbage collector, so reference cycles are broken.
        for item in self.items:
            del item.request
            item.made_scope = None
        self.items = self.called = []

    # MARK: - Inputs

    def arguments(self, plan: InputPlan) -> dict[str, list[Any]] | None:
        """Return the arguments for the model; None if no request is left.

        A prediction whose input can't be converted, or that is canceled, ends here.
        """
        values = []
        called = []
        self.note_cancels()
        for item in self.items:
            if item.is_canceled:
                self._finish(item, frames.CANCELED)
                continue
            with item.scope:
                converted = self._converted(item, plan)
            if converted is not None:
                values.append(converted)
                called.append(item)
        self.called = called
        if not called:
            return None
        if len(called) < len(self.items):
            self._rescope(called)
        return plan.columns(values)

    def _converted(self, item: Item, plan: InputPlan) -> dict[str, Any] | None:
        try:
            values = plan.convert(item.request.values, item.request.meta.get(keys.FILES) or {})
        except InputError as error:
            self._fail(item, f"Input validation error: {error}")
            return None
        except Exception as error:
            failures.log_traceback(error)
            self._fail(item, f"Prediction failed: {failures.describe(error)}")
            return None
        if item.timing is not None:
            item.timing.converted()
        wrong = plan.wrong_names(values)
        if wrong is not None:
            self._fail(item, f"Prediction failed: TypeError: {self.name}() {wrong}")
            return None
        return values

    def _rescope(self, called: list[Item]) -> None:
        scopes = tuple([item.scope for item in called])
        cog_scope._batch.set(scopes)
        cog_scope._current.set(cog_scope.Scope._for_batch(scopes))

    # MARK: - Outputs

    def send_results(self, values: Any, failure_prefix: str) -> None:
        """Send what the model returned: a list with one value for each prediction."""
        item_lists.check(values, len(self.called), self.name, "returned")
        self.note_cancels()
        for item, value in zip(self.called, values, strict=True):
            if not item.has_ended:
                with item.scope:
                    self._send_result(item, value, failure_prefix)

    def send_stream(self, lists: Iterable[Any], failure_prefix: str) -> None:
        """Send each list of a generator as it comes, then end the predictions."""
        for values in lists:
            self.send_chunks(values, failure_prefix)
        self.finish_streams()

    def send_chunks(self, values: Any, failure_prefix: str) -> None:
        """Send what the model yielded: a list with one chunk for each prediction."""
        item_lists.check(values, len(self.called), self.name, "yielded")
        self.note_cancels()
        for item, value in zip(self.called, values, strict=True):
            if value is SKIP or item.has_ended or item.is_canceled:
                continue
            if isinstance(value, BaseException):
                with item.scope:
                    self._fail_with(item, value, failure_prefix)
                continue
            try:
                results.send_chunk(item, value, frames.SOON, item.chunk_count)
                item.chunk_count += 1
            except OutputError as error:
                self._fail(item, f"Prediction failed: {error}")

    def finish_streams(self) -> None:
        """End the predictions whose chunks have been sent."""
        self.note_cancels()
        for item in self._unended():
            self._finish(item, frames.CANCELED if item.is_canceled else frames.LIST)

    def _send_result(self, item: Item, value: Any, failure_prefix: str) -> None:
        if item.is_canceled:
            self._finish(item, frames.CANCELED)
        elif isinstance(value, BaseException):
            self._fail_with(item, value, failure_prefix)
        elif value is SKIP:
            self._fail(item, f"Prediction failed: {self.name}() returned cog.SKIP, which only generators may yield")
        else:
            try:
                results.send_value(item, value)
            except OutputError as error:
                results.fail(item, f"Prediction failed: {error}")
            self.unshield()

    def _fail_with(self, item: Item, error: BaseException, failure_prefix: str) -> None:
        results.log_failure(item, error)
        self._fail(item, failure_prefix + failures.describe(error))

    def _fail(self, item: Item, text: str) -> None:
        results.fail(item, text)
        self.unshield()

    def _finish(self, item: Item, detail: int) -> None:
        results.finish(item, detail)
        self.unshield()

    def _unended(self) -> list[Item]:
        return [item for item in self.items if not item.has_ended]

    # MARK: - Failures

    def fail(self, error: BaseException, failure_prefix: str) -> None:
        """End the unfinished predictions after the call has raised, or leave that to the server.

        If several were in the call, it is unknown which one caused it, so the server runs each half again.
        """
        self._close_for_good()
        alone = len(self.called) == 1
        for item in self._unended():
            if item.is_canceled:
                results.finish(item, frames.CANCELED)
            elif isinstance(error, item_lists.WrongResult):
                results.fail(item, f"Prediction failed: {error}")
            elif alone:
                current.set(item)
                results.log_failure(item, error)
                results.fail(item, failure_prefix + failures.describe(error))
        left = self._unended()
        if left:
            self._leave_to_server(left, error, failure_prefix)

    def _close_for_good(self) -> None:
        while True:
            try:
                self.close()
                return
            except CancelationException:
                continue  # A second cancel; from here on there is none.

    def _leave_to_server(self, items: list[Item], error: BaseException, failure_prefix: str) -> None:
        for item in items:
            item.flush_logs()
            if item.timing is not None:
                item.timing.failed(error)
                item.timing.send(item.token)
        content = {
            keys.TOKENS: [item.token for item in items],
            keys.ERROR: failure_prefix + failures.describe(error),
            keys.TRACEBACK: failures.traceback_of(error),
        }
        text = json.dumps(content).encode()
        _coglet.send(frames.BATCH_FAILED, 0, self.token, text, frames.NO_DESCRIPTOR, frames.HELD)
