"""The server lives with as many open files as it may have, and says so when they are too few."""

import base64
import re
import resource
import socket
import sys
import threading

import pytest
from support import processes
from support.receiver import Answer
from support.server import Server
from support.waiting import wait_for

pytestmark = pytest.mark.ours

SEGFAULT = {"code": "import ctypes; ctypes.string_at(0)"}
ONE = {"code": "return 1"}


def limited(soft, hard=None):
    """A command that runs the server with limits of open files."""
    text = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({}, {})); os.execvp(sys.argv[1], sys.argv[1:])"
    return (sys.executable, "-c", text.format(soft, soft if hard is None else hard))


def limits(pid):
    """The soft and the hard limit of open files of a process."""
    return resource.prlimit(pid, resource.RLIMIT_NOFILE)


def connect(server, count):
    """Opens connections that say nothing."""
    found = []
    for _ in range(count):
        found.append(socket.create_connection(("127.0.0.1", server.port)))
    return found


def close_all(sockets):
    for one in sockets:
        one.close()


def check_serves(server):
    """The server answers, also when it has just replaced its worker."""
    server.wait_status("READY")
    assert server.predict(ONE).json["output"] == 1


@pytest.fixture
def starting(python):
    """Starts servers that may refuse to start."""
    started = []

    def start(limit):
        server = Server(python, "script", under=limited(limit))
        started.append(server)
        try:
            server.start(until=None)
        except AssertionError:
            assert not server.running()
        return server

    yield start
    for server in started:
        server.discard()


@pytest.mark.parametrize("limit", range(3, 65))
def test_limit_is_enough_or_is_refused_at_the_start(starting, limit):
    """With only a few, even the interpreter or the dynamic loader fails; with more, the server says what it needs."""
    server = starting(limit)
    if server.running():
        check_serves(server)
        assert server.predict(SEGFAULT).json["error"].startswith("Worker crashed")
        check_serves(server)
        assert server.stop() == 0
        return
    status = server.wait_exit()
    assert status in (1, 127)
    log = server.log_text()
    if limit >= 8:
        assert status == 1
        found = re.search(r"may have (\d+) files open, but the server needs at least (\d+)", log)
        assert found and int(found[1]) == limit and int(found[2]) > limit, log
    else:
        assert "too many open files" in log.lower() or "error 24" in log.lower() or "files open" in log


def test_limit_that_is_named_is_enough(starting):
    refused = starting(32)
    refused.wait_exit()
    needed = int(re.search(r"needs at least (\d+)", refused.log_text())[1])
    server = starting(needed)
    check_serves(server)
    assert server.stop() == 0


def test_soft_limit_is_raised_and_the_model_keeps_its_own(fresh):
    """Code that uses select() relies on small numbers; the server has clients to serve."""
    server = fresh("script", under=limited(1500, 4000))
    assert limits(server.pid) == (4000, 4000)
    code = "import resource; return list(resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert server.predict({"code": code}).json["output"] == [1500, 4000]


def test_model_gets_a_usable_limit(fresh):
    """A soft limit that was meant for something else doesn't leave the model without files."""
    server = fresh("script", under=limited(16, 4000))
    code = "import resource; return list(resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert server.predict({"code": code}).json["output"] == [1024, 4000]


def test_connections_are_limited_to_what_there_is(fresh):
    server = fresh("script", under=limited(200), env={"COG_MAX_CONNECTIONS": "5000"})
    lines = [entry["fields"]["message"] for entry in server.log_entries() if entry["level"] == "WARN"]
    told = next(line for line in lines if "COG_MAX_CONNECTIONS" in line)
    count = int(re.search(r"At most (\d+) connections", told)[1])
    assert 0 < count < 200 and "not 5000" in told and "200 files" in told
    idle = connect(server, count)
    wait_for(lambda: processes.descriptors(server.pid) >= count, "the connections to be accepted")
    with socket.create_connection(("127.0.0.1", server.port)) as one_more:
        assert one_more.recv(100).startswith(b"HTTP/1.1 503 ")
    close_all(idle)
    # Until the server has seen the connections end, it refuses new ones.
    wait_for(lambda: processes.descriptors(server.pid) < count, "the connections to be closed")
    check_serves(server)


def test_no_word_of_the_limit_when_it_is_enough(fresh):
    server = fresh("script", under=limited(200), env={"COG_MAX_CONNECTIONS": "20"})
    assert "COG_MAX_CONNECTIONS" not in server.log_text()


