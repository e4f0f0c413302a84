"""Short runs of the scripts in benchmarks/soak."""

import subprocess
import sys

from .environment import PYTHONS, TESTS

SECONDS = 12
# Starting, settling and stopping several servers on a busy machine.
LIMIT_SECONDS = 240


def run_briefly(script: str) -> None:
    """Run a script of benchmarks/soak, which must end well."""
    path = TESTS.parent / "benchmarks" / "soak" / script
    command = [sys.executable, path, "--seconds", str(SECONDS), "--python", PYTHONS[0]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 zombies, 0 unexpected answers" in done.stdout
