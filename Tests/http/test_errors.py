"""Failed predictions: status, text, traceback; the next one works (3.2, 3.4, 3.5)."""

import re

import pytest


@pytest.fixture
def script(shared):
    return shared("script")


def failed(answer):
    assert answer.status == 200
    assert answer.json["status"] == "failed"
    assert "output" not in answer.json or answer.json["output"] is not None
    return answer.json["error"]


CASES = [
    ("raise ValueError('boom')", "ValueError: boom"),
    ("raise ValueError", "ValueError: "),
    ("raise ValueError('two\\nlines')", "ValueError: two\nlines"),
    ("raise KeyError('missing')", "KeyError: 'missing'"),
    ("class EE(Exception): pass\nraise EE('a', 'b')", "EE: ('a', 'b')"),
    ("import sys; sys.exit(5)", "SystemExit: 5"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
    ("raise BaseException('base')", "BaseException: base"),
    ("1 / 0", "ZeroDivisionError: division by zero"),
    ("try:\n  1/0\nexcept Exception as e:\n  raise RuntimeError('outer') from e", "RuntimeError: outer"),
    ("class E(Exception):\n  def __str__(self): raise 1\nraise E", "E: <exception str() failed>"),
    ("import builtins\nraise getattr(builtins, 'ExceptionGroup', ValueError)('eg', [ValueError()])", None),
]


@pytest.mark.every_python
@pytest.mark.parametrize(("code", "end"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_exception_text(script, code, end):
    error = failed(script.predict({"code": code}))
    assert error.startswith("Prediction failed: ")
    if end is not None:
        assert error.endswith(end)
    assert script.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.ours
def test_d19_text_is_prefixed_once(script):
    assert failed(script.predict({"code": "raise ValueError('boom')"})) == "Prediction failed: ValueError: boom"


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("model", ["script", "script_stream", "script_async", "script_async_stream"])
def test_d02_traceback_is_in_the_logs(shared, model):
    answer = shared(model).predict({"code": "def inner(): raise ValueError('deep')\ninner()"})
    assert "deep" in failed(answer)
    logs = answer.json["logs"]
    assert "Traceback (most recent call last):" in logs
    assert ", in inner" in logs
    assert logs.rstrip().endswith("ValueError: deep")


@pytest.mark.ours
def test_d02_traceback_shows_causes(script):
    code = "try:\n  1/0\nexcept Exception as e:\n  raise RuntimeError('outer') from e"
    logs = script.predict({"code": code}).json["logs"]
    assert "ZeroDivisionError" in logs
    assert "RuntimeError: outer" in logs


@pytest.mark.ours
def test_d15_failed_answer_carries_logs_and_partial_output(shared):
    script = shared("script_stream")
    answer = script.predict({"code": "print('said')\nyield 'a'\nraise ValueError('mid')"}).json
    assert answer["status"] == "failed"
    assert answer["logs"].startswith("said\n")
    assert answer["output"] == ["a"]


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("return {frozenset(): 3}", "TypeError: keys must be str, int, float, bool or None, not frozenset"),
        ("return object", "is not JSON serializable"),
        ("return object()", "Object of type object is not JSON serializable"),
        ("return 1j", "Object of type complex is not JSON serializable"),
    ],
)
def test_value_that_cannot_be_serialised(script, code, end):
    error = failed(script.predict({"code": code}))
    assert "Failed to serialize output" in error
    assert error.endswith(end)


@pytest.mark.parametrize(
    "value", ["float('nan')", "float('inf')", "float('-inf')", "[1, float('nan')]", "{'a': float('inf')}"]
)
def test_output_that_is_not_json(script, value):
    assert "output" in failed(script.predict({"code": f"return {value}"})).lower()


def test_lone_surrogate_in_the_output(script):
    answer = script.predict({"code": "return '\\udc80'"})
    failed(answer)


def test_lone_surrogate_in_an_exception(script):
    error = failed(script.predict({"code": "raise ValueError('a\\udc80b')"}))
    assert re.search("ValueError: a\ufffd+b$", error)


@pytest.mark.parametrize("value", ["io.StringIO('x')", "open(__import__('os').devnull)"])
def test_text_file_as_output(script, value):
    error = failed(script.predict({"code": f"import io; return {value}"}))
    assert error.startswith("Prediction failed: Failed to read IOBase: TypeError: ")


@pytest.mark.ours
@pytest.mark.parametrize("text", ["the order was cancelled by user", "CancelledError"])
def test_d20_text_about_cancelling_is_a_failure(shared, text):
    error = failed(shared("script_async").predict({"code": f"raise ValueError({text!r})"}))
    assert error.endswith(f"ValueError: {text}")


def test_async_exception_text(shared):
    error = failed(shared("script_async").predict({"code": "raise ValueError('boom')"}))
    assert error.startswith("Prediction failed: ")
    assert error.endswith("ValueError: boom")


def test_generator_exception_text(shared):
    error = failed(shared("script_stream").predict({"code": "raise ValueError('boom')"}))
    assert error.startswith("Prediction failed: ")
    assert error.endswith("ValueError: boom")


@pytest.mark.ours
def test_d45_sys_exit_in_an_async_model_fails_that_prediction_only(shared):
    server = shared("script_async")
    for exception in ("SystemExit(3)", "KeyboardInterrupt()"):
        with server.client(timeout=5) as client:
            answer = client.request("POST", "/predictions", {"input": {"code": f"raise {exception}"}})
        assert exception.split("(")[0] in failed(answer)
        assert server.predict({"code": "return 1"}).json["output"] == 1


def test_metrics_and_predict_time_of_a_failure(script):
    code = "import cog; cog.current_scope().record_metric('before', 1); raise ValueError"
    metrics = script.predict({"code": code}).json["metrics"]
    assert metrics["before"] == 1
    assert isinstance(metrics["predict_time"], float)


@pytest.mark.ours
def test_better_huge_exception_text_costs_no_worker(fresh):
    server = fresh("script")
    pid = server.predict({"code": "import os; return os.getpid()"}).json["output"]
    assert "ValueError" in failed(server.predict({"code": "raise ValueError('x' * (9 << 20))"}))
    assert server.predict({"code": "import os; return os.getpid()"}).json["output"] == pid


def test_missing_argument_without_a_schema(fresh):
    server = fresh(source=PLAIN, schema="{}")
    assert "missing 1 required positional argument: 'o'" in failed(server.predict())
    assert "unexpected keyword argument 'nope'" in failed(server.predict({"o": 1, "nope": 1}))
    assert server.predict({"o": "x"}).json["output"] == "x"


PLAIN = """
from cog import BaseRunner
class Runner(BaseRunner):
    def run(self, o: str) -> str:
        return o
"""