def test_crash_under_more_connections_than_the_soft_limit(fresh):
    server = fresh("script", under=limited(1024, 4096))
    idle = connect(server, 1100)
    try:
        wait_for(lambda: processes.descriptors(server.pid) >= 1100, "the connections to be accepted")
        for _ in range(2):
            assert server.predict(SEGFAULT).json["error"].startswith("Worker crashed")
            check_serves(server)
    finally:
        close_all(idle)


@pytest.mark.parametrize("limit", [64, 70, 100, 128, 256])
def test_crash_with_the_connection_table_full(fresh, limit):
    server = fresh("script", under=limited(limit))
    client = server.client()
    assert client.request("GET", "/health-check").status == 200
    before = processes.descriptors(server.pid)
    idle = connect(server, limit)
    try:
        wait_for(lambda: all_refused_or_served(idle), "each connection to be accepted or refused")
        for _ in range(3):
            answer = client.request("POST", "/predictions", {"input": SEGFAULT})
            assert answer.json["error"].startswith("Worker crashed")
            wait_for(
                lambda: client.request("GET", "/health-check").json["status"] == "READY", "the next worker to be ready"
            )
        assert client.request("POST", "/predictions", {"input": ONE}).json["output"] == 1
    finally:
        close_all(idle)
    wait_for(lambda: processes.descriptors(server.pid) <= before, "no descriptor to be left")
    client.close()


def all_refused_or_served(sockets):
    """Whether the last connection has been answered or closed, so that none waits to be accepted."""
    sockets[-1].settimeout(5)
    try:
        return sockets[-1].recv(12) in (b"", b"HTTP/1.1 503")
    except ConnectionError:
        return True


def worker_of(server):
    """The worker, if it is set up and there is a descriptor for the connection that asks."""
    try:
        return server.health()["status"] in ("READY", "BUSY") and server.worker_pid()
    except ConnectionError:
        return None


@pytest.mark.parametrize("limit", [64, 128, 256])
def test_crash_with_transfers_of_all_kinds_in_flight(fresh, receiver, limit):
    """More downloads, uploads and webhooks than there are descriptors, all with a silent other side."""
    gate = threading.Event()
    silent = Answer(gate=gate)
    for name in ("/file", "/hook", *(f"/upload/{number}.bin" for number in range(100))):
        receiver.on(name, silent)
    flags = ("--upload-url", receiver.url + "/upload/")
    server = fresh("transfers", under=limited(limit), flags=flags, env={"COG_QUEUE_LIMIT": "100"})
    before = processes.descriptors(server.pid)
    try:
        files = [f"{receiver.url}/file?{number}" for number in range(20)]
        inputs = [{"outputs": 100}, *({} for _ in range(40)), *({"files": files} for _ in range(3))]
        asked = [server.predict_async(input, webhook=receiver.url + "/hook") for input in inputs]
        assert {answer.status for answer in asked} == {202}
        wait_for(lambda: receiver.requests, "a transfer to begin")
        for _ in range(2):
            processes.kill(wait_for(lambda: worker_of(server), "a worker"))
            wait_for(lambda: worker_of(server), "another worker")
    finally:
        gate.set()
    ids = [answer.json["id"] for answer in asked]
    ends = ("succeeded", "failed", "canceled")
    wait_for(lambda: all(server.get(f"/predictions/{id}").json["status"] in ends for id in ids), "every end")
    wait_for(lambda: len(terminal_hooks(receiver)) == len(ids), "every terminal webhook")
    server.wait_status("READY")
    assert server.predict().json["output"] == 0
    assert server.predict({"crash": True}).json["error"].startswith("Worker crashed")
    server.wait_status("READY")
    kept = 32  # connections that are kept for later requests
    wait_for(lambda: processes.descriptors(server.pid) <= before + kept, "connections to be closed")


def terminal_hooks(receiver):
    """The predictions whose last webhook has arrived."""
    return {hook.json["id"] for hook in receiver.at("/hook") if hook.json.get("completed_at")}


@pytest.mark.parametrize("limit", [64, 256])
def test_more_output_files_than_descriptors(fresh, limit):
    """The model waits while the server is busy with its files."""
    server = fresh("transfers", under=limited(limit))
    before = processes.descriptors(server.pid)
    answer = server.predict({"outputs": 500}).json
    assert answer["status"] == "succeeded", answer["error"]
    texts = [base64.b64decode(url.partition(",")[2]) for url in answer["output"]]
    assert texts == [str(number).encode() for number in range(500)]
    wait_for(lambda: processes.descriptors(server.pid) <= before, "no descriptor to be left")
