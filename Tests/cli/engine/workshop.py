"""A real container engine for the tests of a session, and projects whose commands use it."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from memory_disk import MemoryDisk
from running import Running, free_port, started, wait_for, wait_status
from terminal import COG, ROOT, Project, Result, environment

SCRIPTS = ROOT / "docker" / "engine"
CACHE = Path(os.environ.get("COG_TEST_CACHE", Path.home() / ".cache" / "cog-tests"))
# How many engines run side by side.
PLACES = 2
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def why_not() -> str | None:
    """Why no engine can be started on this machine; None where it can be tried."""
    if os.geteuid() != 0:
        return "starting a container engine needs root"
    missing = [name for name in ("dockerd", "docker", "docker-registry", "htpasswd") if not shutil.which(name)]
    return f"not installed: {', '.join(missing)} (scripts/setup.sh --tests)" if missing else None


class Client:
    """One of the machine's docker clients: where it is found, and with which plugins."""

    def __init__(self, program: Path, home: Path):
        self.program = program
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        self.major = int(version.split("version ")[1].split(".")[0])
        self.config = home / f"docker-{self.major}"
        (self.config / "cli-plugins").mkdir(parents=True)
        for name in ("docker-buildx", "docker-compose"):
            plugin = CACHE / "cli-plugins" / name
            if self.major >= 23 and plugin.exists():
                (self.config / "cli-plugins" / name).symlink_to(plugin)

    @property
    def environment(self) -> dict[str, str]:
        path = [str(self.program.parent), *(p for p in os.environ["PATH"].split(":") if p != str(self.program.parent))]
        return {"PATH": ":".join(path), "DOCKER_CONFIG": str(self.config)}


def clients(home: Path) -> list[Client]:
    """The docker clients of the machine, those on PATH first coming first; links to the same file count once."""
    found: dict[Path, Path] = {}
    for folder in os.environ["PATH"].split(":"):
        program = Path(folder) / "docker"
        if os.access(program, os.X_OK):
            found.setdefault(program.resolve(), program)
    return [Client(program, home) for program in found.values()]


