"""Servers behind a load balancer, each of them on a port of its own that it keeps."""

import json
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEADLINE_SECONDS = 60.0
PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "COGLET_BINARY", "VIRTUAL_ENV")


class RollingError(Exception):
    """Something that is needed doesn't work."""


def wait_for(probe: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not probe():
        if time.monotonic() > end:
            raise RollingError(f"not within {DEADLINE_SECONDS:.0f} s: {what}")
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody has, and that the kernel gives to no connection, so that it is free after a restart too."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RollingError("no free port from 20000 to 31999")


class Server:
    """One server, which is restarted on its port."""

    def __init__(self, name: str, python: str, folder: Path, drain_seconds: float) -> None:
        self.name = name
        self.port = free_port()
        self._python = python
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "PORT": str(self.port),
            "COG_PREDICT_TYPE_STUB": "predict.py:Runner",
            "COG_DRAIN_DELAY": str(drain_seconds),
            "COG_QUEUE_LIMIT": "1000",
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._python, "-m", "cog.server.http", "--host", "127.0.0.1"],
                cwd=HERE,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(self._is_ready, f"{self.name} to be ready; its log: {self._log}")

    def _is_ready(self) -> bool:
        if self._process and self._process.poll() is not None:
            raise RollingError(f"{self.name} has ended:\n{self.log()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except (OSError, urllib.error.URLError):
            return False

    def stop(self) -> None:
        """Ask it to end, as an orchestrator does, and wait for that."""
        if not self._process:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RollingError(f"{self.name} doesn't end after SIGTERM:\n{self.log()}") from None
        self._process = None
        if status != 0:
            raise RollingError(f"{self.name} has ended with status {status}:\n{self.log()}")

    def kill(self) -> None:
        """End it in any case."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-4000:]
