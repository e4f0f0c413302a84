"""Memory: what clients and models can make the server hold, and that it comes back."""

import contextlib
import json
import re
import resource
import socket
import threading

import pytest
from support import processes
from support.client import RawConnection
from support.receiver import Answer
from support.server import Server
from support.waiting import Background, wait_for

MIB = 1 << 20

pytestmark = pytest.mark.ours


# MARK: - Bodies


def announce(server: Server, count: int, sent: bytes = b"") -> RawConnection:
    """A request whose body has `count` bytes, of which some are sent."""
    raw = server.raw()
    head = f"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {count}\r\n\r\n"
    return raw.send(head.encode() + sent)


def taken(server: Server, by: str) -> int:
    """What the server counts against its budget."""
    found = re.search(rf'cog_memory_taken_bytes{{by="{by}"}} (\d+)', server.get("/metrics").text)
    assert found
    return int(found[1])


def body_of(count: int) -> bytes:
    """A body of `count` bytes that any model accepts."""
    start, end = b'{"input":{},"x":"', b'"}'
    return start + b"x" * (count - len(start) - len(end)) + end


def test_announced_bodies_take_nothing_before_they_arrive(fresh):
    """30 of them used to abort a server that may use 1.5 GB."""
    server = fresh("noop")
    before = processes.virtual_kb(server.pid)
    clients = [announce(server, 100 * MIB) for _ in range(30)]
    wait_for(lambda: processes.descriptors(server.pid) > 30, "the connections")
    assert server.predict().status == 200
    assert processes.virtual_kb(server.pid) - before < 256 * 1024
    for client in clients:
        client.close()


def test_server_survives_announced_bodies_under_a_hard_limit(fresh):
    server = fresh("noop")
    used = processes.virtual_kb(server.pid) * 1024
    resource.prlimit(server.pid, resource.RLIMIT_AS, (used + 1024 * MIB, used + 1024 * MIB))
    clients = [announce(server, 100 * MIB, b'{"x":"' + b"x" * 100_000) for _ in range(30)]
    assert server.predict().status == 200
    for client in clients:
        client.close()


def test_bodies_of_all_connections_share_a_budget(fresh):
    server = fresh("noop", env={"COG_MEMORY_BUDGET_BYTES": str(8 * MIB)})
    body = body_of(3 * MIB)
    clients = [announce(server, len(body), body[:-1]) for _ in range(2)]
    wait_for(lambda: taken(server, "requests") >= 2 * (len(body) - 1), "both bodies")

    answer = server.post("/predictions", body, {"Content-Type": "application/json"})
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["status"] == "failed"
    assert "memory" in answer.json["error"]

    # Small requests fit, and the two that have memory finish.
    assert server.predict().status == 200
    for client in clients:
        with client:
            assert client.send(body[-1:]).read_response().status == 200
    wait_for(lambda: taken(server, "requests") == 0, "everything to be given back")
    assert server.post("/predictions", body, {"Content-Type": "application/json"}).status == 200


def test_chunked_body_that_exhausts_the_budget_is_503(fresh):
    server = fresh("noop", env={"COG_MEMORY_BUDGET_BYTES": str(4 * MIB)})
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        raw.send(b"500000\r\n" + b" " * 0x500000 + b"\r\n")
        answer = raw.read_response()
    assert answer.status == 503
    assert "retry-after" in answer.headers
    wait_for(lambda: taken(server, "requests") == 0, "everything to be given back")


def test_bodies_that_wait_and_run_count(fresh):
    """Until the prediction has ended: the model may have to be given its input again."""
    server = fresh("gate", env={"COG_MEMORY_BUDGET_BYTES": str(8 * MIB), "COG_QUEUE_LIMIT": "5"})
    body = body_of(3 * MIB)
    kind = {"Content-Type": "application/json"}
    running = [Background(server.post, "/predictions", body, kind) for _ in range(2)]
    wait_for(lambda: "cog_predictions_queued 1" in server.get("/metrics").text, "one to run and one to wait")
    assert taken(server, "requests") >= 2 * len(body)
    assert server.post("/predictions", body, kind).status == 503
    (server.cwd / "go").touch()
    assert [r.result().status for r in running] == [200, 200]
    wait_for(lambda: taken(server, "requests") == 0, "everything to be given back")


