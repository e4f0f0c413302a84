"""Shows what `cog` says about each mistake of Tests/cli/mistakes.py, and how long it takes: the best of three calls.

usage: .envs/test-3.11/bin/python benchmarks/mistakes.py
Prints a Markdown table, and in its last line the longest time. Nothing is asserted: times depend on the machine.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "cli"))

from mistakes import MISTAKES, arranged
from terminal import ENGINE_ASKED, Project

CALLS = 3


def told(text: str) -> str:
    """The first line of the message, without the note about a missing engine."""
    lines = [line for line in text.splitlines() if line and ENGINE_ASKED not in line]
    return re.sub(r"^(✗|⚠)?\s*", "", lines[0] if lines else "").replace("|", "\\|")


def main() -> int:
    longest = 0.0
    print("| mistake | what is said first | s |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, mistake in MISTAKES.items():
            directory = Path(folder) / name / "project"
            directory.mkdir(parents=True)
            project = arranged(Project(directory), mistake)
            seconds = []
            for _ in range(CALLS):
                begin = time.perf_counter()
                result = project.cog(*mistake.command)
                seconds.append(time.perf_counter() - begin)
            longest = max(longest, min(seconds))
            print(f"| {name} | {told(result.err).replace(str(directory), '.')} | {min(seconds):.3f} |")
    print(f"\n{len(MISTAKES)} mistakes, the longest took {longest:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
