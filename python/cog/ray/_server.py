"""The prediction server of a replica: a child process, from its start to its end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

_logger = logging.getLogger("ray.serve")

_CHUNK_BYTES = 65_536
_KEPT_CHUNKS = 4
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.2
_PROBE_SECONDS = 10.0
"""How long a probe may take: the model's own check has 5 s."""

# Settings that Ray or the replica takes care of. The caller's settings take precedence.
_DEFAULTS = {
    # Ray limits the number of requests. One whose slot is about to become free waits for it instead of being refused.
    "COG_QUEUE_LIMIT": "1000",
}
_FIXED = {
    "PORT": "0",
    # The only client is the replica, which keeps its connections.
    "COG_IDLE_TIMEOUT": "0",
    # Ray takes the replica out of service first.
    "COG_DRAIN_DELAY": "0",
}


class ServerError(Exception):
    """The server can't start, or it or its model is unhealthy. The text says why."""


class Server:
    """`python -m cog.server.http` on a port of the loopback interface that the kernel chooses.

    Args:
        reference: the model, such as `predict.py:Predictor`.
        directory: the server's working directory.
        settings: variables on top of this process's environment.
        ended: called on another thread, with the exit status, if the server ends unexpectedly.
    """

    def __init__(
        self, reference: str, directory: str, settings: Mapping[str, str], ended: Callable[[int], None]
    ) -> None:
        environment = {**_DEFAULTS, **os.environ, **settings, **_FIXED}
        environment["COG_PREDICT_TYPE_STUB"] = reference
        environment.pop("AIP_HTTP_PORT", None)  # It would take precedence over PORT.
        self.key = environment.get("COG_API_KEY", "").split(",")[0].strip()
        self.port = 0
        self._session: aiohttp.ClientSession | None = None
        self._ended = ended
        self._watches = False
        self._output: deque[bytes] = deque(maxlen=_KEPT_CHUNKS)
        # The kernel tells the server when this thread ends. It is the thread of Ray's loop, and lives as long as the
        # process.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cog._bound_server", str(os.getpid()), "--host", "127.0.0.1"],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._pump = threading.Thread(target=self._pass_output_on, name="cog-output", daemon=True)
        self._pump.start()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    @property
    def session(self) -> aiohttp.ClientSession:
        """Connections to the server; made at the first use, on the loop that uses them."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                f"http://127.0.0.1:{self.port}",
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_PROBE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                max_line_size=_CHUNK_BYTES,
                max_field_size=_CHUNK_BYTES,
            )
        return self._session

    # MARK: - Start

    async def start(self) -> None:
        """Wait until the model is ready.

        Raises:
            ServerError: the server doesn't start, or the setup fails. The text has the log of the setup.
        """
        pause = _FIRST_PAUSE_SECONDS
        while not await self._is_ready():
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, _LONGEST_PAUSE_SECONDS)
        self._watches = True
        threading.Thread(target=self._watch, name="cog-server", daemon=True).start()

    async def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            self._pump.join(_PROBE_SECONDS)
            raise ServerError(
                f"The prediction server ended with status {self._process.returncode} before it was ready:\n"
                + self._last_output()
            )
        self.port = self.port or _listening_port(self.pid)
        if not self.port:
            return False
        status, document = await self._probe("/readyz")
        if document.get("health") in ("SETUP_FAILED", "DEFUNCT"):
            _, health = await self._probe("/health-check")
            logs = (health.get("setup") or {}).get("logs", "")
            raise ServerError(f"The model's setup failed. Its log:\n{logs}")
        return status == 200

    def _last_output(self) -> str:
        return b"".join(self._output).decode(errors="replace").strip() or "(it wrote nothing)"

    # MARK: - Health

    async def check(self) -> None:
        """Check whether the server and its model are healthy.

        Raises:
            ServerError: only a restart can help, or the model's own check failed.
        """
        status, document = await self._probe("/livez")
        if status != 200:
            raise ServerError(f"{document.get('health')}: {document.get('error')}")
        status, document = await self._probe("/readyz")
        if status != 200 and document.get("health") == "UNHEALTHY":
            raise ServerError(str(document.get("error")))

    async def slots(self) -> int:
        """Return how many predictions, or batches, the server runs at a time; 0 if unknown."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with self.session.get("/metrics", headers=headers) as answer:
            found = re.search(r"^cog_slots (\d+)", await answer.text(), re.MULTILINE)
        return int(found[1]) if found else 0

    async def _probe(self, path: str) -> tuple[int, dict[str, Any]]:
        try:
            async with self.session.get(path, timeout=aiohttp.ClientTimeout(total=_PROBE_SECONDS)) as answer:
                return answer.status, json.loads(await answer.read())
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise ServerError(f"The prediction server doesn't answer GET {path}: {error!r}") from None

    # MARK: - End

    async def stop(self) -> None:
        """Ask the server to end, and wait until it has: it finishes what it runs, and delivers webhooks."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the server immediately."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> None:
        self._watches = False
        self._process.send_signal(number)
        if self._session is not None:
            await self._session.close()
        await asyncio.to_thread(self._process.wait)
        await asyncio.to_thread(self._pump.join, _PROBE_SECONDS)

    def _watch(self) -> None:
        status = self._process.wait()
        if self._watches:
            self._pump.join(_PROBE_SECONDS)
            self._ended(status)

    def _pass_output_on(self) -> None:
        """Copy the server's output to this process's log, and keep the end of it for an error message."""
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK_BYTES):
                self._output.append(chunk)
                try:
                    os.write(2, chunk)
                except OSError as error:  # The server must not wait for a log that can't be written.
                    _logger.debug("the prediction server's output is lost: %s", error)


def _listening_port(pid: int) -> int:
    """Return the port that a process listens on; 0 if there is none yet."""
    sockets = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                sockets.add(os.readlink(f"/proc/{pid}/fd/{name}"))
            except FileNotFoundError:  # It was closed in the meantime.
                continue
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
    except (FileNotFoundError, ProcessLookupError):  # The process has ended, which is noticed elsewhere.
        return 0
    for row in rows[1:]:
        if row[3] == "0A" and f"socket:[{row[9]}]" in sockets:  # TCP_LISTEN
            return int(row[1].rpartition(":")[2], 16)
    return 0
