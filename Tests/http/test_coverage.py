"""COVERAGE.md is complete, and every test it names exists."""

import re
from pathlib import Path

import pytest
from support.coverage import collected, missing, rows

HERE = Path(__file__).resolve().parent
PROBES = rows(HERE / "COVERAGE.md", r"\d+")
DEFECTS = rows(HERE / "COVERAGE.md", r"D\d+")


def test_every_probe_and_every_defect_has_a_row():
    assert [row.id for row in PROBES] == [str(number) for number in range(1, 21)]
    assert [row.id for row in DEFECTS] == [f"D{number}" for number in range(1, 54)]


def test_every_row_says_what_and_names_a_test():
    for row in PROBES + DEFECTS:
        assert row.check, row.id
        assert row.tests, row.id


@pytest.fixture(scope="module")
def tests():
    return collected(HERE, "sdk", "packaging")


def test_every_named_test_exists(tests):
    assert missing(PROBES + DEFECTS, tests) == []


def test_every_test_of_a_defect_is_named(tests):
    """A test named after a defect is listed in its row."""
    rows = {row.id: row.tests for row in DEFECTS}
    unnamed = []
    for test in {name.split("[")[0] for name in tests if not name.startswith("../")}:
        if called := re.search(r"::test((?:_d\d\d)+)_", test):
            numbers = re.findall(r"\d+", called[1])
            unnamed += [f"D{int(number)}: {test}" for number in numbers if test not in rows.get(f"D{int(number)}", [])]
    assert unnamed == []
