"""A server started by a command, from its start to its end, and one prediction of it."""

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("COG_TEST_DIST", ROOT / "dist"))
DEADLINE = 60.0
MODEL = "class Predictor:\n    def predict(self, s: str) -> str:\n        return 'hello ' + s\n"


def variables(**more: str) -> dict[str, str]:
    """The environment of a server on a port that the kernel picks, without the developer's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PORT": "0", "COG_PREDICT_TYPE_STUB": "predict.py:Predictor", **more}


@contextmanager
def served(command: Sequence[str | Path], directory: Path, environment: dict[str, str]) -> Iterator[int]:
    """Runs the command until the end of the block, then it has to exit with 0 on SIGTERM. Gives its port when ready."""
    log = directory / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield _port_when_ready(server, log)
        server.terminate()
        assert server.wait(DEADLINE) == 0, log.read_text()
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def _port_when_ready(server: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        text = log.read_text()
        assert server.poll() is None, text
        if "Server ready" in text:
            found = re.search(r"Starting coglet server on 127\.0\.0\.1:(\d+)", text)
            assert found, text
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(f"not ready in time: {log.read_text()}")


def predict(port: int, **values: Any) -> dict[str, Any]:
    body = json.dumps({"input": values}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/predictions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE) as response:
        answer: dict[str, Any] = json.load(response)
    return answer
