"""Output files sent to `--upload-url` (5.4)."""

import threading
from urllib.parse import unquote

import pytest
from support.receiver import Answer
from support.server import Server
from support.waiting import wait_for

WRITE = "import cog, pathlib, io\ndef file(name, text='data'):\n  p = cog.Path(name); p.write_text(text); return p\n"


@pytest.fixture
def start(fresh, receiver):
    def begin(predictor="script", path="/up"):
        return fresh(predictor, flags=("--upload-url", receiver.url + path))

    return begin


def run(server: Server, code: str, **fields):
    return server.predict({"code": WRITE + code}, **fields).json


@pytest.mark.every_python
@pytest.mark.parametrize("path", ["/up", "/up/"])
def test_request(start, receiver, path):
    answer = run(start(path=path), "return file('o.png')", id="p1")
    request = receiver.at("/up/o.png")[0]
    assert (request.method, request.body) == ("PUT", b"data")
    assert request.headers["content-type"] == "image/png"
    assert request.headers["x-prediction-id"] == "p1"
    assert request.headers["content-length"] == "4"
    assert "authorization" not in request.headers
    assert answer["output"] == receiver.url + "/up/o.png"


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("https://cdn.example/x.png", "https://cdn.example/x.png"),
        ("https://cdn.example/x.png?sig=1", "https://cdn.example/x.png"),
        ("https://cdn.example/x.png#frag", "https://cdn.example/x.png#frag"),
    ],
)
def test_location_is_the_output(start, receiver, location, wanted):
    receiver.on("/up/o.png", Answer(201, {"Location": location}))
    assert run(start(), "return file('o.png')")["output"] == wanted


@pytest.mark.parametrize("status", [307, 308])
def test_redirect_takes_the_body_along(start, receiver, status):
    receiver.on("/up/o.png", Answer(status, {"Location": receiver.url + "/moved/o.png?token=1"}))
    answer = run(start(), "return file('o.png')")
    assert receiver.at("/moved/o.png")[0].body == b"data"
    assert receiver.at("/moved/o.png")[0].method == "PUT"
    assert answer["output"] == receiver.url + "/moved/o.png"


def test_redirect_that_leaves_http_is_refused(start, receiver):
    receiver.on("/up/o.png", Answer(307, {"Location": "file:///tmp/x"}))
    assert run(start(), "return file('o.png')")["status"] == "failed"


@pytest.mark.parametrize(
    ("status", "phrase"), [(500, "500 Internal Server Error"), (403, "403 Forbidden"), (404, "404 Not Found")]
)
def test_refused_upload_fails_the_prediction(start, receiver, status, phrase):
    receiver.on("/up/o.png", Answer(status))
    server = start()
    answer = run(server, "return file('o.png')")
    assert answer["status"] == "failed"
    assert answer["error"] == f"Failed to upload output: upload returned status {phrase}"
    assert run(server, "return 1")["output"] == 1


def test_unreachable_upload_fails_the_prediction(fresh):
    answer = run(fresh("script", flags=("--upload-url", "http://127.0.0.1:1/")), "return file('o.png')")
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Failed to upload output: ")


@pytest.mark.ours
def test_better_upload_is_tried_again_after_a_server_error(start, receiver):
    receiver.on("/up/o.png", Answer(503), Answer(200))
    assert run(start(), "return file('o.png')")["output"] == receiver.url + "/up/o.png"


@pytest.mark.ours
def test_better_upload_is_tried_again_after_a_reset(start, receiver):
    receiver.on("/up/o.png", Answer(reset=True), Answer(200))
    assert run(start(), "return file('o.png')")["output"] == receiver.url + "/up/o.png"


@pytest.mark.ours(strict=False)
def test_d31_order_of_the_outputs_is_kept(start, receiver):
    """The first upload is answered last."""
    gate = threading.Event()
    receiver.on("/up/a.txt", Answer(gate=gate))
    server = start("script_stream")
    running = server.begin({"code": WRITE + "yield file('a.txt')\nyield 's'\nyield file('b.txt')\nyield 't'"})
    receiver.wait("/up/b.txt")
    gate.set()
    assert running.result().json["output"] == [receiver.url + "/up/a.txt", "s", receiver.url + "/up/b.txt", "t"]


def test_uploads_run_beside_each_other(start, receiver):
    gate = threading.Event()
    for name in "abc":
        receiver.on(f"/up/{name}", Answer(gate=gate))
    running = start().begin({"code": WRITE + "return [file(n) for n in 'abc']"})
    wait_for(lambda: len(receiver.requests) == 3, "three uploads at once")
    gate.set()
    assert len(running.result().json["output"]) == 3


