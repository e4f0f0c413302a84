"""Bodies that are forms (multipart/form-data): files go to disk as they come, other fields follow the schema."""

import os
from uuid import uuid4

import pytest
from support import processes
from support.forms import BOUNDARY, TYPE, form, part
from support.receiver import Answer
from support.temporary import input_folders, may_mount, mounted
from support.waiting import wait_for

pytestmark = pytest.mark.ours

MODEL = """
from typing import Any, List, Optional, Union
from cog import BaseRunner, Input, Path, current_scope

class Runner(BaseRunner):
    def run(
        self, text: str = "", number: int = 0, ratio: float = 0.5, flag: bool = False, either: Union[int, str] = 0,
        mode: str = Input(default="a", choices=["a", "b"]), tags: List[str] = [], counts: List[int] = [],
        data: dict = {}, anything: Any = None, image: Optional[Path] = None, images: List[Path] = [],
        mixed: Union[Path, List[Path], None] = None, wait: Optional[Path] = None,
    ) -> Any:
        def read(value):
            if isinstance(value, list):
                return [read(one) for one in value]
            return [value.name[11:], value.read_bytes().decode("latin-1")] if isinstance(value, Path) else value
        given = {name: read(value) for name, value in locals().items() if name not in ("self", "read", "value", "wait")}
        given["context"] = current_scope().context
        if wait:
            import time
            open("waits", "w").write(str(wait))
            while True:
                time.sleep(0.01)
        return given
"""


@pytest.fixture
def server(shared):
    return shared(source=MODEL)


@pytest.fixture
def limited(shared):
    return shared(source=MODEL, env={"COG_DOWNLOAD_LIMIT_BYTES": "300000", "COG_BODY_LIMIT_BYTES": "1000"})


def send(server, *parts, method="POST", path="/predictions", body=None, **headers):
    fields = {"Content-Type": TYPE} | headers
    return server.request(method, path, form(*parts) if body is None else body, fields)


def given(server, *parts, **options):
    """The inputs that the model has got."""
    answer = send(server, *parts, **options)
    assert answer.status == 200, answer.text
    assert answer.json["status"] == "succeeded", answer.text
    return answer.json["output"]


def nothing_left(server):
    wait_for(lambda: not input_folders(server), "no input files left")


@pytest.mark.parametrize(
    ("name", "texts", "value"),
    [
        ("text", ["5"], "5"),
        ("text", ["true"], "true"),
        ("text", ["ü\r\n--\r\n"], "ü\r\n--\r\n"),
        ("text", [""], ""),
        ("number", ["-7"], -7),
        ("ratio", ["1e-3"], 0.001),
        ("ratio", ["2"], 2.0),
        ("flag", ["true"], True),
        ("either", ["12"], 12),
        ("either", ["twelve"], "twelve"),
        ("mode", ["b"], "b"),
        ("tags", ["one"], ["one"]),
        ("tags", ["1", "two"], ["1", "two"]),
        ("tags", ['["a", "b"]'], ["a", "b"]),
        ("counts", ["1", "2"], [1, 2]),
        ("counts", ["3"], [3]),
        ("counts", ["[]"], []),
        ("data", ['{"a": [1]}'], {"a": [1]}),
        ("anything", ["7"], "7"),
    ],
)
def test_texts_become_what_the_schema_says(server, name, texts, value):
    assert given(server, *(part(name, text) for text in texts))[name] == value


def test_json_parts_are_json(server):
    parts = [part("anything", '{"a": null}', type="application/json"), part("number", "7", "blob", "application/json")]
    output = given(server, *parts)
    assert (output["anything"], output["number"]) == ({"a": None}, 7)


def test_a_file_in_the_place_of_a_text_is_its_contents(server):
    assert given(server, part("text", "from a file", "prompt.txt", "text/plain"))["text"] == "from a file"


@pytest.mark.parametrize(
    ("file", "type", "name"),
    [
        ("photo.png", "image/png", "photo.png"),
        ("photo", "image/jpeg", "photo.jpg"),
        ("", "audio/wav", "file.wav"),
        ("../../etc/passwd", None, "passwd"),
        ("C:\\\\temp\\\\a b.tar.gz", None, "a b.tar.gz"),
        ("..", None, ".."),
        ("ü\x01.bin", None, "ü_.bin"),
        ("x" * 300 + ".png", None, "x" * 195 + "~.png"),
    ],
)
def test_files_have_the_names_that_clients_give(server, file, type, name):
    assert given(server, part("image", b"\x00\xff\r\n", file, type))["image"] == [name, "\x00ÿ\r\n"]


def test_encoded_file_names(server):
    disposition = "; filename=plain.png; filename*=UTF-8''na%C3%AFve.png"
    assert given(server, part("image", b"x", disposition=disposition))["image"][0] == "naïve.png"


