"""Names that only old models use. The first use of each prints a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


class _ExperimentalFeatureWarning(FutureWarning):
    """Nothing raises this warning any more."""


_ExperimentalFeatureWarning.__name__ = _ExperimentalFeatureWarning.__qualname__ = "ExperimentalFeatureWarning"


def _emit_metric(name: str, value: Any) -> None:
    """Record a metric; use `current_scope().record_metric(name, value)` instead.

    Args:
        name: the metric's name.
        value: the value to record.

    Raises:
        ValueError: the name is invalid.
        TypeError: the value has an unsupported type.
    """
    from .scope import current_scope

    current_scope().record_metric(name, value)


_emit_metric.__name__ = _emit_metric.__qualname__ = "emit_metric"


if TYPE_CHECKING:
    ExperimentalFeatureWarning = _ExperimentalFeatureWarning
    emit_metric = _emit_metric

_NOTICES = {
    "emit_metric": (
        _emit_metric,
        "cog: emit_metric() is deprecated and will be removed in a future release. "
        "Use current_scope().record_metric(name, value) instead.",
    ),
    "ExperimentalFeatureWarning": (
        _ExperimentalFeatureWarning,
        "cog: ExperimentalFeatureWarning is deprecated and will be removed in a future release. "
        "Remove `ExperimentalFeatureWarning` from your imports and any associated "
        "`warnings.filterwarnings(...)` calls.",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in _NOTICES:
        raise AttributeError(f"module 'cog._deprecated' has no attribute {name!r}")
    import sys

    value, notice = _NOTICES[name]
    print(notice, file=sys.stderr)
    globals()[name] = value
    return value
