"""COVERAGE.md is complete, and every test it names exists."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from support.coverage import collected, missing, rows  # noqa: E402

# The groups of checks in their order, with their first and last numbers.
GROUPS = [
    *[("C", 1, 35), ("D", 1, 19), ("S", 1, 24), ("R", 1, 8), ("I", 1, 3), ("P", 1, 12)],
    *[("B", 1, 22), ("E", 1, 12), ("V", 1, 9), ("P", 20, 61), ("T", 1, 3), ("U", 1, 8), ("L", 1, 5), ("W", 1, 6)],
]
TABLE = rows(HERE / "COVERAGE.md", r"[A-Z]-\d\d")


def test_every_check_has_a_row():
    expected = [f"{group}-{number:02}" for group, first, last in GROUPS for number in range(first, last + 1)]
    assert len(expected) == 208
    assert [row.id for row in TABLE] == expected


def test_every_row_names_a_test_or_says_why_not():
    assert [problem for row in TABLE if (problem := row.problem())] == []


def test_every_named_test_exists():
    assert missing(TABLE, collected(HERE, "sdk")) == []
