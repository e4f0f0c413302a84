"""`GET /predictions/{id}`: what runs, what has ended, and how much is remembered (D8, D14, D16)."""

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours

LIMIT = 1000
BODY_LIMIT = 1 << 20


@pytest.fixture
def server(shared):
    return shared("script")


def look(server, id):
    answer = server.get(f"/predictions/{id}")
    assert answer.status in (200, 404)
    assert answer.headers["content-type"] == "application/json"
    return answer.json if answer.status == 200 else None


def test_unknown(server):
    answer = server.get("/predictions/never")
    assert (answer.status, answer.json["status"]) == (404, "failed")
    assert server.get("/predictions/%ff").status == 400


def test_running_shows_input_logs_and_no_end(fresh):
    server = fresh("gate")
    running = server.begin({"name": "go"}, id="p")
    server.mark_reached("reached")
    wait_for(lambda: look(server, "p")["logs"], "the logs so far")
    found = look(server, "p")
    assert (found["id"], found["status"], found["logs"]) == ("p", "processing", "so far\n")
    assert found["input"] == {"name": "go"}
    assert "completed_at" not in found
    assert "output" not in found
    assert found["created_at"] <= found["started_at"]
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "through"
    assert look(server, "p")["status"] == "succeeded"


def test_running_shows_the_output_so_far(fresh):
    server = fresh("gate_stream")
    running = server.begin(id="p")
    server.mark_reached("reached")
    wait_for(lambda: look(server, "p").get("output") == [0, 1], "two chunks")
    (server.cwd / "go").touch()
    assert running.result().json["output"] == [0, 1, 2]
    assert look(server, "p")["output"] == [0, 1, 2]


ENDS = [
    ("print('said'); return [1]", "succeeded"),
    ("print('said'); raise ValueError('no')", "failed"),
]


@pytest.mark.parametrize(("code", "status"), ENDS)
def test_result_is_the_answer_that_was_given(server, code, status):
    answer = server.predict({"code": code}, id=f"end-{status}").json
    assert answer["status"] == status
    assert look(server, f"end-{status}") == answer


def test_canceled_by_a_request(fresh):
    server = fresh("gate")
    running = server.begin(id="p")
    server.mark_reached("reached")
    assert server.cancel("p").status == 200
    answer = running.result().json
    assert answer["status"] == "canceled"
    assert look(server, "p") == answer
    assert server.cancel("p").status == 200


def test_crash_is_remembered(fresh):
    server = fresh("script")
    answer = server.predict({"code": "import os; os._exit(1)"}, id="p").json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed")
    assert look(server, "p") == answer
    server.wait_status("READY")
    assert look(server, "p") == answer


def test_result_of_202_and_of_a_stream(fresh):
    server = fresh("gate_stream")
    (server.cwd / "go").touch()
    assert server.predict_async(id="a").status == 202
    wait_for(lambda: look(server, "a")["status"] == "succeeded", "the result")
    server.wait_status("READY")
    with server.stream(id="s") as stream:
        last = stream.events()[-1].data
    found = look(server, "s")
    assert (found["output"], found["status"]) == (last["output"], "succeeded")


def test_refused_ones_are_not_remembered(server):
    assert server.post("/predictions", {"id": "bad", "input": {}}).status == 422
    assert look(server, "bad") is None


def test_ids_as_they_are_written_in_a_path(server):
    server.predict({"code": "return 'slash'"}, id="a/b")
    server.predict({"code": "return 'ümlaut'"}, id="ü x")
    assert look(server, "a%2Fb")["output"] == "slash"
    assert look(server, "%C3%BC%20x")["output"] == "ümlaut"
    assert server.get("/predictions/a/b").status == 404


# MARK: - The same id again


def test_new_prediction_takes_the_place_of_the_old_result(fresh):
    server = fresh("gate")
    (server.cwd / "one").touch()
    first = server.predict({"name": "one"}, id="p").json
    assert look(server, "p") == first
    (server.cwd / "reached").unlink()
    running = server.begin({"name": "two"}, id="p")
    server.mark_reached("reached")
    assert look(server, "p")["status"] == "processing"
    (server.cwd / "two").touch()
    second = running.result().json
    assert second["created_at"] > first["created_at"]
    assert look(server, "p") == second


def test_d14_post_with_an_id_that_runs_is_409(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "2"})
    running = server.begin({"name": "a"}, id="p")
    server.mark_reached("reached-a")
    refused = server.post("/predictions", {"id": "p", "input": {"name": "b"}})
    assert (refused.status, refused.json["status"]) == (409, "failed")
    assert "p" in refused.json["error"]
    assert refused.json["error"] != "At capacity - all prediction slots busy"
    (server.cwd / "a").touch()
    assert running.result().json["output"] == "a"
    assert not (server.cwd / "reached-b").exists()


# MARK: - Limits


def test_the_last_thousand_are_kept(fresh):
    server = fresh("noop")
    with server.client() as client:
        for number in range(LIMIT + 1):
            answer = client.request("POST", "/predictions", {"id": f"n{number}", "input": {}})
            assert answer.status == 200
    assert look(server, "n0") is None
    assert look(server, "n1")["status"] == "succeeded"
    assert look(server, f"n{LIMIT}")["status"] == "succeeded"
    # An existing one takes no other's place.
    server.predict(id="n500")
    assert look(server, "n1")["status"] == "succeeded"
    server.predict(id="one-more")
    assert look(server, "n1") is None
    assert look(server, "n2")["status"] == "succeeded"


def test_large_result_is_not_kept(server):
    size = len(server.predict({"code": "return ''"}, id="empty").body)
    for extra, id in ((-200, "fits"), (200, "too-large")):
        count = BODY_LIMIT - size + extra
        answer = server.predict({"code": f"return 'x' * {count}"}, id=id)
        assert answer.json["status"] == "succeeded"
        assert (len(answer.body) > BODY_LIMIT) == (extra > 0)
        assert (look(server, id) is not None) == (extra < 0)


def test_large_result_takes_the_older_one_of_its_id_along(server):
    server.predict({"code": "return 'small'"}, id="grows")
    server.predict({"code": f"return 'x' * {BODY_LIMIT}"}, id="grows")
    assert look(server, "grows") is None


def test_results_take_32_mib_at_most(fresh):
    server = fresh("script")
    with server.client() as client:
        for number in range(40):
            body = {"id": f"m{number}", "input": {"code": f"return 'x' * {BODY_LIMIT - 4096}"}}
            assert client.request("POST", "/predictions", body).status == 200
    kept = [number for number in range(40) if look(server, f"m{number}")]
    assert kept == list(range(40 - len(kept), 40))
    assert 31 <= len(kept) <= 33
    assert processes.pss_kb(server.pid) < 100 << 10
