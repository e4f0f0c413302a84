"""A prediction server under test, from start to a checked end."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import processes
from .client import Client, EventStream, RawConnection, Response
from .environment import DEADLINE, PASSED_ON, PEER, PREDICTORS, TESTS
from .waiting import Background, wait_for


class Server:
    """`python -m cog.server.http` on a copy of a predictor folder, on a port that the kernel picks.

    Args:
        python: the interpreter with the wheels.
        predictor: a folder of Tests/predictors; or None with `source`, the text of a predict.py.
        files: more files of the model, by their paths.
        reference: the model reference.
        env, flags: on top of what every test server gets; a value of None removes a variable.
        mode: predict or train.
        schema: text put into .cog/openapi_schema.json; None: what the product does by itself (for the original,
            which does nothing by itself, a generated one); False: none.
    """

    def __init__(
        self,
        python: str,
        predictor: str | None = None,
        *,
        source: str | None = None,
        files: dict[str, str] | None = None,
        reference: str = "predict.py:Runner",
        env: dict[str, str | None] | None = None,
        flags: tuple[str, ...] = (),
        mode: str = "predict",
        schema: str | bool | None = None,
        under: tuple[str, ...] = (),
    ) -> None:
        self.python = python
        self.under = under
        self.flags = ("--host", "127.0.0.1", *(("--x-mode", mode) if mode != "predict" else ()), *flags)
        self.root = Path(tempfile.mkdtemp(prefix="cog-test-"))
        self.cwd = self.root / "model"
        self.temp = self.root / "temp"
        self.temp.mkdir()
        if predictor:
            shutil.copytree(PREDICTORS / predictor, self.cwd, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            self.cwd.mkdir()
            if source is not None:
                (self.cwd / "predict.py").write_text(source)
        for path, text in (files or {}).items():
            (self.cwd / path).parent.mkdir(parents=True, exist_ok=True)
            (self.cwd / path).write_text(text)
        self.env = self._environment(reference, mode, env or {})
        self._prepare_schema(reference, mode, schema)
        self.stderr = self.root / "stderr"
        self.stdout = self.root / "stdout"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._seen: set[int] = set()

    def _environment(self, reference: str, mode: str, extra: dict[str, str | None]) -> dict[str, str]:
        env: dict[str, str | None] = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        env["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        if PEER:  # the original starts its worker as the `python` of PATH
            env["PATH"] = f"{Path(self.python).parent}:{env['PATH']}"
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        env["TMPDIR"] = str(self.temp)
        env["PORT"] = "0"
        env["COG_TRAIN_TYPE_STUB" if mode == "train" else "COG_PREDICT_TYPE_STUB"] = reference
        env.update(extra)
        return {name: value for name, value in env.items() if value is not None}

    def _prepare_schema(self, reference: str, mode: str, schema: str | bool | None) -> None:
        path = self.cwd / ".cog" / "openapi_schema.json"
        if isinstance(schema, str):
            path.parent.mkdir(exist_ok=True)
            path.write_text(schema)
        elif schema is None and PEER and not path.exists():
            file, _, name = reference.partition(":")
            script = TESTS / "support" / "peer_schema.py"
            # A model that can't be described is served without a document, as the original would.
            subprocess.run(
                [self.python, str(script), file, name, str(path), mode],
                cwd=self.cwd,
                env=self.env,
                capture_output=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=60,
            )

    # MARK: - Life

    def start(self, until: str | None = "READY") -> "Server":
        """Starts the process; waits for its port and, unless None, for a health status."""
        with self.stderr.open("wb") as err, self.stdout.open("wb") as out:
            self.process = subprocess.Popen(
                [*self.under, self.python, "-m", "cog.server.http", *self.flags],
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        wait_for(self._find_port, "listening port")
        if until:
            self.wait_status(until)
        return self

    def _find_port(self) -> bool:
        assert self.process
        if self.process.poll() is not None:
            raise AssertionError(f"server ended with {self.process.returncode}:\n{self.log_text()}")
        self.port = processes.listening_port(self.pid) or 0
        return self.port != 0

    @property
    def pid(self) -> int:
        assert self.process
        started = self.process.pid
        return next(iter(processes.children(started)), started) if "--fork" in self.under else started

    def worker_pid(self) -> int:
        """The process that runs the model: the server's one live child."""
        return wait_for(lambda: [p for p in processes.children(self.pid) if processes.alive(p)], "a worker")[0]

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        self._remember()
        os.kill(self.pid, number)

    def wait_exit(self, seconds: float = DEADLINE) -> int:
        """The exit status, negative for a signal."""
        assert self.process
        self._remember()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"server still runs after {seconds} s") from None

    def _remember(self) -> None:
        if self.process and self.process.poll() is None:
            self._seen.update(processes.descendants(self.process.pid))

    def temporary_entries(self) -> list[Path]:
        """Files and directories in the temporary directory; those being removed in the meantime may be left out."""
        return [Path(root, name) for root, folders, names in os.walk(self.temp) for name in (*folders, *names)]

    def left_behind(self) -> list[str]:
        """Processes and temporary files that outlived the server."""
        assert self.process
        own = {*self._seen, *processes.in_session(self.process.pid)}
        found = [f"process {pid} ({processes.name(pid)})" for pid in own if processes.alive(pid)]
        if not PEER:  # the original leaves files of failed downloads behind
            found += [f"file {path.relative_to(self.temp)}" for path in self.temporary_entries()]
        return found

    def stop(self, seconds: float = DEADLINE) -> int:
        """SIGTERM, exit, nothing left; the exit status."""
        if self.running():
            self.signal(signal.SIGTERM)
        status = self.wait_exit(seconds)
        self.wait_until_gone()
        return status

    def wait_until_gone(self) -> None:
        """Waits for the end of what a server may leave for a moment; what stays longer fails the test."""
        try:
            wait_for(lambda: not self.left_behind(), seconds=5)
        except AssertionError:
            raise AssertionError(f"left behind: {self.left_behind()}") from None

    def discard(self) -> None:
        """Ends all processes that are still running, by pid, and removes the files. Never fails a test."""
        if self.process:
            self._remember()
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for pid in {*self._seen, *processes.in_session(self.process.pid)}:
                processes.kill(pid)
        shutil.rmtree(self.root, ignore_errors=True)

    # MARK: - Requests

    def client(self, timeout: float = DEADLINE) -> Client:
        return Client(self.port, timeout=timeout)

    def raw(self, timeout: float = DEADLINE) -> RawConnection:
        return RawConnection(self.port, timeout=timeout)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, timeout: float = DEADLINE
    ) -> Response:
        """One request on a separate connection."""
        with self.client(timeout) as client:
            return client.request(method, path, body, headers)

    def get(self, path: str) -> Response:
        return self.request("GET", path)

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        return self.request("POST", path, body, headers)

    def put(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        return self.request("PUT", path, body, headers)

    def predict(
        self, input: dict[str, Any] | None = None, headers: dict[str, str] | None = None, **fields: Any
    ) -> Response:
        """POST /predictions with an input and further envelope fields.

        The original now and then answers 409 to a client that comes right after another (D17): tests of other
        things don't want to hear of that, so on the original this asks again.
        """
        body = {"input": input or {}, **fields}
        answer = self.post("/predictions", body, headers)
        if PEER and answer.status == 409:
            self.wait_status("READY", "UNHEALTHY")
            answer = self.post("/predictions", body, headers)
        return answer

    def begin(self, input: dict[str, Any] | None = None, **fields: Any) -> Background:
        """The same in the background."""
        return Background(self.predict, input, **fields)

    def predict_async(self, input: dict[str, Any] | None = None, **fields: Any) -> Response:
        return self.predict(input, {"Prefer": "respond-async"}, **fields)

    def stream(self, input: dict[str, Any] | None = None, **fields: Any) -> EventStream:
        """POST /predictions for an event stream."""
        if PEER:
            self.wait_status("READY")
        return self.client().stream("POST", "/predictions", {"input": input or {}, **fields})

    def cancel(self, id: str) -> Response:
        return self.post(f"/predictions/{id}/cancel")

    # MARK: - State

    def health(self) -> dict[str, Any]:
        answer = self.get("/health-check")
        assert answer.status == 200
        return answer.json

    def status(self) -> str:
        return self.health()["status"]

    def wait_status(self, *wanted: str, seconds: float = DEADLINE) -> dict[str, Any]:
        """The health document once its status is one of `wanted`."""
        try:
            return wait_for(lambda: (h := self.health())["status"] in wanted and h, f"status {wanted}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nhealth: {self.health()}\nlog: {self.log_text()[-4000:]}") from None

    def log_text(self) -> str:
        return self.stderr.read_text(errors="replace")

    def wait_log(self, text: str) -> str:
        """The server's log once `text` is in it; a separate thread writes the log, after the response."""
        return wait_for(lambda: text in (log := self.log_text()) and log, f"{text!r} in the log")

    def log_entries(self) -> list[dict[str, Any]]:
        """The server's log, parsed; a line that is not JSON counts as no entry."""
        entries = []
        for line in self.log_text().splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:
                continue
        return entries

    def mark_reached(self, name: str, seconds: float = DEADLINE) -> str:
        """Waits for a file that a model writes in its working directory to say how far it is; gives its text."""
        path = self.cwd / name
        wait_for(path.exists, f"the model to reach {name}", seconds)
        return path.read_text()
