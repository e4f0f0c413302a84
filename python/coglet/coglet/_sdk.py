"""The scope of a prediction, under the module name that its types report."""

from __future__ import annotations

from cog.scope import MetricRecorder, Scope, current_scope

__all__ = ["MetricRecorder", "Scope", "current_scope"]
