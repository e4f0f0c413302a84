"""`GET /metrics`: figures of the server in the text format of Prometheus."""

import time

import pytest
from support import processes
from support.batches import MODEL, together
from support.figures import count, figures, labeled
from support.receiver import Answer
from support.waiting import wait_for

pytestmark = pytest.mark.ours


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


# MARK: - Times


def test_times_of_predictions(fresh):
    server = fresh("gate", env={"COG_QUEUE_LIMIT": "1"})
    running = server.begin()
    server.mark_reached("reached")
    waiting = server.begin()
    wait_for(lambda: figures(server)["cog_predictions_queued"] == 1, "the second prediction")
    found = figures(server)
    assert count(found, "cog_prediction_queue_seconds") == 1
    assert found['cog_runtime_prediction_active{operation="predict"}'] == 1
    assert labeled(found, "cog_runtime_slots") == {"available": 0, "busy": 1}
    (server.cwd / "go").touch()
    running.result()
    waiting.result()
    found = figures(server)
    duration = "cog_runtime_prediction_duration_seconds"
    assert count(found, duration, operation="predict", status="succeeded") == 2
    assert count(found, duration, operation="predict", status="failed") == 0
    assert found[f'{duration}_sum{{operation="predict",status="succeeded"}}'] > 0
    assert count(found, "cog_prediction_queue_seconds") == 2
    assert count(found, "cog_prediction_first_output_seconds") == 2
    assert found["cog_prediction_queue_seconds_sum"] > 0
    assert found['cog_runtime_prediction_count_total{operation="predict",status="succeeded"}'] == 2


def test_first_output_comes_before_the_end(fresh):
    server = fresh("gate_stream")
    with server.stream() as stream:
        stream.until("output")
        found = figures(server)
        assert count(found, "cog_prediction_first_output_seconds") == 1
        assert count(found, "cog_runtime_prediction_duration_seconds", operation="predict", status="succeeded") == 0
        (server.cwd / "go").touch()
        stream.until("completed")
    assert count(figures(server), "cog_prediction_first_output_seconds") == 1


def test_setups_are_timed_by_how_they_went(fresh):
    found = figures(fresh("noop"))
    setup = "cog_runtime_setup_duration_seconds"
    assert (count(found, setup, status="succeeded"), count(found, setup, status="failed")) == (1, 0)
    assert (found["cog_ready"], labeled(found, "cog_workers")["ready"]) == (1, 1)
    server = fresh("setup_fails", until="SETUP_FAILED")
    found = figures(server)
    assert (count(found, setup, status="succeeded"), count(found, setup, status="failed")) == (0, 1)
    assert found["cog_ready"] == 0
    states = dict.fromkeys(("starting", "ready", "ending", "pausing", "defunct", "stopped"), 0)
    wait_for(lambda: labeled(figures(server), "cog_workers") == {**states, "setup_failed": 1}, "the end of the worker")


def test_deaths_and_restarts(fresh):
    server = fresh("noop")
    before = figures(server)
    assert (before["cog_worker_starts_total"], before["cog_worker_restarts_total"]) == (1, 0)
    processes.kill(server.worker_pid())
    wait_for(lambda: figures(server)["cog_worker_restarts_total"] == 1, "the next worker")
    assert labeled(figures(server), "cog_worker_deaths_total")["signal"] == 1
    server.wait_status("READY")
    assert figures(server)["cog_ready"] == 1


# MARK: - Batches


def test_batches(fresh):
    server = fresh(source=MODEL)
    together(server, ["return 1"] * 11)
    found = figures(server)
    # One that holds the model while the others gather, then a full batch, and the three that are left.
    assert found["cog_batch_size_sum"] == 12
    assert [found[f'cog_batch_size_bucket{{le="{size}.0"}}'] for size in (1, 2, 4, 8)] == [1, 1, 2, 3]
    assert count(found, "cog_batch_wait_seconds") == count(found, "cog_batch_size") == 3
    assert found["cog_batch_wait_seconds_sum"] > 0


# MARK: - Rejections


def test_rejections_by_reason(fresh):
    server = fresh("gate")
    name = 'cog_runtime_prediction_rejected_total{operation="predict",reason='
    running = server.begin(id="a")
    server.mark_reached("reached")
    assert server.predict().status == 409
    assert server.predict({"name": 1}).status == 422
    assert server.post("/predictions", "{").status == 400
    assert server.post("/predictions", {"id": "a", "input": {}}).status == 409
    with server.stream() as stream:
        assert stream.status == 406
    (server.cwd / "go").touch()
    running.result()
    found = figures(server)
    wanted = {"at_capacity": 1, "invalid_input": 2, "duplicate_id": 1, "no_stream": 1}
    rest = dict.fromkeys(("not_ready", "queue_timeout", "no_room", "shutting_down"), 0)
    assert {key.split('"')[3]: value for key, value in found.items() if key.startswith(name)} == {**wanted, **rest}


def test_waiting_too_long_and_not_being_ready_are_rejections(fresh):
    server = fresh("gate", env={"COG_QUEUE_LIMIT": "1", "COG_QUEUE_TIMEOUT": "0.05"})
    running = server.begin()
    server.mark_reached("reached")
    assert server.predict().status == 409
    (server.cwd / "go").touch()
    running.result()
    found = figures(server)
    assert found['cog_runtime_prediction_rejected_total{operation="predict",reason="queue_timeout"}'] == 1
    assert count(found, "cog_runtime_prediction_duration_seconds", operation="predict", status="failed") == 0
    server = fresh("setup_fails", until="SETUP_FAILED")
    assert server.predict().status == 503
    assert figures(server)['cog_runtime_prediction_rejected_total{operation="predict",reason="not_ready"}'] == 1