def taken_place() -> tuple[TextIO, int]:
    """A place for an engine, free again when the file is closed, and its number.

    Each engine has a bridge of its own. A machine has two places, and whoever finds both taken waits for the first.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    for number in range(PLACES):
        place = (CACHE / f"engine-{number}.lock").open("w")
        with suppress(BlockingIOError):
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return place, number
        place.close()
    place = (CACHE / "engine-0.lock").open("w")
    fcntl.flock(place, fcntl.LOCK_EX)
    return place, 0


class Engine:
    """A Docker engine of the tests' own: nothing in it but what the tests put there."""

    def __init__(self, directory: Path, env: dict[str, str] | None = None):
        self.directory = directory
        self._place, number = taken_place()
        self._disk = MemoryDisk(directory / "data")
        self.clients = clients(directory)
        self.client = self.clients[0]
        # Engines that start at the same time fail over the chains of iptables, which both want to create.
        with (CACHE / "engine-start.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            started = subprocess.run(
                [SCRIPTS / "start-engine.sh", directory / "run", directory / "data", str(number)],
                env={**os.environ, **(env or {})},
                capture_output=True,
                text=True,
                check=False,
            )
        self.failure = started.stderr if started.returncode else None
        if self.failure:
            self._disk.close()
        self.host = started.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        return {"DOCKER_HOST": self.host, **self.client.environment}

    def add_base_images(self) -> None:
        subprocess.run([SCRIPTS / "base-image.sh"], env={**os.environ, **self.environment}, check=True)

    def close(self) -> None:
        subprocess.run([SCRIPTS / "stop.sh", self.directory / "run"], check=True)
        self._disk.close()
        self._place.close()
        shutil.rmtree(self.directory / "data", ignore_errors=True)

    # MARK: - Looking into it

    def docker(self, *arguments: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **self.environment},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    def run(self, image: str, *command: str) -> str:
        """The standard output of a command in a new container."""
        return self.docker("run", "--rm", image, *command).stdout

    @contextmanager
    def serving(self, image: str) -> Iterator[int]:
        """The image as a server, as anybody would start it; the port on this machine, once it is ready."""
        port = free_port()
        publish = f"127.0.0.1:{port}:5000"
        container = self.docker("run", "--rm", "--detach", "--publish", publish, image).stdout.strip()
        try:
            wait_status(port, "READY")
            yield port
        finally:
            self.docker("stop", "-t", "10", container)
            # The engine removes it after it has stopped.
            wait_for(lambda: not self.containers(), "no container left")

    def containers(self) -> list[str]:
        return self.docker("ps", "--all", "--format", "{{.Names}}").stdout.split()

    def images(self) -> list[str]:
        return self.docker("images", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()

    def inspect(self, image: str) -> dict[str, Any]:
        return json.loads(self.docker("image", "inspect", image).stdout)[0]

    def labels(self, image: str) -> dict[str, str]:
        return self.inspect(image)["Config"]["Labels"] or {}

    def layers(self, image: str) -> list[str]:
        return self.inspect(image)["RootFS"]["Layers"]


class EngineProject(Project):
    """A project whose commands find the engine."""

    def __init__(self, directory: Path, engine: Engine):
        super().__init__(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self.engine = engine

    def environment(self, changes: dict[str, str] | None = None) -> dict[str, str]:
        env = environment(self.engine.directory, {**self.engine.environment, **(changes or {})})
        # The wheels are found beside the program, as they are in a checkout and in a distribution.
        env.pop("COG_SDK_WHEEL", None)
        return {**env, **(changes or {})}

    def cog(self, *arguments: str, cwd: str = ".", stdin: str = "", env: dict[str, str] | None = None) -> Result:
        done = subprocess.run(
            [COG, *arguments],
            cwd=self.directory / cwd,
            env=self.environment(env),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def predict(self, *arguments: str, **options: Any) -> Result:
        return self.cog("predict", *arguments, **options)

    def with_pip_settings(self) -> "EngineProject":
        """Adds what this machine's pip needs to reach its index as `environment:`."""
        names = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES")
        found = {name: os.environ[name] for name in names if os.environ.get(name)}
        lines = "".join(f"  - {json.dumps(f'{name}={value}')}\n" for name, value in found.items())
        if lines:
            self.config(self.read("cog.yaml") + "environment:\n" + lines)
        return self

    def started(self, *arguments: str, env: dict[str, str] | None = None) -> AbstractContextManager[Running]:
        """A command that goes on while the test looks at it."""
        return started(self, *arguments, env=self.environment(env))

    def predictor(self, source: str, *build: str) -> "EngineProject":
        """Writes predict.py and a configuration with these lines below `build:`."""
        self.write("predict.py", source)
        self.build('python_version: "3.12"', *build)
        return self


# MARK: - Registries


class Registry:
    """A running registry."""

    def __init__(self, host: str, user: str | None, password: str | None):
        self.host = host
        self.user = user
        self.password = password

    def request(self, path: str, accept: str = "*/*") -> tuple[Any, dict[str, str]]:
        """The JSON answer to a GET and its headers."""
        headers = {"Accept": accept}
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        request = urllib.request.Request(f"http://{self.host}/v2/{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer), dict(answer.headers)

    def manifest(self, repository: str, tag: str) -> tuple[Any, str]:
        """An image's manifest and its digest."""
        kinds = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
        manifest, headers = self.request(f"{repository}/manifests/{tag}", kinds)
        return manifest, headers["Docker-Content-Digest"]


@contextmanager
def started_registry(directory: Path, user: str | None = None, password: str | None = None) -> Iterator[Registry]:
    """A registry on a free port, stopped at the end."""
    credentials = [user, password] if user and password else []
    started = subprocess.run(
        [SCRIPTS / "start-registry.sh", directory, str(free_port()), *credentials],
        capture_output=True,
        text=True,
        check=True,
    )
    try:
        yield Registry(started.stdout.strip(), user, password)
    finally:
        subprocess.run([SCRIPTS / "stop.sh", directory], check=True)
