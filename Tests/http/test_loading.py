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


def test_older_names_work_without_a_warning(fresh):
    source = (
        "from cog import BasePredictor\nclass Predictor(BasePredictor):\n    def predict(self) -> str: return 'ok'\n"
    )
    server = fresh(source=source, reference="predict.py")
    assert "deprecated" not in server.health()["setup"]["logs"]
    assert server.predict().json["output"] == "ok"


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


# Case: the reference, the files, what the model says.
IN_FOLDERS = {
    "beside": (
        "models/predict.py",
        {"models/predict.py": "from helper import WHERE\n", "models/helper.py": "WHERE = 'beside'\n"},
        "beside",
    ),
    "relative": (
        "models/predict.py",
        {"models/predict.py": "from .helper import WHERE\n", "models/helper.py": "WHERE = 'beside'\n"},
        "beside",
    ),
    "relative-with-init": (
        "models/predict.py",
        {
            "models/__init__.py": "NAME = 'package '\n",
            "models/predict.py": "from . import NAME\nfrom .helper import WHERE as W\nWHERE = NAME + W\n",
            "models/helper.py": "from . import other\nWHERE = other.WHERE\n",
            "models/other.py": "WHERE = 'other'\n",
        },
        "package other",
    ),
    "parent": (
        "a/b/predict.py",
        {"a/b/predict.py": "from ..common.helper import WHERE\n", "a/common/helper.py": "WHERE = 'common'\n"},
        "common",
    ),
    "one-module-by-both-ways": (
        "models/predict.py",
        {
            "models/predict.py": "from . import helper\nimport models.helper as same\nWHERE = str(helper is same)\n",
            "models/helper.py": "",
        },
        "True",
    ),
    "back-to-the-model": (
        "models/predict.py",
        {
            "models/predict.py": "WHERE = 'model'\nfrom .helper import get\nWHERE = get()\n",
            "models/helper.py": "def get():\n    from .predict import WHERE\n    return 'helper of ' + WHERE\n",
        },
        "helper of model",
    ),
    "name-that-no-package-can-have": (
        "my-models.v1/predict.py",
        {
            "my-models.v1/predict.py": "from .helper import WHERE\n",
            "my-models.v1/__init__.py": "",
            "my-models.v1/helper.py": "WHERE = 'beside'\n",
        },
        "beside",
    ),
    "name-of-a-package-that-is-there": (
        "cog/predict.py",
        {"cog/predict.py": "from .helper import WHERE\n", "cog/helper.py": "WHERE = 'beside'\n"},
        "beside",
    ),
    "name-of-a-module-of-pythons": (
        "json/platform.py",
        {"json/platform.py": "from .helper import WHERE\n", "json/helper.py": "WHERE = 'beside'\n"},
        "beside",
    ),
    "what-was-found-before-is-found-first": (
        "models/predict.py",
        {
            "models/predict.py": "import queue\nfrom helper import WHERE as W\nWHERE = W + str(hasattr(queue, 'Queue'))\n",
            "models/helper.py": "WHERE = 'beside '\n",
            "models/queue.py": "",
            "helper.py": "WHERE = 'root '\n",
        },
        "root True",
    ),
    "root-beside-a-package": (
        "predict.py",
        {
            "predict.py": "from models.helper import WHERE\n",
            "models/helper.py": "from .other import WHERE\n",
            "models/other.py": "WHERE = 'other'\n",
        },
        "other",
    ),
}


@pytest.mark.ours(strict=False)
@pytest.mark.every_python
@pytest.mark.parametrize("case", IN_FOLDERS)
def test_model_in_a_folder_finds_what_lies_beside_it(fresh, case):
    path, files, wanted = IN_FOLDERS[case]
    files = {**files, path: files[path] + "\n\ndef run() -> str:\n    return WHERE\n"}
    assert fresh(files=files, reference=f"{path}:run").predict().json["output"] == wanted


@pytest.mark.ours
def test_class_in_a_folder_can_be_pickled(fresh):
    source = "import pickle\nfrom .helper import here\n\n\nclass Value:\n    pass\n\n\n"
    source += "def run() -> str:\n    return type(pickle.loads(pickle.dumps(Value()))).__module__ + here\n"
    server = fresh(
        files={"models/predict.py": source, "models/helper.py": "here = '!'\n"}, reference="models/predict.py:run"
    )
    assert server.predict().json["output"] == "predict!"


@pytest.mark.ours
@pytest.mark.parametrize(
    ("path", "files", "end"),
    [
        (
            "predict.py",
            {"predict.py": "from .helper import x\n", "helper.py": ""},
            "ImportError: attempted relative import with no known parent package: predict.py is in the project's root "
            "folder, which is not a package. Write `import name` instead of `from . import name`.",
        ),
        (
            "predict.py",
            {"predict.py": "import helper\n", "helper.py": "from . import other\n"},
            "with no known parent package: helper.py is in the project's root folder, which is not a package. ",
        ),
        (
            "models/predict.py",
            {"models/predict.py": "import helper\n", "models/helper.py": "from . import other\n"},
            "with no known parent package: models/helper.py was not imported as part of a package. Import it by ",
        ),
        (
            "models/predict.py",
            {"models/predict.py": "from ..helper import x\n", "helper.py": ""},
            "beyond top-level package: the folder of models/predict.py is the top-level package. ",
        ),
        (
            "models/predict.py",
            {"models/predict.py": "from .missing import x\n"},
            "ModuleNotFoundError: No module named 'models.missing'",
        ),
    ],
)
def test_relative_import_that_fails_says_why(fresh, path, files, end):
    files = {**files, path: files[path] + "\n\ndef run() -> str:\n    return ''\n"}
    server = fresh(files=files, reference=f"{path}:run", until="SETUP_FAILED", schema=False)
    assert end in server.health()["setup"]["logs"]


@pytest.mark.ours
def test_relative_import_in_setup_and_in_a_prediction_says_why(fresh):
    source = "class Runner:\n    def {}(self):\n        from . import x\n\n    def run(self) -> str:\n        {}\n"
    files = {"predict.py": source.format("setup", "return ''")}
    server = fresh(files=files, until="SETUP_FAILED", schema=False)
    assert "predict.py is in the project's root folder" in server.health()["setup"]["logs"]
    answer = fresh(files={"predict.py": source.format("other", "from . import x")}).predict().json
    assert "predict.py is in the project's root folder" in answer["error"]


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
