"""Which methods a model has."""

from __future__ import annotations

import os
from typing import Any

from .signature import parameter_names


def defines(cls: type[Any], name: str) -> bool:
    """Return whether a class, or one of its bases before the SDK's own, defines a method.

    Args:
        cls: the class.
        name: the method's name.
    """
    for base in cls.__mro__:
        if base is object or base.__dict__.get("_cog_is_base", False):
            return False
        if name in base.__dict__:
            value = base.__dict__[name]
            if callable(value):
                return True
    return False


def has_setup_weights(predictor: Any) -> bool:
    """Return whether the model's `setup` has a parameter named `weights`.

    Args:
        predictor: the model object.
    """
    setup = getattr(predictor, "setup", None)
    return setup is not None and "weights" in parameter_names(setup)


def extract_setup_weights(predictor: Any) -> str | None:
    """Return the argument for `setup(weights)`.

    Args:
        predictor: the model object.

    Returns:
        The value of the environment variable COG_WEIGHTS; None when it is empty or not set.
    """
    return os.environ.get("COG_WEIGHTS") or None
