"""Probes: what orchestrators and load balancers learn from a status (new), and the drain before the port closes."""

import math
import signal
import time

import pytest
from support.waiting import Background, wait_for

pytestmark = pytest.mark.ours(strict=False)

PATHS = ("/livez", "/startupz", "/readyz")


def probes(server):
    """The statuses of the three probes, and of the health check, which is always the same."""
    assert server.get("/health-check").status == 200
    answers = [server.get(path) for path in PATHS]
    for answer in answers:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json["status"] == ("ok" if answer.status == 200 else "failed")
        assert ("error" in answer.json) == (answer.status == 503)
    assert len({answer.json["health"] for answer in answers[:2]}) == 1
    return tuple(answer.status for answer in answers)


def test_starting(fresh):
    assert probes(fresh("setup_waits", until="STARTING")) == (200, 503, 503)


def test_ready_and_busy(fresh):
    server = fresh("gate")
    assert probes(server) == (200, 200, 200)
    running = server.begin()
    server.mark_reached("reached")
    assert server.get("/readyz").json == {"status": "ok", "health": "BUSY"}
    assert probes(server) == (200, 200, 200)
    (server.cwd / "go").touch()
    running.result()


def test_setup_failed(fresh):
    server = fresh("setup_fails", until="SETUP_FAILED")
    assert probes(server) == (503, 503, 503)
    assert "setup.logs" in server.get("/livez").json["error"]


DIES = """
import os
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        os._exit(1)
    def run(self) -> str:
        return ""
"""


def test_defunct(fresh):
    server = fresh(source=DIES, env={"COG_MAX_WORKER_FAILURES": "1"}, until="DEFUNCT")
    assert probes(server) == (503, 503, 503)


# The model's check says what the file says, and counts.
CHECKED = """
import os
from cog import BaseRunner
class Runner(BaseRunner):
    def healthcheck(self):
        with open("calls", "a") as calls:
            calls.write("x")
        return not os.path.exists("sick")
    def run(self) -> str:
        return "ok"
"""


def test_unhealthy_by_the_model_s_check(fresh):
    server = fresh(source=CHECKED)
    assert probes(server) == (200, 200, 200)
    (server.cwd / "sick").touch()
    wait_for(lambda: server.get("/readyz").status == 503, "the next check")
    assert probes(server) == (200, 200, 503)
    answer = server.get("/readyz").json
    assert answer["health"] == "UNHEALTHY"
    assert "returned False" in answer["error"]
    assert server.predict().json["output"] == "ok"


def test_the_model_is_asked_once_a_second_at_most(fresh):
    """By readiness probes alone; the health check asks each time, and counts for them too."""
    server = fresh(source=CHECKED)
    calls = server.cwd / "calls"
    before = len(calls.read_text())
    began = time.monotonic()
    waiting = [Background(lambda: [server.get("/readyz").status for _ in range(20)]) for _ in range(4)]
    assert {status for each in waiting for status in each.result()} == {200}
    for path in ("/livez", "/startupz"):
        assert server.get(path).status == 200
    # However long that took: one more for the one with which it began.
    assert len(calls.read_text()) - before <= math.ceil(time.monotonic() - began) + 1


# MARK: - Drain


def test_drain(fresh):
    """After SIGTERM, the server serves, isn't ready, and ends each connection, until the delay is over."""
    server = fresh("gate", env={"COG_DRAIN_DELAY": "300"})
    with server.raw() as raw:
        raw.send(b"GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.read_response().status == 200
        server.signal(signal.SIGTERM)
        wait_for(lambda: server.get("/readyz").status == 503, "the drain")
        raw.send(b"GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = raw.read_response()
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert answer.json == {"error": "The server is shutting down", "status": "failed", "health": "DRAINING"}
        assert raw.closed_by_peer()
    assert probes(server) == (200, 200, 503)
    running = server.begin(id="p")
    server.mark_reached("reached")
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    # A second signal of the same kind changes nothing; Ctrl-C doesn't want to wait.
    server.signal(signal.SIGTERM)
    assert probes(server) == (200, 200, 503)
    server.signal(signal.SIGINT)
    server.wait_exit()


def test_drain_ends_by_itself(fresh):
    server = fresh("noop", env={"COG_DRAIN_DELAY": "0.5"})
    server.signal(signal.SIGTERM)
    assert server.wait_exit() == 0
