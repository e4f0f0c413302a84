"""A worker without a server: the test speaks to `coglet-worker` in the server's place."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .environment import DEADLINE, PASSED_ON

# Sources/WorkerProtocol/FrameKind.swift
PREDICT, BATCH, CANCEL, HEALTH_CHECK, HEALTH = 1, 2, 16, 17, 48
READY, SETUP_FAILED, LOG, OUTPUT, OUTPUT_FILE, METRIC, FINISHED, BATCH_FAILED = range(32, 40)
FAILED, CANCELED, INLINE, LIST = 1, 2, 4, 8

_HEADER = struct.Struct("=IBBHI")
_SHARED_BYTES = 64 + 256 * 1024
_TAKEN_OFFSET = 16


@dataclass
class Frame:
    """What the worker says."""

    kind: int
    detail: int
    token: int
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Outcome:
    """The outcome of a prediction, assembled from its frames."""

    logs: str = ""
    chunks: list[Any] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    metrics: list[tuple[str, str, Any]] = field(default_factory=list)
    status: str = ""
    output: Any = None
    error: str = ""


class Worker:
    """A running `coglet-worker`.

    Args:
        python: the interpreter with the SDK.
        source: the text of the model's predict.py, which holds a `Runner`.
        reference, mode: as the server would tell them.
        fails: the setup is to fail; `setup_error` says how.
    """

    def __init__(
        self,
        python: str,
        source: str,
        reference: str = "predict.py:Runner",
        mode: str = "predict",
        fails: bool = False,
    ) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="cog-test-"))
        (self.root / "predict.py").write_text(source)
        self._work, work = socket.socketpair()
        self._control, control = socket.socketpair()
        self._shared = os.memfd_create("test")
        os.ftruncate(self._shared, _SHARED_BYTES)
        # The worker's last words come behind what is shared.
        os.lseek(self._shared, 0, os.SEEK_END)
        self._received = b""
        self._descriptors: list[int] = []
        self._next_token = 1
        settings = json.dumps({"reference": reference, "mode": mode, "start": "spawn"})
        theirs = [work.fileno(), control.fileno(), self._shared]
        with (self.root / "stderr").open("wb") as err, (self.root / "stdout").open("wb") as out:
            self.process = subprocess.Popen(
                # The shell moves the descriptors to the numbers that the worker expects them at.
                [
                    "/bin/bash",
                    "-c",
                    f'exec 3<&{theirs[0]} 4<&{theirs[1]} 5<&{theirs[2]}; exec "$@"',
                    "worker",
                    _executable(python),
                    *("--libpython", _libpython(python), "--python", python, "--settings", settings),
                    *("--descriptor-limit", "1024"),
                ],
                cwd=self.root,
                env={
                    **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                    "PATH": "/usr/local/bin:/usr/bin:/bin",
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=theirs,
                start_new_session=True,
            )
        work.close()
        control.close()
        first = next(frame for frame in self.frames() if frame.kind in (READY, SETUP_FAILED))
        self.setup_error = first.content.decode() if first.kind == SETUP_FAILED else None
        self.facts = first.json if first.kind == READY else {}
        assert fails == (first.kind == SETUP_FAILED), self.setup_error or "the setup succeeded"

    # MARK: - To the worker

    def send(self, input: dict[str, Any], **meta: Any) -> int:
        """Send a prediction of a batch that begins later; gives its token."""
        token = self._next_token
        self._next_token += 1
        text = json.dumps({"input": input}).encode()
        extra = json.dumps(meta).encode() if meta else b""
        content = struct.pack("=I", len(extra)) + extra + text
        self._work.sendall(_HEADER.pack(len(content), PREDICT, 0, 0, token) + content)
        return token

    def begin(self, tokens: list[int]) -> None:
        """Let one call of the model answer these predictions."""
        content = struct.pack(f"={len(tokens)}I", *tokens)
        self._work.sendall(_HEADER.pack(len(content), BATCH, 0, 0, tokens[0]) + content)

    def batch(self, inputs: list[dict[str, Any]], metas: list[dict[str, Any]] | None = None) -> list[int]:
        """Send a batch and let it begin; gives its tokens."""
        tokens = [self.send(each, **meta) for each, meta in zip(inputs, metas or [{}] * len(inputs), strict=True)]
        self.begin(tokens)
        return tokens

    def cancel(self, token: int) -> None:
        self._control.sendall(_HEADER.pack(0, CANCEL, 0, 0, token))

    def control_taken(self) -> None:
        """Wait until the worker has taken what was sent over the control channel; the model has a health check."""
        self._control.sendall(_HEADER.pack(0, HEALTH_CHECK, 0, 0, 1))
        self._control.settimeout(DEADLINE)
        answer = self._control.recv(12, socket.MSG_WAITALL)
        assert _HEADER.unpack(answer)[:2] == (0, HEALTH)

    # MARK: - From the worker

    def frames(self) -> Iterator[Frame]:
        """Every frame as it comes, until the worker closes the channel."""
        while True:
            while len(self._received) < 12 or len(self._received) < 12 + _HEADER.unpack(self._received[:12])[0]:
                readable, _, _ = select.select([self._work], [], [], DEADLINE)
                assert readable, f"no frame within {DEADLINE} s:\n{self.error_text()}"
                more, descriptors, _, _ = socket.recv_fds(self._work, 1 << 20, 16)
                self._descriptors += descriptors
                if not more:
                    return
                self._received += more
            length, kind, detail, _, token = _HEADER.unpack(self._received[:12])
            frame = Frame(kind, detail, token, self._received[12 : 12 + length])
            self._received = self._received[12 + length :]
            yield frame

    def outcomes(self, tokens: list[int]) -> tuple[list[Outcome], dict[str, Any] | None]:
        """The outcome of each prediction, and the worker's reports of calls that failed as a whole."""
        found = {token: Outcome() for token in tokens}
        left = set(tokens)
        failure = None
        for frame in self.frames() if left else ():
            if frame.kind == BATCH_FAILED:
                assert failure is None
                failure = frame.json
                assert set(failure["tokens"]) <= left
                left -= set(failure["tokens"])
            elif frame.token in found:
                self._take(frame, found[frame.token])
                if frame.kind == FINISHED:
                    assert frame.token in left, "ended twice"
                    left.discard(frame.token)
            if not left:
                break
        return [found[token] for token in tokens], failure

    def run(self, inputs: list[dict[str, Any]], **keywords: Any) -> list[Outcome]:
        """The outcomes of a batch that no call as a whole failed of."""
        outcomes, failure = self.outcomes(self.batch(inputs, **keywords))
        assert failure is None, failure
        return outcomes

    def _take(self, frame: Frame, outcome: Outcome) -> None:
        assert not outcome.status, f"a frame of kind {frame.kind} after the end"
        if frame.kind == LOG:
            outcome.logs += frame.content.decode()
        elif frame.kind == OUTPUT:
            outcome.chunks.append(frame.json)
        elif frame.kind == OUTPUT_FILE:
            descriptor = self._descriptors.pop(0)
            outcome.files.append(os.pread(descriptor, 1 << 20, 0))
            os.close(descriptor)
        elif frame.kind == METRIC:
            metric = frame.json
            outcome.metrics.append((metric["mode"], metric["name"], metric["value"]))
        elif frame.kind == FINISHED:
            if frame.detail & FAILED:
                outcome.status, outcome.error = "failed", frame.content.decode()
            elif frame.detail & CANCELED:
                outcome.status = "canceled"
            else:
                outcome.status = "succeeded"
                outcome.output = frame.json if frame.detail & INLINE else outcome.chunks
                if not frame.detail & (INLINE | LIST) and len(outcome.chunks) == 1:
                    outcome.output = outcome.chunks[0]

    # MARK: - State

    @property
    def taken(self) -> int:
        """The token of the prediction that the model was given last, as the server learns it after a death."""
        (token,) = struct.unpack("=Q", os.pread(self._shared, 8, _TAKEN_OFFSET))
        return token

    def error_text(self) -> str:
        return (self.root / "stderr").read_text(errors="replace")

    def mark_reached(self, name: str, seconds: float = DEADLINE) -> None:
        """Wait for a file that the model writes to say how far it is."""
        end = time.monotonic() + seconds
        while not (self.root / name).exists():
            assert time.monotonic() < end, f"the model didn't reach {name} within {seconds} s:\n{self.error_text()}"
            time.sleep(0.005)

    def stop(self) -> int:
        """Close the channel as the server does; gives the exit status."""
        with contextlib.suppress(OSError):
            self._work.shutdown(socket.SHUT_WR)
        return self.process.wait(DEADLINE)

    def discard(self) -> None:
        """End the worker in any case. Never fails a test."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for end in (self._work, self._control):
            end.close()
        os.close(self._shared)
        shutil.rmtree(self.root, ignore_errors=True)


def _executable(python: str) -> str:
    server = os.environ.get("COGLET_BINARY")
    if server:
        return str(Path(server).with_name("coglet-worker"))
    return _printed(python, "import coglet; print(coglet.binary_path('coglet-worker'))")


def _libpython(python: str) -> str:
    return _printed(python, "from cog.server.libpython import find_libpython; print(find_libpython())")


def _printed(python: str, code: str) -> str:
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()
