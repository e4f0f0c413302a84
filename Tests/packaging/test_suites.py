"""What `make test` makes of tests that fail at first: docs/decisions/failed-tests-run-again.md."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

DRIVER = """
import os, sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
import suites
suites.ROOT = Path.cwd()
suites.PYTEST = {{"http": [".", *suites.PLAIN, *suites.SIDE_BY_SIDE]}}
os.environ["COG_TEST_PYTHONS"] = sys.executable
sys.exit(suites.main(["http"]))
"""

MODEL = """
from pathlib import Path

def unsteady(name):
    seen = Path(name)
    if not seen.exists():
        seen.touch()
        raise AssertionError(name)

def test_steady():
    pass
"""


@pytest.mark.parametrize(
    ("unsteady", "broken", "last", "remark"),
    [
        (2, 0, "3 passed, 0 failed", "http: 2 failed at first and passed alone"),
        (1, 1, "2 passed, 1 failed", "http: 1 failed at first and passed alone"),
        (4, 0, "1 passed, 4 failed", None),
    ],
)
def test_failed_tests_get_a_second_run_if_they_are_few(tmp_path, unsteady, broken, last, remark):
    tests = [f"def test_unsteady_{i}():\n    unsteady('{tmp_path}/seen-{i}')\n" for i in range(unsteady)]
    tests += [f"def test_broken_{i}():\n    assert False\n" for i in range(broken)]
    (tmp_path / "test_model.py").write_text("\n".join([MODEL, *tests]))
    driver = [sys.executable, "-c", DRIVER.format(scripts=str(SCRIPTS))]
    done = subprocess.run(driver, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert lines[-1] == last, done.stdout
    assert done.returncode == (0 if last.endswith(" 0 failed") else 1)
    assert [line for line in lines if "failed at first" in line] == ([remark] if remark else [])
