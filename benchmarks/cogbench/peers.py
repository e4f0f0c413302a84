"""The other servers that are compared: how each is installed and started."""

import shutil
import subprocess
from abc import abstractmethod
from pathlib import Path

from .environments import BENCHMARKS, PACKAGES, environment
from .processes import BenchmarkError, Running, start
from .servers import NotPolling, OneWorker, Original, Ours, Server, WithOrjson, clean_variables
from .workloads import PAYLOADS, Workload

APPLICATIONS = BENCHMARKS / "peers"


class Peer(Server):
    """One that runs in an environment of its own, called after it."""

    def prepare(self) -> None:
        environment(self.name)

    def version(self) -> str:
        return " ".join(PACKAGES[self.name])

    @abstractmethod
    def command(self, bin_directory: Path, port: int) -> list[str]: ...

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        directory.mkdir(parents=True)
        bin_directory = environment(self.name)
        # The applications lie beside each other and are imported by name.
        variables = clean_variables(bin_directory, BENCH_WORKLOAD=workload.name, PYTHONPATH=str(APPLICATIONS))
        return start(self.command(bin_directory, port), port, directory, variables, workload.ready_body)


class Mosec(Peer):
    name = "mosec"
    title = "mosec 0.9.8"
    serves = (*Server.serves, *PAYLOADS, "cpu", "batched")

    def command(self, bin_directory: Path, port: int) -> list[str]:
        command = [str(bin_directory / "python"), str(APPLICATIONS / "mosec_server.py")]
        return [*command, "--address", "127.0.0.1", "--port", str(port), "--log-level", "error"]


class LitServe(Peer):
    name = "litserve"
    title = "LitServe 0.2.19"
    serves = (*Server.serves, *PAYLOADS, "cpu", "batched")

    def command(self, bin_directory: Path, port: int) -> list[str]:
        return [str(bin_directory / "python"), str(APPLICATIONS / "litserve_server.py"), "127.0.0.1", str(port)]


class RayServe(Peer):
    name = "ray"
    title = "Ray Serve 2.60.0"
    serves = ("batched",)

    def command(self, bin_directory: Path, port: int) -> list[str]:
        return [str(bin_directory / "python"), str(APPLICATIONS / "ray_app.py"), str(port)]


class FastAPI(Peer):
    name = "fastapi"
    title = "FastAPI 0.165.0 on uvicorn 0.54.0"
    application = "fastapi_app:app"

    def command(self, bin_directory: Path, port: int) -> list[str]:
        command = [str(bin_directory / "uvicorn"), self.application, "--host", "127.0.0.1", "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools"]
        return [*command, "--log-level", "error", "--no-access-log"]


class FastAPIWithOrjson(FastAPI):
    """What a user writes by hand to be fast: no model server, one process."""

    name = "fastapi-orjson"
    title = "FastAPI with orjson"
    serves = (*Server.serves, *PAYLOADS)
    application = "fastapi_orjson_app:app"


class Granian(Peer):
    """The same application on another server."""

    name = "granian"
    title = "FastAPI with orjson on granian"
    serves = FastAPIWithOrjson.serves

    def command(self, bin_directory: Path, port: int) -> list[str]:
        command = [str(bin_directory / "granian"), FastAPIWithOrjson.application, "--interface", "asgi"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--loop", "uvloop"]
        return [*command, "--log-level", "error"]


class Nginx(Server):
    """A constant answer: the floor."""

    name = "nginx"
    title = "nginx, constant answer"

    def prepare(self) -> None:
        self._program()

    @staticmethod
    def _program() -> str:
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not program:
            raise BenchmarkError("nginx is missing: apt-get install nginx-light")
        return program

    def version(self) -> str:
        shown = subprocess.run([self._program(), "-v"], capture_output=True, text=True, check=True).stderr
        return shown.strip().rpartition(" ")[2]

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        directory.mkdir(parents=True)
        text = (APPLICATIONS / "nginx.conf").read_text().replace("@PORT@", str(port))
        (directory / "nginx.conf").write_text(text)
        command = [self._program(), "-e", "stderr", "-p", str(directory), "-c", "nginx.conf"]
        return start(command, port, directory, clean_variables(None), workload.ready_body)


def all_servers() -> list[Server]:
    """In the order of the tables, and of every round."""
    ours = [Ours(), WithOrjson(), NotPolling(), OneWorker()]
    by_hand = [FastAPI(), FastAPIWithOrjson(), Granian()]
    return [*ours, Original(), Mosec(), *by_hand, LitServe(), RayServe(), Nginx()]
