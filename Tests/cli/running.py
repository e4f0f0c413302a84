"""Commands that go on while a test looks at them, and the servers they run."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from terminal import COG, Project

DEADLINE_SECONDS = 60.0
T = TypeVar("T")


def wait_for(probe: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS) -> T:
    """The first true value of `probe()`, within a deadline."""
    end = time.monotonic() + seconds
    while not (value := probe()):
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)
    return value


@contextmanager
def started(project: Project, *arguments: str, env: dict[str, str], program: Path = COG) -> Iterator["Running"]:
    """A command in the background with these variables; killed at the end if it still runs."""
    running = Running(project, arguments, env, program)
    try:
        yield running
    finally:
        running.discard()


class Running:
    """A command in the background, in a process group of its own as a shell would start it."""

    def __init__(self, project: Project, arguments: tuple[str, ...], env: dict[str, str], program: Path = COG):
        folder = Path(tempfile.mkdtemp(dir=project.directory.parent))
        self.out_path, self.err_path = folder / "out", folder / "err"
        with self.out_path.open("w") as out, self.err_path.open("w") as err:
            self.process = subprocess.Popen(
                [program, *arguments],
                cwd=project.directory,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        return self.out_path.read_text()

    @property
    def err(self) -> str:
        return self.err_path.read_text()

    def says(self, text: str, seconds: float = DEADLINE_SECONDS) -> None:
        """Waits for a text on standard error."""

        def seen() -> bool:
            if text in self.err:
                return True
            assert self.process.poll() is None, (
                f"ended with {self.process.returncode} before it said {text!r}:\n{self.err}"
            )
            return False

        wait_for(seen, f"{text!r} on standard error", seconds)

    def interrupt(self) -> None:
        """Ctrl-C: the whole process group hears of it."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds: float = DEADLINE_SECONDS) -> int:
        return self.process.wait(seconds)

    def discard(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


# MARK: - Talking to servers


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url: str) -> Any:
    """The JSON answer, or None while nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)
    except OSError:
        return None


def post(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as answer:
        return json.load(answer)


def wait_status(port: int, status: str) -> None:
    """Waits until the server on a port of this machine is in a state of health."""

    def reached() -> bool:
        health = get(f"http://127.0.0.1:{port}/health-check")
        return health is not None and health["status"] == status

    wait_for(reached, f"{status} on port {port}")
