"""Tables in Markdown that say which test shows what: read, and compared with the tests that there are."""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from .environment import TESTS

# What may be in place of a test.
REASONS = ("excluded: ", "cannot run here: ", "missing")


class Row(NamedTuple):
    id: str
    check: str
    tests: list[str]
    remark: str

    def problem(self) -> str:
        """The problem with it, if any: it must name tests or say why there are none."""
        if not self.tests and not self.remark.startswith(REASONS):
            return f"{self.id}: neither a test nor a reason"
        if self.tests and self.remark.startswith(REASONS):
            return f"{self.id}: both a test and a reason for none"
        return ""


def rows(table: Path, id: str) -> list[Row]:
    """The rows whose first cell is a match of the expression `id`; the last of the four cells may be left out."""
    found = []
    for line in table.read_text().splitlines():
        if re.match(rf"\| (?:{id}) \|", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            name, check, tests, remark = [*cells, ""][:4]
            found.append(Row(name, check, re.findall(r"`([^`]+)`", tests), remark))
    return found


def collected(folder: Path, *others: str) -> set[str]:
    """The tests of a folder of Tests/ and of its neighbours `others`, as pytest names them, from that folder."""
    places = [folder, *(folder.parent / other for other in others)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *places],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = {line.removeprefix("Tests/") for line in done.stdout.splitlines() if line.startswith("Tests/")}
    own = f"{folder.name}/"
    return {line.removeprefix(own) if line.startswith(own) else f"../{line}" for line in lines}


def missing(table: list[Row], among: set[str]) -> list[str]:
    """What is named in the table and doesn't exist."""
    return [f"{row.id}: {test}" for row in table for test in row.tests if not _exists(test, among)]


def _exists(test: str, among: set[str]) -> bool:
    """Whether it names a file, a test, or a test with parameters; of these the first are enough."""
    if "::" not in test:
        begins: tuple[str, ...] = (test + "::",)
    elif test.endswith("]"):
        begins = tuple(test.removesuffix("]") + end for end in ("-", "]"))
    else:
        begins = (test + "[",)
    return any(name == test or name.startswith(begins) for name in among)
