"""Clients that never stop to ask, and the receiver of their webhooks; what is lost is counted."""

import http.client
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fleet import DEADLINE_SECONDS

SETTLING_SECONDS = 60.0
"""For the last webhooks to arrive."""


class _Server(ThreadingHTTPServer):
    # Servers send up to 64 webhooks at once.
    request_queue_size = 256


class Receiver:
    """Takes terminal webhooks, and remembers whose end they tell."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self.ends: Counter[int] = Counter()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/end"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                state = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if state["status"] == "succeeded":
                    with receiver._arrived:
                        receiver.ends[state["output"]] += 1
                        receiver._arrived.notify_all()
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler

    def missing(self, numbers: list[int]) -> list[int]:
        """Those whose end was told not at all, or more than once."""
        with self._arrived:
            return [number for number in numbers if self.ends[number] != 1]

    def wait(self, number: int) -> None:
        """Wait for an end. One that takes too long may still come before the load ends."""
        with self._arrived:
            self._arrived.wait_for(lambda: self.ends[number] > 0, DEADLINE_SECONDS)

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class Load:
    """Clients: one half wait for their answers, the other half for webhooks."""

    def __init__(self, port: int, receiver: Receiver, clients: int) -> None:
        self.answered = 0
        self.begun: list[int] = []
        self.lost: list[str] = []
        self._port = port
        self._receiver = receiver
        self._lock = threading.Lock()
        self._last = 0
        self._ends = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number % 2 == 0,), daemon=True) for number in range(clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> list[str]:
        """Let the clients finish, and wait for their webhooks. Gives what was lost."""
        self._ends.set()
        for thread in self._threads:
            thread.join(2 * DEADLINE_SECONDS)
            if thread.is_alive():
                self._lose("a client waits for ever")
        end = time.monotonic() + SETTLING_SECONDS
        while self._receiver.missing(self.begun) and time.monotonic() < end:
            time.sleep(0.05)
        for number in self._receiver.missing(self.begun):
            self._lose(f"webhook {number}: arrived {self._receiver.ends[number]} times")
        return self.lost

    def _run(self, waits: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE_SECONDS)
        while not self._ends.is_set():
            number = self._next()
            try:
                self._ask(connection, number, waits)
            except (OSError, http.client.HTTPException, ValueError) as error:
                connection.close()
                self._lose(f"prediction {number}: {error!r}")
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, number: int, waits: bool) -> None:
        headers = {"Content-Type": "application/json"}
        body: dict[str, Any] = {"input": {"number": number}}
        if not waits:
            headers["Prefer"] = "respond-async"
            body |= {"webhook": self._receiver.url, "webhook_events_filter": ["completed"]}
        connection.request("POST", "/predictions", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if waits and answer.status == 200 and json.loads(text)["output"] == number:
            with self._lock:
                self.answered += 1
        elif not waits and answer.status == 202:
            with self._lock:
                self.begun.append(number)
            # Otherwise this client alone would fill the queues.
            self._receiver.wait(number)
        else:
            self._lose(f"prediction {number}: {answer.status} {text[:200]!r}")

    def _next(self) -> int:
        with self._lock:
            self._last += 1
            return self._last

    def _lose(self, what: str) -> None:
        with self._lock:
            self.lost.append(what)
