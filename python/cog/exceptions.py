"""Exceptions that a model may want to catch."""

from __future__ import annotations

from coglet import CancelationException

from .errors import CogError, ConfigDoesNotExist, DocumentError, PredictorNotSet, SchemaError

__all__ = [
    "CancelationException",
    "CogError",
    "ConfigDoesNotExist",
    "DocumentError",
    "PredictorNotSet",
    "SchemaError",
]
