"""A short run of the soak: mixed load on several servers at once, after which nothing has grown and nothing is left."""

import subprocess
import sys

from support.environment import PYTHONS, TESTS

SECONDS = 12
# Starting, settling and stopping four servers on a busy machine.
LIMIT_SECONDS = 240


def test_mixed_load_grows_nothing_leaks_nothing_and_is_answered_as_expected():
    script = TESTS.parent / "benchmarks" / "soak" / "soak.py"
    command = [sys.executable, script, "--seconds", str(SECONDS), "--python", PYTHONS[0]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 zombies, 0 unexpected answers" in done.stdout
