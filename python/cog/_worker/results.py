"""Sends what a model gives: chunks of output, files, and how the prediction ended."""

from __future__ import annotations

import os
import sys
from types import GeneratorType
from typing import Any, BinaryIO

import _coglet

from cog import _outputs
from cog._records import is_root_model

from . import frames
from .running import Running

# Values of these types can't be files, so a list of them needs no look at each element's interface.
_NEVER_FILES = frozenset({str, int, float, bool, type(None), dict, list, tuple})

_COPY_BYTES = 1 << 20


def send_chunk(prediction: Running, value: Any, urgency: int) -> None:
    """Send one chunk of output.

    Raises:
        cog._outputs.OutputError: the value has no JSON form, or its file can't be read.
    """
    kind = type(value)
    if kind is str:
        try:
            _coglet.send_string(frames.OUTPUT, 0, prediction.token, value, urgency)
            return
        except UnicodeEncodeError:
            pass  # A lone surrogate: encode() below says so in the usual words.
    elif kind not in _NEVER_FILES:
        opened = _outputs.open_file(value)
        if opened is not None:
            _send_file(prediction, *opened)
            return
    _coglet.send(frames.OUTPUT, 0, prediction.token, _outputs.encode(value), frames.NO_DESCRIPTOR, urgency)


def send_value(prediction: Running, value: Any) -> None:
    """Send what `predict` returned and end the prediction.

    Raises:
        cog._outputs.OutputError: the value has no JSON form, or its file can't be read.
    """
    kind = type(value)
    if kind not in _NEVER_FILES and is_root_model(kind):
        value, kind = value.root, type(value.root)
    if kind is list or isinstance(value, (list, tuple, set, frozenset)):
        if prediction.is_itemized or any(type(item) not in _NEVER_FILES for item in value):
            for item in value:
                send_chunk(prediction, item, frames.HELD)
            finish(prediction, frames.LIST)
        else:
            finish(prediction, frames.LIST | frames.INLINE, _outputs.encode(value))
    elif prediction.is_itemized or (kind not in _NEVER_FILES):
        send_chunk(prediction, value, frames.HELD)
        finish(prediction, 0)
    elif kind is str:
        prediction.flush_logs()
        prediction.close()
        try:
            _coglet.send_string(frames.FINISHED, frames.INLINE, prediction.token, value, prediction.urgency)
        except UnicodeEncodeError:
            finish(prediction, frames.INLINE, _outputs.encode(value))
    else:
        finish(prediction, frames.INLINE, _outputs.encode(value))


def send_generator(prediction: Running, values: GeneratorType[Any, Any, Any]) -> None:
    """Send each item of a generator as it comes, then end the prediction."""
    token = prediction.token
    send_string = _coglet.send_string
    for value in values:
        if type(value) is str and value.isascii():
            send_string(frames.OUTPUT, 0, token, value, frames.SOON)
        else:
            send_chunk(prediction, value, frames.SOON)
    finish(prediction, frames.LIST)


def finish(prediction: Running, detail: int, content: str | bytes = b"") -> None:
    """End the prediction; from here on it can't be interrupted."""
    prediction.flush_logs()
    prediction.close()
    _coglet.send(frames.FINISHED, detail, prediction.token, content, frames.NO_DESCRIPTOR, prediction.urgency)


def fail(prediction: Running, text: str) -> None:
    """End the prediction as failed (or canceled, if that was asked for) with an error text."""
    if prediction.is_canceled:
        finish(prediction, frames.CANCELED)
    else:
        finish(prediction, frames.FAILED, text.encode("utf-8", "replace"))


def describe(error: BaseException) -> str:
    """Return `TypeName: text` of an exception as text that can be sent, whatever its `__str__` does."""
    return _outputs.described(error).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def log_traceback(error: BaseException) -> None:
    """Write the traceback to the current prediction's log, without the frames of this package that led to the model."""
    import traceback

    here = os.path.dirname(_outputs.__file__) + os.sep
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename.startswith((here, "<frozen")):
        frame = frame.tb_next
    try:
        lines = traceback.format_exception(type(error), error, frame)
    except Exception as problem:  # A broken __str__ or __repr__ of the model's own exception class.
        lines = [f"{type(error).__name__} (its traceback can't be shown: {type(problem).__name__})\n"]
    sys.stderr.write("".join(lines).encode("utf-8", "replace").decode("utf-8"))


def _send_file(prediction: Running, file: BinaryIO, name: str) -> None:
    is_path = isinstance(file, _outputs.OpenedFile)
    try:
        descriptor = _descriptor(file)
    except Exception as error:
        raise _outputs.OutputError(f"Failed to process output: {describe(error)}") from error
    if not is_path:
        # A file object's name says where its bytes came from, not what they are called: only its extension counts.
        name = f"{prediction.file_objects}{os.path.splitext(name)[1] or '.bin'}"
        prediction.file_objects += 1
    try:
        _coglet.send(frames.OUTPUT_FILE, 0, prediction.token, name.encode("utf-8", "replace"), descriptor, frames.NOW)
    finally:
        os.close(descriptor)
        if is_path:
            file.close()


def _descriptor(file: BinaryIO) -> int:
    """Return a new descriptor of a regular file that holds what `file` holds, from its start."""
    if file.seekable():
        file.seek(0)
    try:
        import stat

        descriptor = os.dup(file.fileno())
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
    except (OSError, AttributeError):
        pass  # No file of the system stands behind it: its bytes are copied.
    copy = os.memfd_create("output")
    while chunk := file.read(_COPY_BYTES):
        view = memoryview(chunk)
        while view:
            view = view[os.write(copy, view) :]
    return copy
