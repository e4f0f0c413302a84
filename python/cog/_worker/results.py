"""Sends a model's results: chunks of output, files, and how the prediction ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import PosixPath
from types import GeneratorType
from typing import Any, BinaryIO

import _coglet

from cog._values import outputs
from cog._values.output_error import OutputError
from cog._values.output_files import OpenedFile, is_file, open_file
from cog._values.probe import types_in
from cog._values.replacement import numpy_replacements
from cog.types import Path

from . import failures, frames, handover
from .running import Running

# Values of these types are neither files nor iterators, so their interface needn't be examined.
NEVER_FILES = frozenset({str, int, float, bool, type(None), dict, list, tuple})

# Sending these doesn't run the model's code.
_PLAIN = frozenset({str, int, float, bool, type(None), Path, PosixPath})


# The replacements of values of numpy's types, once numpy is loaded.
_replacers: dict[type[Any], Any] = {}


def encoded(value: Any, where: int | str = "") -> str | bytes:
    """Return the JSON text of an output; see `cog._values.outputs.encode`, whose text it is."""
    text = _coglet.encode(value, _known_replacers())
    return outputs.encode(value, where) if text is None else text


def _known_replacers() -> dict[type[Any], Any]:
    if not _replacers and "numpy" in sys.modules:
        _replacers.update(numpy_replacements())
    return _replacers


def _text_of_array(value: Any) -> bytes | None:
    """Return the JSON text of a numpy array, which is that of a list; None if it isn't one or holds other values."""
    if type(value) not in _known_replacers() or not value.shape:
        return None
    return _coglet.encode(value, _replacers)


def send_chunk(prediction: Running, value: Any, urgency: int, index: int | str = "", *, is_last: bool = False) -> None:
    """Send one chunk of output.

    Args:
        prediction: the prediction that it belongs to.
        value: what the model returned or yielded.
        urgency: when to send it.
        index: its index among the chunks, for messages.
        is_last: the model's method has returned, and sending the rest doesn't run the model's code.

    Raises:
        cog._values.output_error.OutputError: the value has no JSON form, or its file can't be read.
    """
    kind = type(value)
    if kind is str:
        try:
            _coglet.send_string(frames.OUTPUT, 0, prediction.token, value, urgency)
            return
        except UnicodeEncodeError:
            pass  # A lone surrogate: encoded() below raises the usual error.
    elif kind not in NEVER_FILES:
        opened = open_file(value)
        if opened is not None:
            _send_file(prediction, *opened, is_last)
            return
    _coglet.send(frames.OUTPUT, 0, prediction.token, encoded(value, index), frames.NO_DESCRIPTOR, urgency)


def send_value(prediction: Running, value: Any) -> None:
    """Send what `predict` returned and end the prediction.

    Raises:
        cog._values.output_error.OutputError: the value has no JSON form, or its file can't be read.
    """
    kind = type(value)
    if kind not in NEVER_FILES:
        text = None if prediction.is_itemized else _text_of_array(value)
        if text is not None:
            finish(prediction, frames.LIST | frames.INLINE, text)
            return
        value = outputs.unfolded(value)
        kind = type(value)
    if kind is list or isinstance(value, (list, tuple)):
        types = types_in(value) if kind is list else set(map(type, value))
        if prediction.is_itemized or not types <= NEVER_FILES:
            is_plain = types <= _PLAIN
            for index, item in enumerate(value):
                send_chunk(prediction, item, frames.HELD, index, is_last=is_plain)
            finish(prediction, frames.LIST)
        else:
            finish(prediction, frames.LIST | frames.INLINE, encoded(value))
    elif prediction.is_itemized or (kind not in NEVER_FILES):
        send_chunk(prediction, value, frames.HELD, is_last=True)
        finish(prediction, 0)
    elif kind is str:
        prediction.flush_logs()
        prediction.close()
        if prediction.timing is not None:
            prediction.timing.send(prediction.token)
        try:
            _coglet.send_string(frames.FINISHED, frames.INLINE, prediction.token, value, prediction.urgency)
        except UnicodeEncodeError:
            prediction.timing = None
            finish(prediction, frames.INLINE, encoded(value))
    else:
        finish(prediction, frames.INLINE, encoded(value))


def is_iterator(value: Any) -> bool:
    """Return whether an output is produced item by item, by a generator or any other iterator that isn't a file."""
    kind = type(value)
    return kind is GeneratorType or (kind not in NEVER_FILES and hasattr(kind, "__next__") and not is_file(value))


def send_iterator(prediction: Running, values: Iterator[Any]) -> None:
    """Send each item of an iterator as it comes, then end the prediction."""
    token = prediction.token
    send_string = _coglet.send_string
    for index, value in enumerate(values):
        if type(value) is str and value.isascii():
            send_string(frames.OUTPUT, 0, token, value, frames.SOON)
        else:
            send_chunk(prediction, value, frames.SOON, index)
    finish(prediction, frames.LIST)


def finish(prediction: Running, detail: int, content: str | bytes = b"") -> None:
    """End the prediction; it can't be interrupted after this."""
    prediction.flush_logs()
    prediction.close()
    if prediction.timing is not None:
        prediction.timing.send(prediction.token)
    _coglet.send(frames.FINISHED, detail, prediction.token, content, frames.NO_DESCRIPTOR, prediction.urgency)


def fail(prediction: Running, text: str) -> None:
    """End the prediction as failed (or canceled, if that was requested) with an error text."""
    if prediction.is_canceled:
        finish(prediction, frames.CANCELED)
    else:
        finish(prediction, frames.FAILED, text.encode("utf-8", "replace"))


def log_failure(prediction: Running, error: BaseException) -> None:
    """Write the model's exception to the log, and record it for the span, unless the prediction was canceled."""
    if not prediction.is_canceled:
        failures.log_traceback(error)
        if prediction.timing is not None:
            prediction.timing.failed(error)


def _send_file(prediction: Running, file: BinaryIO, name: str, is_last: bool) -> None:
    is_path = isinstance(file, OpenedFile)
    copy: int | None = None
    try:
        try:
            descriptor = handover.system_file(file)
            if descriptor is None:
                descriptor = copy = handover.copy_of_object(file)
            elif not (is_last and prediction.runs_alone and handover.is_model_resting()):
                descriptor = copy = handover.copy_of_file(descriptor)
        except Exception as error:
            raise OutputError(f"Failed to process output: {failures.describe(error)}") from error
        if not is_path:
            # A file object's name is where its bytes came from, not their name, so only its extension is used.
            name = f"{prediction.file_objects}{os.path.splitext(name)[1] or '.bin'}"
            prediction.file_objects += 1
        content = name.encode("utf-8", "replace")
        _coglet.send(frames.OUTPUT_FILE, 0, prediction.token, content, descriptor, frames.NOW)
    finally:
        if copy is not None:
            os.close(copy)
        if is_path:
            file.close()
