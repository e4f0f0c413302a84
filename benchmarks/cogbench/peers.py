"""The other servers that are compared: how each is installed and started."""

import shutil
import subprocess
from pathlib import Path

from .environments import BENCHMARKS, PACKAGES, environment
from .processes import BenchmarkError, Running, start
from .servers import Original, Ours, Server, clean_variables
from .workloads import Workload


class Mosec(Server):
    name = "mosec"
    title = "mosec 0.9.8"

    def prepare(self) -> None:
        environment("mosec")

    def version(self) -> str:
        return " ".join(PACKAGES["mosec"])

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        directory.mkdir(parents=True)
        bin_directory = environment("mosec")
        command = [str(bin_directory / "python"), str(BENCHMARKS / "peers" / "mosec_server.py")]
        command += ["--address", "127.0.0.1", "--port", str(port), "--log-level", "error"]
        return start(command, port, directory, clean_variables(bin_directory))


class LitServe(Server):
    name = "litserve"
    title = "LitServe 0.2.19"

    def prepare(self) -> None:
        environment("litserve")

    def version(self) -> str:
        return " ".join(PACKAGES["litserve"])

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        directory.mkdir(parents=True)
        bin_directory = environment("litserve")
        command = [str(bin_directory / "python"), str(BENCHMARKS / "peers" / "litserve_server.py")]
        return start([*command, "127.0.0.1", str(port)], port, directory, clean_variables(bin_directory))


class FastAPI(Server):
    name = "fastapi"
    title = "FastAPI 0.165.0 on uvicorn 0.54.0"

    def prepare(self) -> None:
        environment("fastapi")

    def version(self) -> str:
        return " ".join(PACKAGES["fastapi"])

    def launch(self, workload: Workload, directory: Path, port: int) -> Running:
        directory.mkdir(parents=True)
        bin_directory = environment("fastapi")
        command = [str(bin_directory / "uvicorn"), "fastapi_app:app", "--app-dir", str(BENCHMARKS / "peers")]
        command += ["--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
        command += ["--log-level", "error", "--no-access-log"]
        return start(command, port, directory, clean_variables(bin_directory))


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
        text = (BENCHMARKS / "peers" / "nginx.conf").read_text().replace("@PORT@", str(port))
        (directory / "nginx.conf").write_text(text)
        command = [self._program(), "-e", "stderr", "-p", str(directory), "-c", "nginx.conf"]
        return start(command, port, directory, clean_variables(None))


def all_servers() -> list[Server]:
    """In the order of the tables, and of every round."""
    return [Ours(), Original(), Mosec(), FastAPI(), LitServe(), Nginx()]
