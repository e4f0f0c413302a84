"""Runs a synchronous batched model on several threads, one batch each."""

from __future__ import annotations

from .batch import Batch, Item
from .batched import BatchedModel, Gathering
from .health import HealthChecks
from .threaded import OnThread, ThreadServer, die


class BatchThreads(ThreadServer):
    """Runs each batch on a thread of the pool.

    Args:
        model: runs the batches; used by many threads at a time.
        health: answers the health checks.
        concurrency: how many batches may run at a time.
    """

    def __init__(self, model: BatchedModel, health: HealthChecks, concurrency: int) -> None:
        super().__init__(health, concurrency)
        self._model = model
        self._gathering = Gathering()
        self._accepted: dict[int, tuple[_BatchOnThread, Item]] = {}

    def take_work(self) -> bool:
        while requests := self._gathering.take(0):
            batch = _BatchOnThread(requests, self._model.name)
            for item in batch.items:
                item.is_canceled = self.control.is_canceled_early(item.token)
                self._accepted[item.token] = (batch, item)
            self.pool.submit(self._run, batch, [item.token for item in batch.items])
        return requests is None

    def cancel(self, token: int) -> bool:
        accepted = self._accepted.get(token)
        if accepted is None:
            return False
        batch, item = accepted
        item.is_canceled = True
        if batch.is_wholly_canceled:
            batch.interrupt()
        return True

    def _run(self, batch: _BatchOnThread, tokens: list[int]) -> None:
        try:
            self._model.run(batch)
        except BaseException:
            die()
        for token in tokens:
            del self._accepted[token]


class _BatchOnThread(OnThread, Batch):
    """A batch that is interrupted by an exception put into its thread when all of its predictions are canceled."""

    __slots__ = ("thread",)

    def shield(self) -> None:
        self.close()

    def unshield(self) -> None:
        self.open()
