"""The scope of a prediction and its metrics."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import cog


def recorder() -> tuple[Any, list[tuple[str, str, str]]]:
    from cog import scope

    recorded: list[tuple[str, str, str]] = []
    made = scope.Scope._for_prediction({"a": "b"}, lambda *args: recorded.append(args))
    return made, recorded


def test_scope_outside() -> None:
    scope = cog.current_scope()
    assert scope.context == {}
    scope.record_metric("cog.x", object())
    scope.metrics.delete("")
    with pytest.raises(TypeError, match="^Invalid metric mode: 'x'. Expected 'replace', 'incr', or 'append'.$"):
        scope.record_metric("a", 1, mode="x")
    assert cog.current_scope() is not scope


def test_scope_inside() -> None:
    from cog.scope import _current

    scope, recorded = recorder()
    token = _current.set(scope)
    try:
        assert cog.current_scope() is scope is cog.current_scope()
        seen = []
        asyncio.run(_see(seen))
        assert seen == [scope]
        cog.current_scope().record_metric("t.x", 1.5)
    finally:
        _current.reset(token)
    assert recorded == [("replace", "t.x", "1.5")]
    assert repr(scope) == "Scope(MetricRecorder(keys=1))"
    assert type(scope).__module__ == type(scope.metrics).__module__ == "coglet._sdk"
    assert scope.context == {"a": "b"}
    for wrong in ("context", "metrics"):
        with pytest.raises(AttributeError):
            setattr(scope, wrong, None)


async def _see(seen: list[Any]) -> None:
    seen.append(cog.current_scope())


def test_recording() -> None:
    scope, recorded = recorder()
    metrics = scope.metrics
    metrics["a"] = True
    metrics.record("b", 1, mode="incr")
    metrics.record("b", 2, mode="increment")
    metrics.record("c", ["x"], mode="append")
    metrics["d"] = {"é": [None]}
    metrics["big"] = 10**30
    metrics["nan"] = float("nan")
    del metrics["a"]
    metrics["a"] = "text"
    metrics["a"] = None
    assert recorded == [
        ("replace", "a", "true"),
        ("increment", "b", "1"),
        ("increment", "b", "2"),
        ("append", "c", '["x"]'),
        ("replace", "d", '{"\\u00e9": [null]}'),
        ("replace", "big", str(10**30)),
        ("replace", "a", "null"),
        ("replace", "a", '"text"'),
        ("replace", "a", "null"),
    ]
    with pytest.raises(TypeError):
        metrics["b"]
    with pytest.raises(TypeError):
        len(metrics)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("predict_time", "'predict_time' is reserved by the runtime"),
        ("cog.x", "the 'cog.' prefix is reserved for system metrics"),
        ("", "metric name must not be empty"),
        ("a" * 129, "metric name must be 128 characters or fewer (got 129 characters)"),
        ("a.b.c.d.e", "metric name must have at most 4 dot-separated segments (got 5)"),
        (".a", "metric name must not start with a dot"),
        ("a.", "metric name must not end with a dot"),
        ("a..b", "metric name must not contain empty segments (consecutive dots)"),
        ("1a", "metric name segment '1a' must start with a letter"),
        ("_a", "metric name segment '_a' must start with a letter"),
        ("é", "metric name segment 'é' must start with a letter"),
        ("a-b", "metric name segment 'a-b' contains invalid character '-'"),
        ("a__b", "metric name segment 'a__b' must not contain consecutive underscores"),
        ("a_", "metric name segment 'a_' must end with a letter or digit"),
    ],
)
def test_metric_names(key: str, message: str) -> None:
    scope, _ = recorder()
    with pytest.raises(ValueError) as caught:
        scope.record_metric(key, 1)
    assert str(caught.value) == message
    if key not in ("predict_time", "cog.x"):
        with pytest.raises(ValueError):
            scope.metrics.delete(key)
    else:
        scope.metrics.delete(key)


@pytest.mark.parametrize(
    ("value", "mode", "message"),
    [
        (None, None, "Unsupported metric value type: NoneType. Expected bool, int, float, str, list, or dict."),
        ((1,), None, "Unsupported metric value type: tuple. Expected bool, int, float, str, list, or dict."),
        ([object()], None, "Cannot convert object to JSON metric value"),
        ({1: 2}, None, "'int' object cannot be cast as 'str'"),
        ("x", "incr", "Increment mode requires int or float, got str"),
        (1, "bogus", "Invalid metric mode: 'bogus'. Expected 'replace', 'incr', or 'append'."),
    ],
)
def test_metric_values(value: Any, mode: str | None, message: str) -> None:
    scope, _ = recorder()
    with pytest.raises(TypeError) as caught:
        scope.record_metric("k", value, mode=mode)
    assert str(caught.value) == message


def test_a_metric_keeps_its_type() -> None:
    scope, _ = recorder()
    scope.record_metric("k", 1)
    with pytest.raises(TypeError, match="^Metric 'k' has type int, cannot set to float without deleting first$"):
        scope.record_metric("k", 1.5, mode="incr")
    scope.metrics["k"] = None
    scope.record_metric("k", 1.5)
    with pytest.raises(TypeError):
        scope.record_metric(5, 1)  # type: ignore[arg-type]


def test_types_of_the_scope_are_not_made_by_hand() -> None:
    from cog.scope import MetricRecorder, Scope

    for cls in (Scope, MetricRecorder):
        with pytest.raises(TypeError, match=f"^cannot create 'coglet._sdk.{cls.__name__}' instances$"):
            cls()


def test_threads_see_no_scope_of_their_own_accord() -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(repr(cog.current_scope())))
    thread.start()
    thread.join()
    assert seen == ["Scope(MetricRecorder(inactive))"]
