"""Runs the test suites one after another and adds up what they report. `scripts/test.sh` prepares what they need.

A suite is counted by the JUnit file it writes, so nothing is read out of its output. One that ends badly without a
failed test to show for it (a crash, a hang, a build error, no test found) counts as one failure.

A few tests that failed run once more, alone. One that passes then is counted as passed and named at the end: see
docs/decisions/failed-tests-run-again.md.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITE_LIMIT_SECONDS = 2400.0
# Where the tests of a suite are, and how they run. Most tests wait half of the time, so twice as many run concurrently
# as there are processors. The tests of a file stay together and share its servers. Two processes have a container
# engine each.
SIDE_BY_SIDE = ["--numprocesses", str(2 * (os.cpu_count() or 1)), "--dist", "loadfile"]
BY_TWO = ["--numprocesses", "2", "--dist", "loadfile"]
# Plugins that only the SDK's tests use. Loading them takes each process seconds.
PLAIN = ["-p", "no:schemathesis", "-p", "no:hypothesispytest"]
PYTEST = {
    "sdk": ["Tests/sdk", *SIDE_BY_SIDE],
    "packaging": ["Tests/packaging", *PLAIN],
    "http": ["Tests/http", *PLAIN, *SIDE_BY_SIDE],
    "cli": ["Tests/cli", "--ignore=Tests/cli/engine", *PLAIN, *SIDE_BY_SIDE],
    "docs": ["Tests/docs", *PLAIN, *SIDE_BY_SIDE],
    "engine": ["Tests/cli/engine", *PLAIN, *BY_TWO],
}
# With more failures than this, no test gets a second run.
SECOND_RUNS = 3
# A suite that ran into the limit gets this long to write its report before it is killed.
INTERRUPT_GRACE_SECONDS = 20.0


@dataclass
class Outcome:
    """The result of a suite, or of all of them."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.remarks += other.remarks

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count(reports: Sequence[Path]) -> Outcome:
    """Adds up the test cases of JUnit files; a missing or incomplete file adds nothing."""
    outcome = Outcome()
    for report in reports:
        try:
            cases = list(ElementTree.parse(report).iter("testcase"))
        except (OSError, ElementTree.ParseError):
            continue
        for case in cases:
            if case.find("failure") is not None or case.find("error") is not None:
                outcome.failed += 1
            elif case.find("skipped") is not None:
                outcome.skipped += 1
            else:
                outcome.passed += 1
    return outcome


def run(name: str, command: Sequence[str], reports: Sequence[Path]) -> Outcome:
    """Runs one suite in its own process group, within the time limit."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    remark = ""
    try:
        status = process.wait(SUITE_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        remark = f"{name}: not finished after {SUITE_LIMIT_SECONDS:.0f} s"
        os.killpg(process.pid, signal.SIGINT)
        try:
            status = process.wait(INTERRUPT_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
    outcome = count(reports)
    if not remark and status != 0 and outcome.failed == 0:
        remark = f"{name}: ended with status {status} and no failed test to show for it"
    if not remark and outcome.passed + outcome.failed == 0:
        remark = f"{name}: no test ran"
    if remark:
        outcome.failed += 1
        outcome.remarks.append(remark)
    print(f"{name}: {outcome} in {time.monotonic() - started:.0f} s", flush=True)
    return outcome


def swift(reports: Path) -> Outcome:
    """The modules' own tests, in a debug build next to the release build."""
    # The tool writes XCTest's report to the given path, and Swift Testing's next to it.
    report = reports / "swift.xml"
    command = ["swift", "test", "--scratch-path", ".build-debug", "--xunit-output", str(report)]
    return run("swift", command, [report.with_name("swift-swift-testing.xml"), report])


def pytest(name: str, reports: Path) -> Outcome:
    """A suite on the first of the Pythons; it finds the others in COG_TEST_PYTHONS."""
    python = os.environ["COG_TEST_PYTHONS"].split(os.pathsep)[0]
    report = reports / f"{name}.xml"
    command = [python, "-m", "pytest", *PYTEST[name], "-q"]
    first = run(name, [*command, f"--junitxml={report}"], [report])
    # A remark means that the suite itself failed.
    if first.remarks or not 0 < first.failed <= SECOND_RUNS:
        return first
    report = reports / f"{name}-again.xml"
    alone = ["--last-failed", "--last-failed-no-failures=none", "-p", "no:xdist"]
    paths = [argument for argument in command if argument not in (*SIDE_BY_SIDE, *BY_TWO)]
    second = run(f"{name}, what failed again", [*paths, *alone, f"--junitxml={report}"], [report])
    return after_second_run(name, first, second)


def after_second_run(name: str, first: Outcome, second: Outcome) -> Outcome:
    """The result of a suite, given the second run of its failed tests. A failure of that run itself changes nothing."""
    if second.remarks or second.passed + second.failed != first.failed:
        return first
    remarks = [f"{name}: {second.passed} failed at first and passed alone"] if second.passed else []
    return Outcome(first.passed + second.passed, second.failed, first.skipped, remarks)


def main(wanted: Sequence[str]) -> int:
    known = ["swift", *PYTEST]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no such suite: {' '.join(unknown)} (there are {' '.join(known)})", file=sys.stderr)
        return 2
    total = Outcome()
    with tempfile.TemporaryDirectory(prefix="cog-reports-") as folder:
        for name in known:
            if wanted and name not in wanted:
                continue
            total.add(swift(Path(folder)) if name == "swift" else pytest(name, Path(folder)))
    print()
    for remark in total.remarks:
        print(remark)
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
