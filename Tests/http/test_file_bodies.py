"""Files as whole bodies: that of a request to a model with one file input, and that of an answer with one file."""

import pytest
from support.temporary import input_folders
from support.waiting import wait_for

pytestmark = pytest.mark.ours

ONE_FILE = """
from typing import Any
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, image: Path, number: int = 1, word: str = "none") -> Any:
        return [image.name[11:], image.read_bytes().decode("latin-1"), number, word]
"""
OPTIONAL_LIST = """
from typing import List
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, images: List[Path] = []) -> int:
        return len(images)
"""
TRAINING = """
from cog import BaseModel, Path

class Output(BaseModel):
    text: str

def train(data: Path) -> Output:
    return Output(text=data.read_text())
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def one(shared):
    return shared(source=ONE_FILE, env={"COG_DOWNLOAD_LIMIT_BYTES": "3000000", "COG_BODY_LIMIT_BYTES": "1000"})


def send(server, body, type="image/png", path="/predictions", method="POST", **headers):
    return server.request(method, path, body, {"Content-Type": type} | headers)


def nothing_left(server):
    wait_for(lambda: not input_folders(server), "no input files left")


@pytest.mark.parametrize(
    ("type", "headers", "name"),
    [
        ("image/png", {}, "file.png"),
        ("image/png", {"Content-Disposition": 'attachment; filename="a b.png"'}, "a b.png"),
        ("image/png", {"Content-Disposition": "attachment; filename*=UTF-8''na%C3%AFve"}, "naïve.png"),
        ("text/plain; charset=utf-8", {}, "file.txt"),
        ("application/octet-stream", {}, "file.bin"),
        ("application/x-unheard-of", {}, "file"),
    ],
)
def test_the_body_is_the_file(one, type, headers, name):
    answer = send(one, PNG, type, **headers)
    assert answer.json["output"] == [name, PNG.decode("latin-1"), 1, "none"], answer.text
    nothing_left(one)


@pytest.mark.parametrize("size", [0, 1, 999_999, 3_000_000])
def test_any_size_up_to_the_limit(one, size):
    """Far above the limit of other bodies."""
    assert len(send(one, b"x" * size).json["output"][1]) == size


def test_above_the_limit(one):
    assert send(one, b"x" * 3_000_001).status == 413
    # Reported immediately, even to a client that asks first.
    with one.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 3000001\r\nExpect: 100-continue\r\n\r\n"
        )
        assert raw.read_response().status == 413
    with one.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        raw.send(b"100000\r\n" + b"x" * 0x100000 + b"\r\n100000\r\n" + b"x" * 0x100000 + b"\r\n")
        raw.send(b"100000\r\n" + b"x" * 0x100000 + b"\r\n0\r\n\r\n")
        answer = raw.read_response()
        assert (answer.status, "COG_DOWNLOAD_LIMIT_BYTES" in answer.json["error"]) == (413, True)
    nothing_left(one)


def test_other_inputs_come_in_the_query(one):
    answer = send(one, PNG, path="/predictions?number=7&word=a+b%26c&raw=1&unknown=x")
    assert answer.json["output"][2:] == [7, "a b&c"]
    assert send(one, PNG, path="/predictions/q1?number=8", method="PUT").json["output"][2:] == [8, "none"]
    refused = send(one, PNG, path="/predictions?number=many")
    assert (refused.status, "number" in refused.text) == (422, True)
    nothing_left(one)


def test_json_is_no_file(one):
    assert send(one, b'{"input": {"image": "data:,x"}}', "application/json").json["output"][1] == "x"
    assert send(one, b'{"input": {}}', "application/json").status == 422


@pytest.mark.parametrize(
    "type", ["application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "*/*", "png", "image/", ";"]
)
def test_what_is_meant_for_something_else_is_415(one, type):
    assert send(one, PNG, type).status == 415


def test_compressed_files_are_415(one):
    assert send(one, PNG, **{"Content-Encoding": "gzip"}).status == 415


@pytest.mark.parametrize("source", [OPTIONAL_LIST, None], ids=["list", "no file"])
def test_models_without_such_an_input_say_415(shared, source):
    server = shared(source=source) if source else shared("noop")
    answer = send(server, PNG)
    assert answer.status == 415
    assert answer.json == {"error": "Expected request with `Content-Type: application/json`", "status": "failed"}


def test_trainings(fresh):
    server = fresh(source=TRAINING, reference="predict.py:train", mode="train")
    assert send(server, b"data", "text/plain", "/trainings").json["output"] == {"text": "data"}
    form = b'--x\r\nContent-Disposition: form-data; name="data"; filename="d"\r\n\r\nform\r\n--x--'
    answer = send(server, form, "multipart/form-data; boundary=x", "/trainings/t1", "PUT")
    assert answer.json["output"] == {"text": "form"}


def test_pages_of_others_may_send_no_files(one, shared):
    for foreign in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for type in ("image/png", "multipart/form-data; boundary=x", "text/plain"):
            answer = send(one, PNG, type, **foreign)
            assert (answer.status, "COG_CORS_ORIGINS" in answer.json["error"]) == (403, True)
    open_to_one = shared(source=ONE_FILE, env={"COG_CORS_ORIGINS": "https://app.example"})
    origin = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    answer = send(open_to_one, PNG, **origin)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, origin["Origin"])
    assert send(open_to_one, PNG, Origin="https://other.example").status == 403


# MARK: - Output

FILE_OUTPUT = """
import time
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, name: str = "x.png", size: int = 5, fail: bool = False, wait: bool = False) -> Path:
        if fail:
            raise ValueError("no picture")
        while wait:
            time.sleep(0.01)
        with open(name, "wb") as file:
            file.write(b"\\x89" * size)
        return Path(name)
