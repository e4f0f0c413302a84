"""How a model is found in its file, and which classes and functions are models (1.4; D2)."""

import pytest

OK = "from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self) -> str: return 'ok'\n"
PLAIN = "class Plain:\n    def run(self) -> str: return 'ok'\n"


# MARK: - What works

# Case: the reference, the text of predict.py.
WORKING = {
    "class": ("predict.py:Runner", OK),
    "class-without-base": ("predict.py:Plain", PLAIN),
    "function": ("predict.py:f", "def f() -> str: return 'ok'\n"),
    "lambda-in-the-class": (
        "predict.py:R",
        "class R:\n    run = lambda self: 'ok'\n    run.__annotations__ = {'return': str}\n",
    ),
    "no-name-runner": ("predict.py", OK + "class Predictor:\n    def run(self) -> str: return 'the other'\n"),
    "no-name-predictor": ("predict.py", "class Predictor:\n    def run(self) -> str: return 'ok'\n"),
    "no-name-function": ("predict.py", "def Runner() -> str: return 'ok'\n"),
    "predict-method": ("predict.py:P", "class P:\n    def predict(self) -> str: return 'ok'\n"),
    "inherited-run": ("predict.py:B", OK + "class B(Runner): pass\n"),
    "async": ("predict.py:R", "class R:\n    async def run(self) -> str: return 'ok'\n"),
    "default": ("predict.py:f", "from cog import Input\ndef f(s: str = Input(default='ok')) -> str: return s\n"),
    "keyword-only": (
        "predict.py:f",
        "from cog import Input\ndef f(*, s: str = Input(default='ok')) -> str: return s\n",
    ),
}


@pytest.mark.parametrize("case", WORKING)
def test_model_that_works(fresh, case):
    reference, source = WORKING[case]
    assert fresh(source=source, reference=reference).predict().json["output"] == "ok"


def test_predict_is_deprecated_and_said_so_in_the_setup_logs(fresh):
    server = fresh(source="class P:\n    def predict(self) -> str: return 'ok'\n", reference="predict.py:P")
    assert "predict() is deprecated; use run() instead" in server.health()["setup"]["logs"]


def test_function_has_neither_setup_nor_health_check(fresh):
    source = "def f() -> str: return 'ok'\ndef setup(): raise ValueError\ndef healthcheck(): return False\n"
    server = fresh(source=source, reference="predict.py:f")
    assert server.status() == "READY"
    assert server.predict().json["output"] == "ok"


# MARK: - The module


@pytest.mark.every_python
def test_module_in_a_folder_sees_the_working_directory_not_its_own(fresh):
    server = fresh("in_a_folder", reference="sub/model.py:Runner")
    assert server.predict().json["output"] == {
        "name": "model",
        "already": True,
        "argv": ["-c"],
        "absolute": True,
        "helper": "top",
        "first": "",
    }


# MARK: - What fails

# Case: the reference, the text of predict.py, the end of the failure.
FAILING = {
    "file-missing": ("nope.py:R", OK, "FileNotFoundError: [Errno 2] No such file or directory: '{cwd}/nope.py'"),
    "name-missing": ("predict.py:Nope", OK, "AttributeError: module 'predict' has no attribute 'Nope'"),
    "no-suffix": ("predict:Runner", OK, "ImportError: Cannot load module from predict"),
    "dotted": (
        "predict.py:A.B",
        "class A:\n    class B: pass\n",
        "AttributeError: module 'predict' has no attribute 'A.B'",
    ),
    "no-default": ("predict.py", PLAIN, "AttributeError: module 'predict' has no Runner or Predictor"),
    "syntax": ("predict.py:R", "def", "SyntaxError: invalid syntax (predict.py, line 1)"),
    "import": ("predict.py:R", "import nonexistent_mod", "ModuleNotFoundError: No module named 'nonexistent_mod'"),
    "exit": ("predict.py:R", "import sys; sys.exit(3)", "SystemExit: 3"),
    "constructor": (
        "predict.py:R",
        "class R:\n    def __init__(self): raise RuntimeError('boom init')\n    def run(self): pass\n",
        "RuntimeError: boom init",
    ),
    "run-and-predict": (
        "predict.py:R",
        "class R:\n    def run(self): pass\n    def predict(self): pass\n",
        "ValueError: R must define either run() or predict(), not both",
    ),
    "neither": ("predict.py:R", "class R: pass", "ValueError: run or predict method not found: R"),
    "staticmethod": (
        "predict.py:R",
        "class R:\n    @staticmethod\n    def run() -> str: return ''\n",
        "AttributeError: 'function' object has no attribute '__func__'",
    ),
    "classmethod": (
        "predict.py:R",
        "class R:\n    @classmethod\n    def run(cls) -> str: return ''\n",
        "ValueError: run or predict method not found: R",
    ),
    "no-model": ("predict.py:R", "R = 5", "ValueError: run() or predict() method not found on predictor"),
}


@pytest.mark.parametrize("case", FAILING)
def test_model_that_cannot_be_loaded(fresh, case):
    reference, source, text = FAILING[case]
    server = fresh(source=source, reference=reference, until="SETUP_FAILED", schema=False)
    logs = server.health()["setup"]["logs"]
    assert f"Setup failed: failed to load predictor: {text.format(cwd=server.cwd)}" in logs
    assert server.predict().status == 503


@pytest.mark.ours
@pytest.mark.every_python
def test_d02_traceback_of_a_failed_import_names_the_line(fresh):
    source = "def f():\n    return 1 / 0\nf()\n"
    logs = fresh(source=source, until="SETUP_FAILED", schema=False).health()["setup"]["logs"]
    assert "Traceback (most recent call last):" in logs
    assert 'predict.py", line 2, in f' in logs
    assert "ZeroDivisionError: division by zero" in logs


def test_more_than_one_at_a_time_requires_an_async_model(fresh):
    server = fresh("noop", env={"COG_MAX_CONCURRENCY": "2"}, until="SETUP_FAILED")
    wanted = "Setup failed: setup failed: COG_MAX_CONCURRENCY > 1 requires an async run() or predict() method"
    assert wanted in server.health()["setup"]["logs"]
