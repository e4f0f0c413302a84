"""Predictions over HTTP, and what becomes of them."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from itertools import count

PATIENCE_SECONDS = 120.0


@dataclass
class Tally:
    """What became of predictions: how many were good, and how each other one ended."""

    good: int = 0
    bad: list[str] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    ends: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, problem: str | None, pid: int) -> None:
        with self.lock:
            if problem is None:
                self.good += 1
                self.pids.add(pid)
                self.ends.append(time.monotonic())
            else:
                self.bad.append(problem)


def predict(connection: http.client.HTTPConnection, path: str, number: int, seconds: float) -> tuple[str | None, int]:
    """Ask for one prediction. Gives what is wrong with its answer, and the process that has run it."""
    body = json.dumps({"input": {"number": number, "seconds": seconds}})
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return f"prediction {number}: {error!r}", 0
    try:
        document = json.loads(text)
        if answer.status == 200 and document["status"] == "succeeded" and document["output"][0] == number:
            return None, document["output"][1]
    except (ValueError, KeyError, TypeError):
        pass  # It is shown as it came.
    return f"prediction {number}: {answer.status} {text[:300]!r}", 0


class Load:
    """Clients that ask for one prediction after the other, until they are told to stop."""

    def __init__(self, port: int, path: str, clients: int, seconds: float = 0.0) -> None:
        self.tally = Tally()
        self._port, self._path, self._seconds = port, path, seconds
        self._numbers = count()
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        while not self._ends.is_set():
            problem, pid = predict(connection, self._path, next(self._numbers), self._seconds)
            self.tally.add(problem, pid)
            if problem:
                time.sleep(0.02)
        connection.close()

    def stop(self) -> Tally:
        """Let each client finish what it does."""
        self._ends.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE_SECONDS)
        return self.tally


def burst(port: int, path: str, requests: int, clients: int) -> Tally:
    """So many predictions by so many clients: one after the other, or all at once."""
    tally = Tally()
    numbers = iter(range(requests))
    lock = threading.Lock()
    gate = threading.Barrier(clients)

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        gate.wait()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            tally.add(*predict(connection, path, number, 0.0))
        connection.close()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally
