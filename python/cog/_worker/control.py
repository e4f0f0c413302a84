"""Takes the messages of the control channel: health checks, and cancels, which may overtake their prediction."""

from __future__ import annotations

from collections.abc import Callable

import _coglet

from . import frames
from .health import HealthChecks


class Control:
    """The control channel of a worker that runs several predictions at a time.

    Args:
        health: answers the health checks.
        cancel: called with the token of a prediction that is to be canceled; returns False if it isn't running.
    """

    def __init__(self, health: HealthChecks, cancel: Callable[[int], bool]) -> None:
        self._health = health
        self._cancel = cancel
        self._early_cancels: set[int] = set()
        self._latest_token = 0

    def take(self) -> None:
        """Handle the messages that have arrived."""
        while message := _coglet.control(0):
            kind, token = message
            if kind == frames.HEALTH_CHECK:
                self._health.start(token)
            elif kind == frames.CANCEL and not self._cancel(token) and token > self._latest_token:
                self._early_cancels.add(token)

    def is_canceled_early(self, token: int) -> bool:
        """Record that a prediction has arrived; return whether its cancel arrived first."""
        self._latest_token = token
        if token not in self._early_cancels:
            return False
        self._early_cancels.discard(token)
        return True
