"""What a server under measurement is, this server, and the original."""

import http.client
import os
import time
from abc import ABC, abstractmethod
from pathlib import Path

from .environments import CHECKOUT, PACKAGES, environment
from .processes import BenchmarkError, Running, poll, start
from .workloads import ASYNC, SYNC, Workload

NO_OP_BODY = '{"input":{"s":"world"}}'
NO_OP_ANSWER = "hello world"
READY_POLL_SECONDS = 0.001
READY_LIMIT_SECONDS = 60.0


def _get(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Server(ABC):
    """A server under its name in the tables."""

    name: str
    title: str
    serves: tuple[str, ...] = (SYNC.name, ASYNC.name)
    """Names of the workloads it can run."""

    @abstractmethod
    def prepare(self) -> None:
        """Installs what is missing. May take minutes the first time."""

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def launch(self, workload: Workload, directory: Path, port: int) -> Running: ...

    def ready(self, port: int) -> bool:
        """True once a prediction is answered well: the only sign that all servers share."""
        status, body = _get(port, "POST", "/predictions", NO_OP_BODY)
        return status == 200 and NO_OP_ANSWER in body

    def wait(self, running: Running) -> float:
        """Waits until the server is ready; returns the seconds since its start."""
        for _ in poll(READY_POLL_SECONDS, READY_LIMIT_SECONDS, f"{self.title} ready"):
            running.check_alive()
            try:
                if self.ready(running.port):
                    break
            except OSError:
                continue  # not listening yet
            except http.client.HTTPException:
                continue
        return time.perf_counter() - running.started


def clean_variables(bin_directory: Path | None, **more: str) -> dict[str, str]:
    """The environment of a server: ours without what would steer it, its own interpreter first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COG", "PYTHON", "VIRTUAL_ENV", "WEBHOOK", "OTEL"))
    }
    if bin_directory:
        kept["PATH"] = f"{bin_directory}:{kept.get('PATH', '')}"
    return {**kept, **more}


class CogServer(Server):
    """What this server and the original share: both are started as `python -m cog.server.http`."""

    serves = ("sync", "async", "tokens", "async-tokens", "file-in", "file-out", "text", "sleep")
    needs_document = False

    @abstractmethod
    def python(self) -> Path: ...

    def ownclean_variables(self) -> dict[str, str]:
        return {}

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        workload.stage(directory, self.needs_document)
        python = self.python()
        variables = clean_variables(
            python.parent,
            PORT=str(port),
            COG_PREDICT_TYPE_STUB=f"predict.py:{workload.reference}",
            COG_MAX_CONCURRENCY=str(workload.slots),
            **self.ownclean_variables(),
        )
        return start([str(python), "-m", "cog.server.http", "--host", "127.0.0.1"], port, directory, variables)

    def ready(self, port: int) -> bool:
        return '"status":"READY"' in _get(port, "GET", "/health-check")[1]


class Ours(CogServer):
    """The server of this checkout."""

    name = "ours"

    def __init__(self) -> None:
        self.title = f"Cog {self.version()}"

    def python(self) -> Path:
        chosen = os.environ.get("COG_BENCH_PYTHON")
        return Path(chosen).absolute() if chosen else CHECKOUT / ".venv" / "bin" / "python"

    def ownclean_variables(self) -> dict[str, str]:
        # Lets a developer measure binaries that are not installed: see benchmarks/README.md.
        kept = {name: os.environ[name] for name in ("COGLET_BINARY", "PYTHONPATH") if name in os.environ}
        if "PYTHONPATH" in kept:
            kept["PYTHONPATH"] = str(Path(kept["PYTHONPATH"]).absolute())
        if "COGLET_BINARY" in kept:
            kept["COGLET_BINARY"] = str(Path(kept["COGLET_BINARY"]).absolute())
        return kept

    def prepare(self) -> None:
        if not self.python().exists():
            raise BenchmarkError(f"{self.python()} does not exist: run `make build`, or set COG_BENCH_PYTHON")

    def version(self) -> str:
        return (CHECKOUT / "VERSION").read_text().strip()


class Original(CogServer):
    """The released original, used as a black box."""

    name = "coglet"
    title = "coglet 0.23.1"
    needs_document = True

    def python(self) -> Path:
        return environment("coglet") / "python"

    def prepare(self) -> None:
        environment("coglet")

    def version(self) -> str:
        return " ".join(PACKAGES["coglet"])
