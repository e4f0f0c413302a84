"""What a server under measurement is, this server, and the original."""

import http.client
import os
import time
from abc import ABC, abstractmethod
from pathlib import Path

from .environments import CHECKOUT, PACKAGES, environment, model_package
from .processes import BenchmarkError, Running, poll, start
from .workloads import ASYNC, PAYLOADS, SYNC, Workload

NO_OP_BODY = '{"input":{"s":"world"}}'
NO_OP_ANSWER = "hello world"
CPU_BODY = '{"input":{"n":400000}}'
CPU_ANSWER = "1400000"
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

    def ready(self, running: Running) -> bool:
        """True once a prediction is answered: the only sign that all servers share."""
        status, body = _get(running.port, "POST", "/predictions", running.ready_body)
        return status == 200 and '"status":"succeeded"' in body.replace(" ", "")

    def wait(self, running: Running) -> float:
        """Waits until the server is ready; returns the seconds since its start."""
        for _ in poll(READY_POLL_SECONDS, READY_LIMIT_SECONDS, f"{self.title} ready"):
            running.check_alive()
            try:
                if self.ready(running):
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

    serves = (*Server.serves, "tokens", "async-tokens", "file-in", "file-out", "text", "sleep", "cpu")
    needs_document = False

    @abstractmethod
    def python(self) -> Path: ...

    def own_variables(self, workload: Workload) -> dict[str, str]:
        return {}

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        workload.stage(directory, self.needs_document)
        python = self.python()
        variables = clean_variables(
            python.parent,
            PORT=str(port),
            COG_PREDICT_TYPE_STUB=f"{workload.file}:{workload.reference}",
            COG_MAX_CONCURRENCY=str(workload.slots),
            **self.own_variables(workload),
        )
        command = [str(python), "-m", "cog.server.http", "--host", "127.0.0.1"]
        return start(command, port, directory, variables, workload.ready_body)

    def ready(self, running: Running) -> bool:
        return '"status":"READY"' in _get(running.port, "GET", "/health-check")[1]


class Ours(CogServer):
    """The server of this checkout."""

    name = "ours"
    serves = (*CogServer.serves, *PAYLOADS, "anything", "batched", "forked", "forked-pool")
    packages: tuple[str, ...] = ()
    """What the model's environment has besides what the model imports."""

    def __init__(self) -> None:
        self.title = f"Cog {self.version()}"

    def python(self) -> Path:
        chosen = os.environ.get("COG_BENCH_PYTHON")
        return Path(chosen).absolute() if chosen else CHECKOUT / ".venv" / "bin" / "python"

    def own_variables(self, workload: Workload) -> dict[str, str]:
        # Lets a developer measure binaries that are not installed, and without polling: see benchmarks/README.md.
        names = ("COGLET_BINARY", "PYTHONPATH", "COG_WORKER_POLLING")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        paths = [str(Path(kept["PYTHONPATH"]).absolute())] if "PYTHONPATH" in kept else []
        paths += [str(model_package(self.python(), name)) for name in (*workload.packages, *self.packages)]
        if paths:
            kept["PYTHONPATH"] = os.pathsep.join(paths)
        if "COGLET_BINARY" in kept:
            kept["COGLET_BINARY"] = str(Path(kept["COGLET_BINARY"]).absolute())
        return kept | workload.variables

    def prepare(self) -> None:
        if not self.python().exists():
            raise BenchmarkError(f"{self.python()} does not exist: run `make build`, or set COG_BENCH_PYTHON")

    def version(self) -> str:
        return (CHECKOUT / "VERSION").read_text().strip()


class WithOrjson(Ours):
    """The same with orjson in the model's environment, which the model doesn't use."""

    name = "ours-orjson"
    packages = ("orjson",)

    def __init__(self) -> None:
        self.title = "Cog, orjson installed"


class NotPolling(Ours):
    """The same with workers that sleep as soon as they have answered."""

    name = "ours-asleep"

    def __init__(self) -> None:
        self.title = "Cog, not polling"

    def own_variables(self, workload: Workload) -> dict[str, str]:
        return super().own_variables(workload) | {"COG_WORKER_POLLING": "0"}


class OneWorker(Ours):
    """The same with a single worker, started as usual, to compare pools with."""

    name = "ours-1"

    def __init__(self) -> None:
        self.title = "Cog, one worker"

    def own_variables(self, workload: Workload) -> dict[str, str]:
        return super().own_variables(workload) | {"COG_WORKERS": "1", "COG_WORKER_START": "spawn"}


class Original(CogServer):
    """The released original, used as a black box."""

    name = "coglet"
    title = "coglet 0.23.1"
    serves = (*CogServer.serves, *PAYLOADS)
    needs_document = True

    def python(self) -> Path:
        return environment("coglet") / "python"

    def prepare(self) -> None:
        environment("coglet")

    def version(self) -> str:
        return " ".join(PACKAGES["coglet"])
