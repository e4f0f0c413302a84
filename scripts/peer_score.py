"""The suite's score on the original, file by file; see `scripts/peer_score.sh`, which prepares what this needs.

Tests that mark what is better on purpose are counted like all others here: on the original they are to fail.
PEER_SCORE_DETAILS names a file to which each test's name and end are added.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST_LIMIT_SECONDS = 40
FILE_LIMIT_SECONDS = 600.0
INTERRUPT_GRACE_SECONDS = 30.0
# These check the tests or the load of this product, not a server under test.
LEFT_OUT = ("test_coverage.py", "test_fire.py", "test_soak.py")


@dataclass
class Score:
    """Names of tests by outcome."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"

    def defects(self) -> dict[str, tuple[int, int]]:
        """How many tests of each defect passed and failed, by its number as in `test_d07_…`."""
        found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for names, passed in ((self.passed, 1), (self.failed, 0)):
            for name in names:
                if match := re.match(r"test_(d\d\d)_", name):
                    before = found[match[1]]
                    found[match[1]] = (before[0] + passed, before[1] + 1 - passed)
        return dict(sorted(found.items()))


def run(file: Path, report: Path) -> str:
    """Runs one file of tests. Returns what kept it from finishing, or an empty text."""
    command = [sys.executable, "-m", "pytest", str(file), "-q", "--runxfail", "--no-header", "--tb=no", "-rN"]
    command += [f"--timeout={TEST_LIMIT_SECONDS}", f"--junitxml={report}"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        process.communicate(timeout=FILE_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # pytest then writes what it has so far
        try:
            process.communicate(timeout=INTERRUPT_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return f"{file.name}: not finished after {FILE_LIMIT_SECONDS:.0f} s"
    return ""


def read(report: Path, score: Score) -> None:
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name", "")
        if case.find("failure") is not None or case.find("error") is not None:
            score.failed.append(name)
        elif case.find("skipped") is not None:
            score.skipped.append(name)
        else:
            score.passed.append(name)


def main(arguments: list[str]) -> int:
    files = [Path(argument) for argument in arguments] or sorted((ROOT / "Tests" / "http").glob("test_*.py"))
    files = [file for file in files if file.name not in LEFT_OUT]
    total, remarks = Score(), []
    with tempfile.TemporaryDirectory(prefix="cog-peer-") as folder:
        for file in files:
            score, report = Score(), Path(folder) / f"{file.stem}.xml"
            remark = run(file, report)
            if report.exists():
                read(report, score)
            elif not remark:
                remark = f"{file.name}: no report"
            if remark:
                remarks.append(remark)
            print(f"{file.stem}: {score}", flush=True)
            for mine, theirs in zip(vars(total).values(), vars(score).values(), strict=True):
                mine += theirs
            if details := os.environ.get("PEER_SCORE_DETAILS"):
                with Path(details).open("a") as log:
                    log.writelines(f"{file.stem} passed {name}\n" for name in score.passed)
                    log.writelines(f"{file.stem} failed {name}\n" for name in score.failed)
    defects = total.defects()
    print("\ntests of defects, passed and failed: " + ", ".join(f"{d} {p}/{f}" for d, (p, f) in defects.items()))
    print("defects of which no test fails: " + (", ".join(d for d, (_, f) in defects.items() if not f) or "none"))
    print(
        f"tests of defects: {sum(p for p, _ in defects.values())} passed, {sum(f for _, f in defects.values())} failed"
    )
    for remark in remarks:
        print(remark)
    print(f"all tests: {total}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