# MARK: - Requests


def test_requests_by_route_method_and_status(fresh):
    server = fresh("script")
    server.predict({"code": "return 1"})
    server.predict({})
    server.put("/predictions/one", {"input": {"code": "return 'x' * 5000"}})
    server.get("/predictions/one")
    server.get("/predictions/two")
    server.request("HEAD", "/openapi.json")
    server.get("/nowhere")
    with server.raw() as raw:
        raw.send(b"no request\r\n\r\n")
        assert raw.read_response().status == 400
    found = figures(server)
    requests = {key[key.index("{") :]: value for key, value in found.items() if key.startswith("cog_http_requests")}
    requests = {key: value for key, value in requests.items() if "health" not in key}
    one = "/predictions/{prediction_id}"

    def key(route, method, status):
        return f'{{route="{route}",method="{method}",status="{status}"}}'

    assert requests == {
        key("/predictions", "POST", 200): 1, key("/predictions", "POST", 422): 1, key(one, "PUT", 200): 1,
        key(one, "GET", 200): 1, key(one, "GET", 404): 1, key("/openapi.json", "HEAD", 200): 1,
        key("other", "GET", 404): 1, key("other", "other", 400): 1,
    }  # fmt: skip
    assert count(found, "cog_http_request_size_bytes", route="/predictions") == 2
    assert found[f'cog_http_response_size_bytes_bucket{{route="{one}",le="4096.0"}}'] == 1
    assert found[f'cog_http_response_size_bytes_sum{{route="{one}"}}'] > 10_000
    # The answer to HEAD has no body.
    assert found['cog_http_response_size_bytes_sum{route="/openapi.json"}'] == 0
    wait_for(lambda: figures(server)["cog_connections"] == 1, "the end of the other connections")


def test_event_streams_are_counted_with_what_was_sent(fresh):
    server = fresh("gate_stream")
    (server.cwd / "go").touch()
    with server.stream() as stream:
        stream.until("completed")
    found = figures(server)
    assert found['cog_http_requests_total{route="/predictions",method="POST",status="200"}'] == 1
    assert found['cog_http_response_size_bytes_sum{route="/predictions"}'] > 100
    with server.stream({"name": "never"}) as stream:
        stream.until("output")
    wait_for(
        lambda: figures(server)['cog_http_requests_total{route="/predictions",method="POST",status="200"}'] == 2,
        "the stream of a client that has gone",
    )


# MARK: - Files and webhooks


def test_downloads_and_uploads(fresh, receiver):
    server = fresh("kinds", flags=("--upload-url", receiver.url + "/up"))
    good = receiver.on("/file.txt", Answer(body=b"all"))
    bad = receiver.on("/gone.txt", Answer(status=404))
    assert server.predict({"path": good}).json["status"] == "succeeded"
    assert server.predict({"path": bad}).json["status"] == "failed"
    found = figures(server)
    assert labeled(found, "cog_downloads_total") == {"succeeded": 1, "failed": 1, "canceled": 0}
    server = fresh("script", flags=("--upload-url", receiver.url + "/up"))
    receiver.on("/up/b", Answer(status=403))
    write = "import cog, pathlib\np = cog.Path('{0}')\np.write_text('x')\nreturn p"
    assert server.predict({"code": write.format("a")}).json["status"] == "succeeded"
    assert server.predict({"code": write.format("b")}).json["status"] == "failed"
    assert labeled(figures(server), "cog_uploads_total") == {"succeeded": 1, "failed": 1, "canceled": 0}


def test_webhooks_by_outcome(fresh, receiver):
    server = fresh("script")
    receiver.on("/bad", Answer(status=400))
    receiver.on("/late", Answer(status=503), Answer())
    for path in ("good", "bad", "late"):
        body = {"input": {"code": "return 1"}, "webhook": f"{receiver.url}/{path}"}
        server.post("/predictions", {**body, "webhook_events_filter": ["completed"]})
    server.post("/predictions", {"input": {}, "webhook": "http://127.0.0.1:1/", "webhook_events_filter": ["start"]})
    name = "cog_webhooks_total"

    def webhooks():
        found = figures(server)
        outcomes = ("delivered", "failed")
        ends = [found[f'{name}{{event="completed",outcome="{outcome}"}}'] for outcome in outcomes]
        return [*ends, found["cog_webhook_retries_total"]]

    wait_for(lambda: webhooks() == [2, 1, 1], "all webhooks")


# MARK: - The process


def test_process_and_build(fresh):
    server = fresh("noop")
    found = figures(server)
    assert found["process_open_fds"] >= 5
    assert found["process_max_fds"] >= 64
    assert 1 << 20 < found["process_resident_memory_bytes"] < found["process_virtual_memory_bytes"]
    assert found["process_cpu_seconds_total"] > 0
    assert abs(time.time() - found["process_start_time_seconds"]) < 3600
    build = next(key for key in found if key.startswith("cog_build_info"))
    version = server.health()["version"]
    assert f'version="{version["coglet"]}",sdk="{version["python_sdk"]}",python="{version["python"]}"' in build
