"""The worker's connection to the prediction server: a module built into the program `coglet-worker`.

Kinds, details, urgencies and the numbers that stand for "none" are in `cog._worker.frames`. All functions may be called
from any thread.
"""

from typing import Literal

settings: str
"""What the server says at the start, as JSON text: `reference`, `mode`."""

work_descriptor: int
"""Readable when `receive` has something."""

control_descriptor: int
"""Readable when `control` has something."""

# The token, what the server adds (JSON text), the body (JSON text), and the long strings cut out of the body: bytes
# where JSON escapes are still in them.
_Request = tuple[int, str, str, tuple[str | bytes, ...] | None]

def receive(wait: int, /) -> _Request | Literal[False] | None:
    """Take the next prediction.

    Args:
        wait: 1 waits for one, without the GIL; signals are handled meanwhile.

    Returns:
        The prediction; None when there is none; False when the server has closed the channel.
    """

def send(kind: int, detail: int, token: int, data: str | bytes, descriptor: int, urgency: int, /) -> None:
    """Send a frame; waits, without the GIL, when the server is slower than the model.

    Args:
        kind: what it is.
        detail: flags of the kind.
        token: the prediction it belongs to.
        data: its content; a str goes as UTF-8.
        descriptor: a file that goes with it, which stays the caller's.
        urgency: whether it may wait for later frames.

    Raises:
        UnicodeEncodeError: the str holds a lone surrogate.
    """

def send_string(kind: int, detail: int, token: int, text: str, urgency: int, /) -> None:
    """Send a frame whose content is `text` as a JSON string.

    Args:
        kind: what it is.
        detail: flags of the kind.
        token: the prediction it belongs to.
        text: the string.
        urgency: whether it may wait for later frames.

    Raises:
        UnicodeEncodeError: the text holds a lone surrogate.
    """

def flush() -> None:
    """Send what waits."""

def ended(token: int, /) -> None:
    """Tell that a prediction can't be interrupted any more.

    Args:
        token: the prediction.
    """

def cancel_requested(token: int, /) -> bool:
    """Tell whether a prediction is to be canceled.

    Args:
        token: the prediction.
    """

def interrupt(thread: int, exception: type[BaseException] | None, /) -> None:
    """Raise in another thread, at its next Python instruction.

    Args:
        thread: its `threading.get_ident()`.
        exception: what to raise; None takes back what has not been raised yet.
    """

def control(wait: int, /) -> tuple[int, int] | Literal[False] | None:
    """Take the next message of the control channel.

    Args:
        wait: 1 waits for one, without the GIL.

    Returns:
        Its kind and token; None when there is none; False when the server has closed the channel.
    """

def healthy(token: int, problem: str, /) -> None:
    """Answer a health check.

    Args:
        token: the check.
        problem: what is wrong; empty when nothing is.
    """