"""
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture
def drawing(shared):
    return shared(source=FILE_OUTPUT)


def run(server, input=None, path="/predictions", **headers):
    return server.request("POST", path, {"input": input or {}}, headers)


@pytest.mark.parametrize(
    ("accept", "name", "is_raw"),
    [
        ("image/*", "x.png", True),
        ("image/png", "x.PNG", True),
        ("IMAGE/PNG", "x.png", True),
        ("image/png, */*", "x.png", True),
        ("image/*;q=0.8, application/json;q=0.5", "x.png", True),
        (BROWSER, "x.webp", True),
        ("image/*", "x.txt", False),
        ("*/*", "x.png", False),
        ("application/json", "x.png", False),
        ("application/json, image/*", "x.png", False),
        ("image/*;q=0, */*", "x.png", False),
        ("image/*;q=0.5, */*;q=0.8", "x.png", False),
        (BROWSER, "x.png", False),
    ],
)
def test_a_file_is_sent_to_those_who_prefer_its_type(drawing, accept, name, is_raw):
    answer = run(drawing, {"name": name}, Accept=accept)
    assert answer.status == 200
    if is_raw:
        assert (answer.body, answer.headers["content-type"]) == (b"\x89" * 5, f"image/{name[2:].lower()}")
        assert "content-encoding" not in answer.headers
    else:
        assert answer.json["output"].startswith("data:")


@pytest.mark.parametrize("size", [1, 2, 3, 2_000_003])
def test_a_file_is_sent_to_those_who_ask_for_it(drawing, size):
    answer = run(drawing, {"size": size}, "/predictions?raw=1")
    assert (answer.body == b"\x89" * size, answer.headers["content-type"]) == (True, "image/png")
    # What a model makes is shown by browsers, but doesn't act for this server.
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_results_that_are_kept(drawing):
    id = run(drawing).json["id"]
    for path, accept in ((f"/predictions/{id}?raw=1", "*/*"), (f"/predictions/{id}", "image/*")):
        answer = drawing.request("GET", path, headers={"Accept": accept})
        assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"\x89" * 5, "image/png")
    assert drawing.get(f"/predictions/{id}").json["output"].startswith("data:image/png;base64,")


def test_put_waits_for_the_file(drawing):
    answer = drawing.request("PUT", "/predictions/p?raw=1", {"input": {}})
    assert answer.body == b"\x89" * 5


def test_what_is_no_file_is_json(drawing, shared):
    failed = run(drawing, {"fail": True}, "/predictions?raw=1")
    assert (failed.status, failed.json["status"]) == (200, "failed")
    assert "no picture" in failed.json["error"]
    waiting = run(drawing, {"wait": True}, "/predictions?raw=1", Prefer="respond-async")
    assert (waiting.status, waiting.json["status"]) == (202, "starting")
    shown = drawing.request("GET", f"/predictions/{waiting.json['id']}?raw=1")
    assert shown.json["status"] in ("starting", "processing")
    drawing.cancel(waiting.json["id"])
    drawing.wait_status("READY")
    assert run(drawing, {"name": "../"}, "/predictions?raw=1").json["status"] == "failed"
    # A text that looks like a file is a text.
    echo = shared(
        source="from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self, x: str) -> str: return x"
    )
    url = "data:text/html;base64," + "QUJD" * 50_000
    assert run(echo, {"x": url}, "/predictions?raw=1").json["output"] == url
    id = run(echo, {"x": url}).json["id"]
    assert echo.get(f"/predictions/{id}?raw=1").json["output"] == url


def test_uploaded_files_stay_addresses(fresh, receiver):
    server = fresh(source=FILE_OUTPUT, flags=("--upload-url", f"{receiver.url}/up"))
    answer = run(server, path="/predictions?raw=1")
    assert answer.json["output"].startswith(f"{receiver.url}/up/")