def test_input_that_a_busy_worker_does_not_read_is_not_copied(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "2"})
    code = (
        "import time, pathlib\npathlib.Path('reached').touch()\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)"
    )
    running = server.begin({"code": code})
    server.mark_reached("reached")
    before = processes.rss_kb(server.pid)
    second = Background(server.predict, {"code": "return len(self.kept)", "unread": "x" * (64 * MIB)})
    wait_for(lambda: "cog_predictions_running 2" in server.get("/metrics").text, "the second prediction")
    assert processes.peak_rss_kb(server.pid) - before < 96 * 1024
    (server.cwd / "go").touch()
    assert running.result().status == second.result().status == 200


def test_client_that_takes_no_answers_is_not_read_from(fresh):
    """Its requests would become answers that wait in the server's memory."""
    server = fresh("noop")
    before = processes.rss_kb(server.pid)
    requests = b"GET /docs HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000
    with server.raw() as raw:
        raw.socket.settimeout(2)
        sent = 0
        with contextlib.suppress(TimeoutError):
            for _ in range(100):
                raw.socket.sendall(requests)
                sent += 1
        assert processes.peak_rss_kb(server.pid) - before < 32 * 1024
        assert sent < 100
        assert server.predict().status == 200


# MARK: - Logs

LOG_LINE = "x" * 79
# 100 MB in lines of 80 bytes, a thousand at a time. After each tenth it waits for the reader, who would lag otherwise.
MUCH_LOG = f"""
import pathlib, time
text = ("{LOG_LINE}\\n" * 1000)
for tenth in range(10):
    for n in range(125): print(text, end="")
    while not pathlib.Path(f"read{{tenth}}").exists(): time.sleep(0.005)
"""
MUCH_LOG_KB = 1250 * 80_000 // 1024