@pytest.mark.ours
def test_d30_base_names_are_escaped(start, receiver):
    answer = run(start(), "return file('b b#?%ü.txt')")
    path = receiver.requests[0].path
    assert unquote(path) == "/up/b b#?%ü.txt"
    assert "?" not in path
    assert answer["output"] == receiver.url + path


@pytest.mark.ours
def test_d30_equal_base_names_do_not_collide(start, receiver):
    code = "pathlib.Path('d').mkdir(exist_ok=True)\nreturn [file('o.txt', 'one'), file('d/o.txt', 'two')]"
    answer = run(start(), code)
    assert len({*answer["output"]}) == 2
    assert {r.body for r in receiver.requests} == {b"one", b"two"}
    by_path = {receiver.url + r.path: r.body for r in receiver.requests}
    assert [by_path[url] for url in answer["output"]] == [b"one", b"two"]


def test_file_objects_are_numbered(start, receiver):
    code = "file('x.png'); return [io.BytesIO(b'a'), open('x.png', 'rb')]"
    answer = run(start(), code)
    assert answer["output"] == [receiver.url + "/up/0.bin", receiver.url + "/up/1.png"]
    assert receiver.at("/up/1.png")[0].headers["content-type"] == "image/png"


def test_nested_files_stay_data_urls(start, receiver):
    assert run(start(), "return {'f': file('n.txt')}")["output"] == {"f": "data:text/plain;base64,ZGF0YQ=="}
    assert not receiver.requests


def test_other_outputs_are_not_uploaded(start, receiver):
    assert run(start(), "return 'text'")["output"] == "text"
    assert not receiver.requests


def test_slot_stays_taken_until_the_uploads_end(start, receiver):
    gate = threading.Event()
    receiver.on("/up/o.png", Answer(gate=gate))
    server = start()
    running = server.begin({"code": WRITE + "return file('o.png')"})
    receiver.wait("/up/o.png")
    assert server.status() == "BUSY"
    gate.set()
    assert running.result().json["status"] == "succeeded"
    server.wait_status("READY")


@pytest.mark.ours
def test_uploads_outlive_the_worker(fresh, receiver):
    """The model has finished, so what another prediction does to the worker doesn't affect the first one."""
    gate = threading.Event()
    receiver.on("/up/o.png", Answer(gate=gate))
    flags = ("--upload-url", receiver.url + "/up")
    server = fresh("script_async", flags=flags, env={"COG_MAX_CONCURRENCY": "2"})
    running = server.begin({"code": WRITE + "return file('o.png')"})
    receiver.wait("/up/o.png")
    assert run(server, "return 1")["output"] == 1
    assert run(server, "import os; os._exit(1)")["error"].startswith("Worker crashed")
    server.wait_status("READY")
    gate.set()
    assert running.result().json["output"] == receiver.url + "/up/o.png"


def test_cancel_ends_pending_uploads(start, receiver):
    gate = threading.Event()
    receiver.on("/up/o.png", Answer(gate=gate))
    server = start()
    running = server.begin({"code": WRITE + "return file('o.png')"}, id="c")
    receiver.wait("/up/o.png")
    assert server.cancel("c").status == 200
    assert running.result(10).json["status"] == "canceled"
    server.wait_status("READY")
    gate.set()


@pytest.mark.ours(strict=False)
def test_d29_uploaded_file_may_be_deleted_at_once(start, receiver):
    code = "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n  return file(d + '/o.txt', 'kept')"
    answer = run(start(), code)
    assert answer["output"] == receiver.url + "/up/o.txt"
    assert receiver.at("/up/o.txt")[0].body == b"kept"


def test_large_file_is_uploaded(start, receiver):
    answer = run(start(), "p = cog.Path('big.bin'); p.write_bytes(b'x' * (40 << 20)); return p")
    assert answer["status"] == "succeeded"
    assert receiver.at("/up/big.bin")[0].body == b"x" * (40 << 20)


def test_trace_or_not_the_upload_works_for_training_too(fresh, receiver):
    server = fresh(source=TRAIN, reference="predict.py:train", mode="train", flags=("--upload-url", receiver.url))
    answer = server.post("/trainings", {"input": {}}).json
    assert answer["output"] == receiver.url + "/weights.bin"
    assert receiver.at("/weights.bin")[0].body == b"weights"


TRAIN = """
from cog import Path
def train(n: int = 1) -> Path:
    path = Path("weights.bin")
    path.write_bytes(b"weights")
    return path
"""
