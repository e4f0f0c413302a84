"""Runs the model's own `healthcheck()` alongside the predictions."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import _coglet

from . import failures, frames
from .keys import HEALTHCHECK_SECONDS
from .running import current

_TIMED_OUT = f"Healthcheck failed: user-defined healthcheck timed out after {HEALTHCHECK_SECONDS} seconds"


class HealthChecks:
    """Answers the server's health checks with the result of the model's own.

    Args:
        check: the model's attribute `healthcheck`, whatever it is; None if it has none.
        loop: the event loop of an asynchronous model, otherwise None.
    """

    def __init__(self, check: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self._check: Callable[[], Any] = check
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, token: int) -> None:
        """Start a check: a coroutine on the event loop, anything else on a separate thread."""
        if self._loop is not None and inspect.iscoroutinefunction(self._check):
            task = self._loop.create_task(self._check_asynchronously(token))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            import threading

            threading.Thread(target=self._check_synchronously, args=(token,), daemon=True).start()

    def serve_on_thread(self) -> None:
        """Answer the checks of a synchronous model on a separate daemon thread."""
        import threading

        threading.Thread(target=self._serve, name="cog-healthcheck", daemon=True).start()

    def _serve(self) -> None:
        while message := _coglet.control(1):
            kind, token = message
            if kind == frames.HEALTH_CHECK:
                self._check_synchronously(token)

    def _check_synchronously(self, token: int) -> None:
        current.set(None)
        try:
            result = self._check()
            if inspect.isawaitable(result):
                result = asyncio.run(asyncio.wait_for(_awaited(result), HEALTHCHECK_SECONDS))
            _coglet.healthy(token, _problem(result))
        except BaseException as error:
            _coglet.healthy(token, _failure(error))

    async def _check_asynchronously(self, token: int) -> None:
        current.set(None)
        try:
            result = await asyncio.wait_for(self._check(), HEALTHCHECK_SECONDS)
            _coglet.healthy(token, _problem(result))
        except BaseException as error:
            _coglet.healthy(token, _failure(error))


async def _awaited(result: Any) -> Any:
    return await result


def _problem(result: Any) -> str:
    return "Healthcheck failed: user-defined healthcheck returned False" if result is False else ""


def _failure(error: BaseException) -> str:
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return _TIMED_OUT
    return f"Healthcheck failed: {failures.describe(error)}".encode("utf-8", "replace").decode("utf-8")