@pytest.mark.parametrize("webhook", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
def test_logs_cost_at_most_twice_their_size(fresh, receiver, streamed, webhook):
    """In the prediction, its history, its answer, its webhooks, and its last event."""
    server = fresh("script_stream")
    fields = {"webhook": receiver.url + "/h", "webhook_events_filter": ["logs", "completed"]} if webhook else {}
    body = json.dumps({"input": {"code": MUCH_LOG}, **fields}).encode()
    accept = "text/event-stream" if streamed else "*/*"
    with processes.OwnPeak(server.pid) as peak, server.raw() as raw:
        raw.send(f"POST /predictions HTTP/1.0\r\nAccept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        raw.send(body)
        count, end = 0, b""
        tenths = iter(server.cwd / f"read{n}" for n in range(10))
        if not streamed:
            for tenth in tenths:
                tenth.touch()
        while data := raw.socket.recv(1 << 20):
            if count // 10_000_000 != (count := count + len(data)) // 10_000_000 and (tenth := next(tenths, None)):
                tenth.touch()
            end = (end + data)[-500:]
        if webhook:
            assert len(receiver.wait_terminal("/h")[-1].json["logs"]) == 100_000_000
    assert b'"status":"succeeded"' in end
    assert count > (2 if streamed else 1) * 100_000_000
    assert peak.grown_kb < 2 * MUCH_LOG_KB


def test_setup_logs_are_shared_by_answers(fresh):
    """Health checks that nobody reads each held a copy."""
    source = f"""
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        for _ in range(10): print(("{LOG_LINE}\\n" * 10_000), end="")
    def run(self) -> str:
        return "ok"
"""
    server = fresh(source=source)
    clients = [server.raw() for _ in range(30)]
    with processes.OwnPeak(server.pid) as peak:
        for client in clients:
            client.send(b"GET /health-check HTTP/1.1\r\nHost: x\r\n\r\n")
        assert len(clients[0].read_response().json["setup"]["logs"]) > 8_000_000
        assert server.status() == "READY"
    assert peak.grown_kb < 32 * 1024
    for client in clients:
        client.close()


# MARK: - Webhooks


def test_silent_webhook_hosts_take_a_bounded_number_of_connections(fresh, receiver):
    """400 of them used to hold 400 descriptors."""
    server = fresh("noop")
    server.predict(webhook=receiver.url + "/first", webhook_events_filter=["completed"])
    receiver.wait("/first")
    before = processes.descriptors(server.pid)
    with socket.create_server(("0.0.0.0", 0), backlog=1000) as silent:
        port = silent.getsockname()[1]
        for n in range(400):
            url = f"http://127.1.{n // 200}.{n % 200 + 1}:{port}/"
            server.predict(webhook=url, webhook_events_filter=["completed"])
        wait_for(lambda: "cog_webhooks_waiting 400" in server.get("/metrics").text, "the webhooks")
        # Who answers is not held up.
        for n in range(20):
            server.predict(webhook=receiver.url + f"/good{n}", webhook_events_filter=["completed"])
        for n in range(20):
            receiver.wait(f"/good{n}")
        # Looking up a name takes two descriptors for a moment; these hosts have none.
        assert processes.descriptors(server.pid) - before <= 64
        # The server must not wait for them when it stops.
        server.process.kill()
        server.wait_exit()
    wait_for(lambda: not server.left_behind(), "the worker to end")


OUTPUT_BYTES = 10_000_000


def test_predictions_with_refusing_webhooks_hold_a_bounded_amount(fresh, receiver):
    """40 of them used to hold 428 MiB."""
    receiver.on("/refused", Answer(503))
    server = fresh("script", env={"COG_MEMORY_BUDGET_BYTES": str(64 * MIB)})
    before = processes.rss_kb(server.pid)
    for n in range(40):
        code = f"return 'x' * {OUTPUT_BYTES}"
        answer = server.predict(
            {"code": code}, id=f"p{n}", webhook=receiver.url + "/refused", webhook_events_filter=["completed"]
        )
        assert answer.status == 200
    receiver.wait("/refused", 40)
    wait_for(lambda: processes.rss_kb(server.pid) - before < 160 * 1024, "memory to come back")
    assert taken(server, "webhooks") <= 64 * MIB
    dropped = [e for e in server.log_entries() if "webhooks have reached their memory limit" in str(e)]
    assert "prediction p0 " in str(dropped[0])
    # Requests have their part of the budget.
    assert server.post("/predictions", body_of(16 * MIB), {"Content-Type": "application/json"}).status == 422
    receiver.on("/refused", Answer(200))  # for a quick end


def test_updates_to_a_silent_host_yield_and_terminal_webhooks_do_not(fresh, receiver):
    gate = threading.Event()
    receiver.on("/silent", Answer(gate=gate))
    env = {
        "COG_MEMORY_BUDGET_BYTES": str(32 * MIB),
        "COG_MAX_CONCURRENCY": "20",
        "COG_THROTTLE_RESPONSE_INTERVAL": "0",
    }
    server = fresh("script_async_stream", env=env)
    code = (
        f"import asyncio, pathlib\nyield 'x' * {OUTPUT_BYTES // 4}\n"
        "while not pathlib.Path('go').exists(): await asyncio.sleep(0.01)"
    )
    running = [
        server.begin({"code": code}, id=f"p{n}", webhook=receiver.url + "/silent", webhook_events_filter=events)
        for n, events in enumerate([["output"]] * 10)
    ]
    wait_for(lambda: "an update was dropped" in server.log_text(), "an update to be dropped")
    assert taken(server, "webhooks") <= 16 * MIB
    (server.cwd / "go").touch()
    assert {r.result().status for r in running} == {200}
    gate.set()
    answer = server.predict({"code": "yield 1"}, webhook=receiver.url + "/end", webhook_events_filter=["completed"])
    assert answer.status == 200
    receiver.wait_terminal("/end")
    assert "given up" not in server.log_text()


# MARK: - Giving back


def test_memory_of_a_burst_is_given_back(fresh):
    """16 bodies used to leave ten times their size behind forever."""
    server = fresh("noop", env={"COG_QUEUE_LIMIT": "32"})
    assert server.predict().status == 200
    before = processes.pss_kb(server.pid)
    body = b'{"input":{},"x":[' + b",".join(b"0.%016d" % n for n in range(165_000)) + b"]}"
    kind = {"Content-Type": "application/json"}
    burst = [Background(server.post, "/predictions", body, kind) for _ in range(16)]
    assert {r.result().status for r in burst} == {200}
    assert processes.peak_rss_kb(server.pid) - before > len(body) / 1024
    wait_for(lambda: processes.pss_kb(server.pid) - before < 12 * 1024, "memory to be given back", 20)


def test_memory_of_large_outputs_is_given_back(fresh, receiver):
    """Also while small requests come all the time, as health checks do."""
    server = fresh("script_stream")
    assert server.predict({"code": "yield 1"}, webhook=receiver.url + "/h").status == 200
    receiver.wait_terminal("/h")
    before = processes.pss_kb(server.pid)
    code = "for n in range(40): yield 'x' * 1_000_000\nprint('y' * 3_000_000)"
    for _ in range(3):
        assert server.predict({"code": code}).status == 200

    def given_back():
        assert server.status() == "READY"
        return processes.pss_kb(server.pid) - before < 24 * 1024

    wait_for(given_back, "memory to be given back", 20)