def test_files_are_lists_where_lists_stand(server):
    output = given(server, *(part("images", text, f"{text}.txt") for text in "abc"), part("image", "d", "d.txt"))
    assert output["images"] == [["a.txt", "a"], ["b.txt", "b"], ["c.txt", "c"]]
    assert output["image"] == ["d.txt", "d"]
    assert given(server, part("images", "a", "a"))["images"] == [["a", "a"]]
    assert given(server, part("mixed", "a", "a"))["mixed"] == ["a", "a"]
    assert given(server, part("mixed", "a", "a"), part("mixed", "b", "b"))["mixed"] == [["a", "a"], ["b", "b"]]
    nothing_left(server)


def test_a_file_that_was_not_chosen_is_not_given(server):
    assert given(server, part("image", "", "", "application/octet-stream"))["image"] is None
    assert given(server, part("image", "", "empty", "application/octet-stream"))["image"] == ["empty.bin", ""]


def test_urls_stand_beside_files(server, receiver):
    url = receiver.on("/x.txt", Answer(body=b"fetched"))
    output = given(server, *(part("images", text) for text in ("data:,url", url)), part("images", "sent", "sent.txt"))
    assert [text for _, text in output["images"]] == ["url", "fetched", "sent"]
    assert given(server, part("image", "data:text/plain;base64,dXJs"))["image"][1] == "url"
    # What a file is called means nothing.
    assert given(server, part("image", "sent", "data:text/plain;base64,dXJs"))["image"][1] == "sent"
    refused = send(server, part("image", "/etc/passwd"))
    assert refused.status == 422
    assert "local paths" in refused.text


def test_the_envelope(server, receiver):
    parts = [
        part("context", '{"a": "b"}'), part("input", '{"number": 5, "tags": ["x"]}'), part("text", "t"),
        part("webhook", f"{receiver.url}/hook"), part("webhook_events_filter", "completed"),
    ]  # fmt: skip
    id = f"form-{uuid4()}"
    answer = send(server, *parts, part("id", id))
    assert answer.json["id"] == id
    output = answer.json["output"]
    assert (output["number"], output["tags"], output["text"]) == (5, ["x"], "t")
    assert output["context"] == {"a": "b"}
    assert [request.json["status"] for request in receiver.wait("/hook")] == ["succeeded"]


def test_put_and_the_shown_input(server):
    id = f"put-{uuid4()}"
    answer = send(
        server,
        part("wait", "w", "w.txt"),
        part("number", "3"),
        method="PUT",
        path=f"/predictions/{id}",
        Prefer="respond-async",
    )
    assert answer.status == 202
    path = server.mark_reached("waits")
    assert os.path.exists(path)
    shown = server.get(f"/predictions/{id}").json["input"]
    assert shown == {"wait": "upload:w.txt", "number": 3}
    # Who joins sends a file for nothing.
    joined = send(server, part("wait", "w", "w.txt"), method="PUT", path=f"/predictions/{id}", Prefer="respond-async")
    assert joined.status == 202
    wait_for(lambda: len(input_folders(server)) == 1, "the file of the second request to go")
    assert os.path.exists(path)
    assert server.cancel(id).status == 200
    nothing_left(server)


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ([part("number", "many")], 422, "number"),
        ([part("image", "x", "x.png"), part("image", "y", "y.png")], 422, "image"),
        ([part("id", "x" * 256)], 422, "255"),
        ([part("id", "a"), part("id", "b")], 422, "more than one field"),
        ([part("context", "{")], 422, "must be JSON"),
        ([part("text", b"\xff")], 422, "not UTF-8"),
        ([part("anything", "{", type="application/json")], 422, "must be JSON"),
        ([part("input", "[]")], 422, "object"),
        ([part("input", "[]"), part("number", "1")], 422, "object"),
        ([part("input", '{"number": 1}'), part("number", "1")], 422, "given twice"),
        ([part("webhook", "nowhere")], 422, "webhook"),
    ],
)
def test_bad_fields_are_refused_and_leave_nothing(server, parts, status, said):
    answer = send(server, part("wait", b"x" * 600_000, "w.bin"), *parts)
    assert (answer.status, said in answer.text) == (status, True), answer.text
    nothing_left(server)


FILE = part("image", b"x" * 600_000, "x.bin")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        FILE,
        FILE[:-2] + b"\r\n--limited--\r\n",
        FILE + b"--limit",
        FILE + b"--limit\r\n\r\n\r\n--limit--",
        FILE + b"--limit\r\nContent-Disposition: form-data\r\n\r\n\r\n--limit--",
    ],
    ids=range(7),
)
def test_what_is_no_form_is_400_and_leaves_nothing(server, body):
    answer = send(server, body=body)
    assert (answer.status, answer.json["status"]) == (400, "failed")
    assert "form" in answer.json["error"]
    nothing_left(server)


@pytest.mark.parametrize(
    "type", ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'x' * 71}"]
)
def test_a_type_without_boundary_is_400(server, type):
    answer = send(server, FILE, **{"Content-Type": type})
    assert (answer.status, "boundary" in answer.json["error"]) == (400, True)


@pytest.mark.parametrize("type", ["multipart/mixed; boundary=limit", "application/x-www-form-urlencoded"])
def test_other_forms_are_415(server, type):
    assert send(server, FILE, **{"Content-Type": type}).status == 415


