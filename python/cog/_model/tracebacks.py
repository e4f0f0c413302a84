"""Tracebacks in the form that helps authors of models."""

from __future__ import annotations

import os


def of_model(error: BaseException) -> list[str]:
    """Return a traceback's lines without the frames of this package that led to the model.

    Args:
        error: what the model raised.

    Raises:
        Exception: whatever the text of a model's own exception raises.
    """
    import traceback

    here = os.path.dirname(os.path.dirname(__file__)) + os.sep
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename.startswith((here, "<frozen")):
        frame = frame.tb_next
    return traceback.format_exception(type(error), error, frame)
