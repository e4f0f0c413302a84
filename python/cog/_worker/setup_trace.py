"""The trace of the setup. The model's spans belong to it, and the server learns when the setup took place."""

from __future__ import annotations

import sys
from typing import Any

from . import forked, frames, keys
from .timing import Timing


class SetupTrace:
    """The trace of this process's setup; inactive if tracing is off.

    Args:
        settings: the settings that the server started the worker with.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._begin(settings.get(keys.SETUP_TRACE))

    def _begin(self, parent: str | None) -> None:
        self._parent = parent
        self._timing = Timing() if parent is not None and parent.endswith("-01") else None
        self._token: Any = None

    def of_this_process(self) -> SetupTrace:
        """Return the trace of a setup that continues, or begins, after a fork."""
        if forked.is_forked:
            self._begin(forked.setup_trace)
        return self

    def enter(self) -> None:
        """Make this trace current."""
        if self._parent is not None and "opentelemetry" in sys.modules:
            from . import joining

            self._token = joining.join_checked({"traceparent": self._parent})

    def leave(self) -> None:
        """Report a finished setup to the server."""
        if self._token is not None:
            from . import joining

            joining.detach(self._token)
            self._token = None
        if self._timing is not None:
            self._timing.send(frames.NO_TOKEN)
            self._timing = None

    def failed(self, error: BaseException) -> None:
        """Report a failed setup to the server."""
        if self._timing is not None:
            self._timing.failed(error)
        self.leave()
