"""The worker's connection to the prediction server: a module built into the program `coglet-worker`.

Kinds, details, urgencies and the numbers that stand for "none" are in `cog._worker.frames`. All functions may be called
from any thread.
"""

from collections.abc import Callable
from typing import Any, Literal, NoReturn

settings: str
"""The server's initial settings, as JSON text: `reference`, `mode`."""

work_descriptor: int
"""Readable when `receive` would return something."""

control_descriptor: int
"""Readable when `control` would return something."""

# The token, what the server adds, and `{"input":…}`: values of JSON, or the text of those that are left to `json`; None
# where there is nothing.
_Request = tuple[int, dict[str, Any] | bytes | None, dict[str, Any] | bytes | None]

def receive(wait: int, /) -> _Request | Literal[False] | None:
    """Take the next prediction, which begins with that.

    Args:
        wait: 1 waits for one, without the GIL; signals are handled meanwhile. -1 sends what waits, and looks for one
            for a short while, if the last ones came quickly.

    Returns:
        The prediction; None when there is none; False when the server has closed the channel.
    """

def gather(wait: int, /) -> _Request | bytes | Literal[False] | None:
    """Take the next prediction of a batch, or the batch itself, which begins with that.

    Args:
        wait: 1 waits for one, without the GIL; signals are handled meanwhile.

    Returns:
        The prediction; or the tokens of a batch whose predictions have been taken, as unsigned 4-byte numbers; None
        when there is nothing; False when the server has closed the channel.
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
        ValueError: the content is larger than 1 GiB.
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
        ValueError: the text is larger than 1 GiB.
    """

def decode(text: bytes, /) -> Any:
    """Return what `json.loads` makes of JSON text. `receive` and `gather` read in the same way.

    Args:
        text: as UTF-8.

    Returns:
        The value; None if it is null, or if only `json` can tell what the text says, or what is wrong with it.
    """

def encode(value: Any, replacers: dict[type[Any], Callable[[Any], Any]], /) -> bytes | None:
    """Return the text that `json.dumps` makes of a value, without spaces and without escapes of what isn't ASCII.

    Args:
        value: made of None and of exactly bool, int, float, str, list, tuple, and dict with keys of exactly str.
        replacers: gives what stands for values of exactly these other types; may be called twice for a value.

    Returns:
        The text as UTF-8; None where `json` is needed: for values of other types, and for those that JSON doesn't have.
    """

def types_in(container: list[Any] | tuple[Any, ...] | dict[Any, Any], /) -> set[type[Any]]:
    """Return the types of the items of a list or tuple, or of the values of a dict; none of them a subclass of these.

    Args:
        container: whose items are looked at.
    """

def flush() -> None:
    """Send what is waiting."""

def settle() -> None:
    """Return when the server has handled what was printed, or after a second without an answer."""

def ended(token: int, /) -> None:
    """Tell that a prediction can't be interrupted any more.

    Args:
        token: the prediction.
    """

def cancel_requested(token: int, /) -> bool:
    """Tell whether the running prediction or batch is to be interrupted, once for each cancel.

    Args:
        token: the prediction, or the first of the batch.
    """

def is_canceled(token: int, /) -> bool:
    """Tell whether a cancel of a prediction of the running batch has come.

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

def rehearse() -> str:
    """Fork a child as `template` would, which ends at once.

    Returns:
        What speaks against forking workers: empty if nothing does, `threads N` if so many live on through a fork,
        `silent` if the child doesn't answer, `errno N` if there is none.
    """

def template() -> bytes | None:
    """Fork a worker whenever the server asks for one.

    Returns:
        In each worker the order: a JSON array of environment variables, as `NAME=value`. None in the template, when the
        server has closed the channel.
    """

def moved(folder: str, /) -> None:
    """Tell where a forked worker keeps its temporary files.

    Args:
        folder: the path.
    """

def leave(status: int, /) -> NoReturn:
    """End a forked worker, once everything has been sent.

    Args:
        status: its exit status.
    """
