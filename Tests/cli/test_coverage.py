"""COVERAGE.md is complete, and every test it names exists."""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
# The groups of checks in their order, with their first and last numbers.
GROUPS = [
    *[("C", 1, 35), ("D", 1, 19), ("S", 1, 24), ("R", 1, 8), ("I", 1, 3), ("P", 1, 12)],
    *[("B", 1, 22), ("E", 1, 12), ("V", 1, 9), ("P", 20, 61), ("T", 1, 3), ("U", 1, 8), ("L", 1, 5), ("W", 1, 6)],
]
# What stands in the place of a test.
REASONS = ("excluded: ", "cannot run here: ", "missing")


class Row(NamedTuple):
    id: str
    check: str
    tests: list[str]
    remark: str


def rows() -> list[Row]:
    found = []
    for line in (HERE / "COVERAGE.md").read_text().splitlines():
        if re.match(r"\| [A-Z]-\d\d \|", line):
            name, check, tests, remark = (cell.strip() for cell in line.strip("|").split("|"))
            found.append(Row(name, check, re.findall(r"`([^`]+)`", tests), remark))
    return found


def collected() -> set[str]:
    """The tests of this folder and the SDK's, as pytest names them, from this folder."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", HERE, HERE.parent / "sdk"],
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("Tests/")]
    return {line.removeprefix("Tests/cli/").replace("Tests/sdk/", "../sdk/") for line in lines}


def exists(test: str, among: set[str]) -> bool:
    """Whether it is the name of a test, or of one with parameters; the first parameters are enough."""
    begins = tuple(test.removesuffix("]") + end for end in ("-", "]")) if test.endswith("]") else (test + "[",)
    return any(name == test or name.startswith(begins) for name in among)


def test_every_check_has_a_row():
    expected = [f"{group}-{number:02}" for group, first, last in GROUPS for number in range(first, last + 1)]
    assert len(expected) == 208
    assert [row.id for row in rows()] == expected


def test_every_row_names_a_test_or_says_why_not():
    assert [row.id for row in rows() if not row.tests and not row.remark.startswith(REASONS)] == []
    assert [row.id for row in rows() if row.tests and row.remark.startswith(REASONS)] == []


def test_every_named_test_exists():
    among = collected()
    assert [f"{row.id}: {test}" for row in rows() for test in row.tests if not exists(test, among)] == []