def test_many_parts_and_long_heads_are_413(server):
    assert send(server, *[part("tags", "x")] * 1000).status == 200
    assert send(server, FILE, *[part("tags", "x")] * 1000).status == 413
    assert send(server, FILE, part("text", "x", disposition="; x=" + "x" * 20_000)).status == 413
    nothing_left(server)


def test_limits(limited):
    """Files have a limit each, all other fields have one together."""
    files = [part("images", b"x" * 300_000, "x")] * 3
    assert [len(text) for _, text in given(limited, *files, part("text", "x" * 1000))["images"]] == [300_000] * 3
    for parts, said in [
        ([part("images", b"x" * 300_001, "x")], "COG_DOWNLOAD_LIMIT_BYTES"),
        ([part("text", "x" * 600), part("tags", "x" * 401)], "COG_BODY_LIMIT_BYTES"),
        # Also those that the model doesn't know.
        ([part("unknown", b"x" * 1001, "x.bin", "image/png")], "COG_BODY_LIMIT_BYTES"),
    ]:
        answer = send(limited, *parts, *files)
        assert (answer.status, said in answer.json["error"]) == (413, True), answer.text
        nothing_left(limited)


def test_unknown_fields_are_left_out(server):
    assert given(server, part("unknown", "x"), part("file", "x", "x.bin"), part("number", "2"))["number"] == 2
    wait_for(lambda: "unknown, file" in server.log_text(), "the warning")


def test_compressed_forms_are_415(server):
    assert send(server, FILE, **{"Content-Encoding": "gzip"}).status == 415


@pytest.mark.parametrize("size", [1, 7, 70_000])
def test_chunked_forms(server, size):
    body = form(part("image", bytes(range(256)) * 2, "all.bin"), part("text", "end"))
    if size > 1000:
        body = form(part("image", bytes(range(256)) * 4000, "all.bin"), part("text", "end"))
    with server.raw() as raw:
        raw.send(
            b"POST /predictions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: multipart/form-data; boundary=limit\r\nExpect: 100-continue\r\n\r\n"
        )
        assert raw.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        chunks = [body[start : start + size] for start in range(0, len(body), size)]
        raw.send(b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n")
        output = raw.read_response().json["output"]
        assert output["image"][1].encode("latin-1") == bytes(range(256)) * (2 if size < 1000 else 4000)
        assert output["text"] == "end"
        # The connection lives on.
        raw.send(b"GET /health-check HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.read_response().status == 200


def begin(server, length=10_000_000):
    """A form with an incomplete file."""
    raw = server.raw()
    raw.send(
        f"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
        + part("image", b"x" * 1_000_000, "x.bin")
    )
    wait_for(lambda: any(path.is_file() for path in server.temporary_entries()), "a file that is being written")
    return raw


def test_a_client_that_leaves_leaves_nothing(server):
    begin(server).close()
    nothing_left(server)
    raw = begin(server)
    raw.half_close()
    assert raw.read_response().status == 400
    raw.close()
    nothing_left(server)


def test_a_shutdown_meanwhile_leaves_nothing(fresh):
    server = fresh(source=MODEL)
    with begin(server):
        assert server.stop() == 0  # and looks for what is left


def test_forms_before_setup_has_ended_are_503(fresh):
    server = fresh("setup_waits", until="STARTING")
    answer = send(server, FILE)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


SMALL = "mount -t tmpfs -o size=2m none /mnt"


@pytest.mark.skipif(not may_mount(mounted(SMALL)), reason="this user may not make mount namespaces")
def test_a_full_disk_is_507(fresh):
    server = fresh(source=MODEL, env={"TMPDIR": "/mnt"}, under=mounted(SMALL))
    body = form(part("image", b"x" * 8_000_000, "x.bin"))
    with server.raw() as raw:
        raw.send(
            f"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
            + body
        )
        answer = raw.read_response()
    assert (answer.status, "No space left on device" in answer.json["error"]) == (507, True)
    assert (
        'cog_runtime_prediction_rejected_total{operation="predict",reason="no_room"} 1\n' in server.get("/metrics").text
    )
    # What was written has made room again.
    wait_for(lambda: send(server, part("image", b"x" * 1_000_000, "x.bin")).status == 200, "room on the disk")


def test_memory_stays_flat(shared):
    server = shared(source=MODEL.replace("value.read_bytes().decode", "str(value.stat().st_size).encode().decode"))
    given(server, part("image", b"x" * 1_000_000, "x.bin"))
    before = processes.rss_kb(server.pid)
    piece = bytes(range(256)) * 4096
    with server.raw() as raw:
        start, end = part("image", b"", "x.bin")[:-2], b"\r\n" + form()
        length = len(start) + 200 * len(piece) + len(end)
        raw.send(
            f"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode()
            + start
        )
        for _ in range(200):
            raw.send(piece)
        raw.send(end)
        assert raw.read_response().json["output"]["image"][1] == str(200 * len(piece))
    assert processes.peak_rss_kb(server.pid) - before < 16 * 1024
