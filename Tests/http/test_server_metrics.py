"""`GET /metrics`: figures of the server in the text format of Prometheus."""

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours


def figures(server):
    """The samples by their name and labels; each must have been introduced by its help and type."""
    answer = server.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found, introduced = {}, set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            introduced.add(line.split()[2])
        elif not line.startswith("# HELP "):
            name, value = line.rsplit(" ", 1)
            assert name.split("{")[0] in introduced
            found[name] = float(value)
    return found


def test_d42_predictions_are_counted_by_how_they_ended(fresh):
    server = fresh("script")
    before = figures(server)
    assert before["cog_slots"] == 1
    assert {value for name, value in before.items() if name.startswith("cog_predictions_")} == {0}
    for _ in range(3):
        server.predict({"code": "return 1"})
    server.predict({"code": "raise ValueError"})
    running = server.begin({"code": "open('reached', 'w').close(); import time; time.sleep(60)"}, id="c")
    server.mark_reached("reached")
    server.cancel("c")
    running.result()
    after = figures(server)
    ended = {name: after[f'cog_predictions_total{{status="{name}"}}'] for name in ("succeeded", "failed", "canceled")}
    assert ended == {"succeeded": 3, "failed": 1, "canceled": 1}
    assert after["cog_predictions_running"] == 0


def test_d42_running_predictions_and_started_workers_are_counted(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "4"})
    assert figures(server)["cog_worker_starts_total"] == 1
    running = [server.begin({"name": name}) for name in "ab"]
    for name in "ab":
        server.mark_reached(f"reached-{name}")
    assert figures(server)["cog_predictions_running"] == 2
    assert figures(server)["cog_slots"] == 4
    processes.kill(server.worker_pid())
    for prediction in running:
        assert prediction.result().json["status"] == "failed"
    wait_for(lambda: figures(server)["cog_worker_starts_total"] == 2, "a second worker")
    server.wait_status("READY")
    assert figures(server)["cog_predictions_running"] == 0


def test_only_get_is_allowed(fresh):
    answer = fresh("noop").post("/metrics")
    assert (answer.status, answer.headers["allow"]) == (405, "GET,HEAD")
