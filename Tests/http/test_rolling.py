"""A short run of benchmarks/rolling: three servers behind HAProxy are restarted under load, and nothing is lost."""

import re
import subprocess
import sys

import pytest
from support import tools
from support.environment import PYTHONS, TESTS

pytestmark = pytest.mark.ours(strict=False)

# Starting and stopping several servers on a busy machine.
LIMIT_SECONDS = 240


def test_rolling_restart_loses_nothing():
    tools.path_of("haproxy")
    script = TESTS.parent / "benchmarks" / "rolling" / "rolling.py"
    options = ["--predictions", "50", "--webhooks", "50", "--clients", "4", "--drain", "2", "--interval", "100ms"]
    done = subprocess.run(
        [sys.executable, script, *options, "--python", PYTHONS[0]],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.match(r"3 restarts; (\d+) synchronous predictions and (\d+) webhooks\n0 lost\n", done.stdout)
    assert found, done.stdout
    assert min(map(int, found.groups())) >= 50
