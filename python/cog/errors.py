"""Errors of the SDK."""

from __future__ import annotations


class CogError(Exception):
    """Base class of the SDK's own errors."""


class ConfigDoesNotExist(CogError):
    """The configuration file doesn't exist. Kept for old code; nothing raises it."""


class PredictorNotSet(CogError):
    """The configuration names no model. Kept for old code; nothing raises it."""


class SchemaError(CogError):
    """A model's signature can't be described to clients. The text names the place and what to write instead."""


class DocumentError(CogError):
    """The OpenAPI document of a model is not valid, for example because a default breaks its own limits."""
