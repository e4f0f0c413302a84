"""Files of a model that are called like modules of Python's, or like this product's (1.4)."""

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.ours, pytest.mark.every_python]

# `python -m` itself needs these, before any of our code runs.
PYTHONS_OWN = {
    *("collections", "contextlib", "functools", "genericpath", "importlib", "keyword", "operator", "os", "posixpath"),
    *("reprlib", "runpy", "stat", "types", "warnings", "zipimport", "encodings", "codecs", "io", "abc", "site", "sys"),
}
MODELS_OWN = {"dataclasses", "datetime", "pathlib", "tempfile", "typing"}  # what the model below imports itself
NAMES = ["coglet", "uvloop", "_strptime"]
NAMES += sorted(sys.stdlib_module_names - PYTHONS_OWN - MODELS_OWN - {"this", "antigravity", "email", "__future__"})

# What a model does that makes this package and the standard library load more modules.
BUSY = """
import pathlib
from dataclasses import dataclass
from typing import Any, Optional

from cog import BaseModel, BaseRunner, File, Input, Path, Secret


@dataclass
class Point:
    x: int


class Answer(BaseModel):
    file: Path
    point: Optional[Point]
    value: Any
    key: Secret = Secret("clear")


class Runner(BaseRunner):
    {asynchronous}def setup(self) -> None:
        pass

    def healthcheck(self) -> bool:
        return True

    {asynchronous}def run(self, file: Path, other: File, size: int = Input(default=1, choices=[1, 2])) -> Answer:
        import datetime
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "a.txt"
            copy.write_text(file.read_text() + other.read().decode())
            return Answer(file=copy, point=Point(size), value=[datetime.date(2024, 1, 2), b"hi"])
"""


@pytest.mark.parametrize("asynchronous", ["", "async "])
def test_start_and_predictions_do_not_depend_on_the_folder(fresh, asynchronous):
    files = {f"{name}.py": "raise RuntimeError('the file of the model')\n" for name in NAMES}
    files["email/__init__.py"] = "raise RuntimeError('the package of the model')\n"
    server = fresh(source=BUSY.replace("{asynchronous}", asynchronous), files=files)
    answer = server.predict({"file": "data:,a", "other": "data:,b"}).json
    assert answer["status"] == "succeeded", answer
    assert answer["output"] == {
        "file": "data:text/plain;base64,YWI=",
        "point": {"x": 1},
        "value": ["2024-01-02", "aGk="],
        "key": "**********",
    }
    assert server.predict({"file": 5, "other": "data:,b"}).status == 422


OWN = """
import platform
import json
from profile import NAME
import profile.inner as inner
from queue import *

import uuid  # the standard library's needs its own platform


def run(text: str) -> dict:
    import platform as again

    return {
        "platform": platform.NAME,
        "again": again is platform,
        "json": json.NAME,
        "profile": [NAME, inner.NAME, inner.SIBLING],
        "queue": here,
        "uuid": uuid.UUID(int=1).hex[-1],
        "used": platform.used,
    }
"""


OWN_FILES = {
    "platform.py": "import json, logging, sqlite3\nNAME = 'own ' + json.NAME\nused = logging.getLevelName(10)\n",
    "json.py": "NAME = 'json'\n",
    "queue.py": "here = 'queue'\n",
    "profile/__init__.py": "NAME = 'profile'\n",
    "profile/inner.py": "from . import NAME\nfrom .sibling import SIBLING\nimport concurrent.futures\n",
    "profile/sibling.py": "SIBLING = 'sibling'\n",
}


def test_the_models_own_files_get_each_other(fresh):
    """And others get Python's: the same name means two modules."""
    server = fresh(source=OWN, reference="predict.py:run", files=OWN_FILES)
    for _ in range(2):
        assert server.predict({"text": "x"}).json["output"] == {
            "platform": "own json",
            "again": True,
            "json": "json",
            "profile": ["profile", "profile", "sibling"],
            "queue": "queue",
            "uuid": "1",
            "used": "DEBUG",
        }


@pytest.mark.parametrize("name", ["platform", "inspect", "json", "signal", "asyncio", "code"])
def test_model_in_a_file_of_such_a_name(fresh, name):
    source = "from cog import BaseRunner\n\n\nclass Runner(BaseRunner):\n"
    source += "    async def run(self) -> str:\n        return __name__\n"
    server = fresh(files={f"{name}.py": source}, reference=f"{name}.py:Runner")
    assert server.predict().json["output"] == name


def test_names_on_the_python_path(fresh):
    """An image that sets PYTHONPATH to the model's folder is no different."""
    files = {
        f"{name}.py": "raise RuntimeError('the file of the model')\n" for name in ("platform", "inspect", "signal")
    }
    path = ":".join([*filter(None, [os.environ.get("PYTHONPATH")]), "."])
    source = "def run() -> str:\n    return 'ok'\n"
    server = fresh(source=source, reference="predict.py:run", files=files, env={"PYTHONPATH": path})
    assert server.predict().json["output"] == "ok"


def test_the_command_that_describes_a_model(python, tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the file of the model')\n")
    (tmp_path / "predict.py").write_text(BUSY.replace("{asynchronous}", ""))
    done = subprocess.run(
        [python, "-m", "cog.command.openapi_schema", "--predict", "predict.py:Runner"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"format": "uri"' in done.stdout
