"""One Ray on this machine, and the processes of its replicas."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
DEADLINE_SECONDS = 120.0
PASSED_ON = ("PATH", "LANG", "PYTHONPATH", "COGLET_BINARY", "VIRTUAL_ENV")

_Value = TypeVar("_Value")


class RayError(Exception):
    """Something that is needed doesn't work."""


def wait_for(probe: Callable[[], _Value], what: str, seconds: float = DEADLINE_SECONDS) -> _Value:
    """Wait until something is so, and give what it is."""
    end = time.monotonic() + seconds
    while not (found := probe()):
        if time.monotonic() > end:
            raise RayError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)
    return found


class Cluster:
    """Ray with its own directory, on ports that the kernel chooses.

    Args:
        python: an interpreter with Ray, the SDK, and the server.
        cpus, gpus: how many of them Ray is told there are.
    """

    def __init__(self, python: str, cpus: int = 2, gpus: int = 0, **settings: str) -> None:
        self.python = python
        # The paths of Ray's sockets are long, and may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
        self.environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            "RAY_TMPDIR": str(self.folder),
            "HOME": str(self.folder),
            # Only this program and its children may use this Ray.
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_SERVE_LOG_TO_STDERR": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            **settings,
        }
        self._log = self.folder / "driver.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, str(HERE / "driver.py"), str(cpus), str(gpus)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        hello = self._read()
        self.port: int = hello["port"]
        self.address: str = hello["address"]

    def do(self, what: str, **arguments: Any) -> Any:
        """Carry a command of driver.py out."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if "error" in answer:
            raise RayError(answer["error"])
        return answer["done"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RayError(f"Ray's driver has ended:\n{self._log.read_text(errors='replace')[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End Ray, and everything that it has started."""
        started = {self._process.pid, *descendants(self._process.pid)}
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in started:
            if alive(pid):
                os.kill(pid, 9)
        shutil.rmtree(self.folder, ignore_errors=True)

    # MARK: - Processes

    def replicas(self, name: str, deployment: str = "cog") -> list[int]:
        """The processes of an application's replicas."""
        # The title goes on with what the replica does.
        title = f"ray::ServeReplica:{name}:{deployment}"
        return [pid for pid in descendants(self._process.pid) if "".join(command(pid)[:1]).startswith(title)]

    def servers(self, name: str) -> list[int]:
        """The prediction servers of an application's replicas."""
        return [pid for replica in self.replicas(name) for pid in children(replica) if command(pid)[:1] == ["coglet"]]

    def workers(self, name: str) -> list[int]:
        """The processes that run the model."""
        found = [pid for server in self.servers(name) for pid in children(server)]
        return [pid for pid in found if "coglet-worker" in "".join(command(pid)[:1])]

    def wait_running(self, name: str, count: int) -> None:
        """Wait until an application has exactly so many replicas, and all of them run."""
        wait_for(lambda: self.settled(name, count), f"{count} replicas of {name}")

    def settled(self, name: str, count: int) -> bool:
        state = self.do("status", name=name)
        return state["status"] == "RUNNING" and state["running"] == state["replicas"] == count


# MARK: - /proc


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    state = _stat(pid)
    return state is not None and state[0] not in "ZX"


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = ((int(name), _stat(int(name))) for name in os.listdir("/proc") if name.isdigit())
    return [each for each, state in found if state and int(state[1]) == pid]


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    below = children(pid)
    return below + [each for child in below for each in descendants(child)]


def command(pid: int) -> list[str]:
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the name in parentheses and may hold spaces.
    return text[text.rindex(")") + 2 :].split()
