"""What arrives in the model, and files that are fetched for it (4)."""

import base64
import gzip
import json
import threading
import uuid
from pathlib import Path

import pytest
from support.receiver import Answer
from support.waiting import wait_for


@pytest.fixture
def server(shared):
    return shared("kinds")


@pytest.mark.parametrize(
    ("name", "value", "kind", "text"),
    [
        ("s", "é\n", "str", repr("é\n")),
        ("s", "", "str", "''"),
        ("i", 5, "int", "5"),
        ("i", -(2**63), "int", str(-(2**63))),
        ("i", 2**64 - 1, "int", str(2**64 - 1)),
        ("f", 1, "int", "1"),
        ("f", 1.5, "float", "1.5"),
        ("f", -0.0, "float", "-0.0"),
        ("f", 1e300, "float", "1e+300"),
        ("b", True, "bool", "True"),
        ("d", {"a": [1, None]}, "dict", "{'a': [1, None]}"),
        ("u", 5, "int", "5"),
        ("u", "5", "str", "'5'"),
    ],
)
def test_plain_values(server, name, value, kind, text):
    found = server.predict({name: value}).json["output"][name]
    assert found["repr"] == text or (name == "f" and found["repr"] == text + ".0")
    assert found["type"] == kind or name == "f"


def test_list_values_and_defaults(server):
    output = server.predict({"ls": ["x", "y"]}).json["output"]
    assert [item["repr"] for item in output["ls"]] == ["'x'", "'y'"]
    assert output["plain"]["repr"] == "'by default'"
    assert [item["repr"] for item in output["listed"]] == ["'a'", "'b'"]


@pytest.mark.ours
@pytest.mark.parametrize("value", [2**64, 10**30, -(10**40)])
def test_d22_big_integers_arrive_exactly(server, value):
    assert server.predict({"i": value}).json["output"]["i"] == {"type": "int", "repr": str(value)}


@pytest.mark.ours
@pytest.mark.parametrize(("text", "wanted"), [("1.0", "1"), ("1e2", "100")])
def test_d22_whole_float_for_an_int_arrives_as_int(server, text, wanted):
    answer = server.request("POST", "/predictions", f'{{"input":{{"i":{text}}}}}', {"Content-Type": "application/json"})
    assert answer.json["output"]["i"] == {"type": "int", "repr": wanted}


@pytest.mark.ours
def test_d23_key_order_is_kept_inwards(server):
    answer = server.request(
        "POST", "/predictions", '{"input":{"d":{"z":1,"a":{"y":1,"b":2}}}}', {"Content-Type": "application/json"}
    )
    assert answer.json["output"]["d"]["repr"] == "{'z': 1, 'a': {'y': 1, 'b': 2}}"


def test_secret(server):
    assert server.predict({"secret": "hush"}).json["output"]["secret"] == {
        "type": "Secret",
        "str": "**********",
        "value": "hush",
    }


def test_file_from_a_data_url(server):
    found = server.predict({"file": "data:text/plain;base64,aGVsbG8="}).json["output"]["file"]
    assert found["text"] == "hello"


def test_file_from_a_url(server, receiver):
    url = receiver.on("/dir/name.bin", Answer(body=b"remote"))
    found = server.predict({"file": url}).json["output"]["file"]
    assert (found["text"], found["name"]) == ("remote", "name.bin")


# MARK: - Paths


@pytest.mark.every_python
@pytest.mark.parametrize(
    ("url", "text", "ending"),
    [
        ("data:image/png;base64,iVBORw0=", "\x89PNG\r", ".png"),
        ("data:image/jpeg;base64,AAEC", "\0\x01\x02", ".jpg"),
        ("data:text/html,<b>hi</b>", "<b>hi</b>", ".html"),
        ("data:,a%20b", "a b", ".txt"),
        ("data:text/plain;charset=utf-8;base64,aGk=", "hi", ".txt"),
        ("data:audio/mpeg;base64,aGk=", "hi", ".mp3"),
        ("data:application/octet-stream;base64,", "", ""),
    ],
)
def test_path_from_a_data_url(server, url, text, ending):
    found = server.predict({"path": url}).json["output"]["path"]
    assert found["text"] == text
    assert found["name"].endswith(ending)


def test_large_data_url(server):
    data = bytes(range(256)) * (32 << 12)
    found = server.predict({"path": "data:application/octet-stream;base64," + base64.b64encode(data).decode()}).json
    assert found["output"]["path"]["text"].encode("latin-1") == data


@pytest.mark.every_python
def test_path_from_a_url(server, receiver):
    url = receiver.on("/img.png", Answer(body=b"\x89PNG"))
    found = server.predict({"path": url + "?x=1"}).json["output"]["path"]
    assert found["text"] == "\x89PNG"
    assert found["name"].endswith("img.png")
    assert found["mode"] == 0o600
    request = receiver.at("/img.png")[0]
    assert (request.method, request.path) == ("GET", "/img.png?x=1")
    assert request.headers["accept"] == "*/*"
    assert "gzip" in request.headers["accept-encoding"]
    assert request.headers["user-agent"]


@pytest.mark.parametrize(
    ("target", "ending"),
    [
        ("/a%20b+c.txt", "a b c.txt"),
        ("/x/%C3%BC.txt", "ü.txt"),
        ("/dir/", ""),
        ("/a%2Fb.txt", "a_b.txt"),
        ("/a%00b.txt", "a_b.txt"),
        ("/x.tar.gz", "x.tar.gz"),
    ],
)
def test_name_of_the_file(server, receiver, target, ending):
    found = server.predict({"path": receiver.url + target}).json
    assert found["status"] == "succeeded"
    assert found["output"]["path"]["name"].endswith(ending)
    assert "/" not in found["output"]["path"]["name"]


def test_long_name_is_shortened_and_keeps_its_extension(server, receiver):
    found = server.predict({"path": receiver.url + "/" + "n" * 400 + ".png"}).json["output"]["path"]
    assert found["name"].endswith(".png")
    assert len(found["name"].encode()) <= 255


def test_redirects_are_followed_and_the_original_name_is_kept(server, receiver):
    receiver.on("/second.bin", Answer(body=b"there"))
    receiver.on("/first.txt", Answer(302, {"Location": "/second.bin"}))
    found = server.predict({"path": receiver.url + "/first.txt"}).json["output"]["path"]
    assert found["text"] == "there"
    assert found["name"].endswith("first.txt")


def test_redirect_never_leaves_http(server, receiver):
    for target in ("file:///etc/hostname", "ftp://127.0.0.1:1/x", "gopher://127.0.0.1:1/x"):
        receiver.on("/r", Answer(302, {"Location": target}))
        answer = server.predict({"path": receiver.url + "/r"}).json
        assert answer["status"] == "failed"
        assert answer["error"].startswith("Input validation error: ")


def test_redirect_loop_ends(server, receiver):
    receiver.on("/loop", Answer(302, {"Location": "/loop"}))
    assert server.predict({"path": receiver.url + "/loop"}).json["status"] == "failed"
    assert len(receiver.at("/loop")) < 60


def test_gzip_is_undone(server, receiver):
    url = receiver.on("/z.txt", Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"plain" * 100)))
    assert server.predict({"path": url}).json["output"]["path"]["text"] == "plain" * 100


def test_user_agent_from_the_environment(fresh, receiver):
    server = fresh("kinds", env={"COG_USER_AGENT": "my-agent/1"})
    assert server.predict({"path": receiver.url + "/x"}).json["status"] == "succeeded"
    assert receiver.at("/x")[0].headers["user-agent"] == "my-agent/1"


def test_list_of_urls_is_fetched_in_parallel_and_in_order(server, receiver):
    gate = threading.Event()
    urls = [receiver.on(f"/p{n}", Answer(body=b"%d" % n, gate=gate)) for n in range(4)]
    running = server.begin({"paths": urls})
    wait_for(lambda: len(receiver.requests) == 4, "all four downloads at once")
    gate.set()
    assert [item["text"] for item in running.result().json["output"]["paths"]] == ["0", "1", "2", "3"]


def test_annotated_path(server, receiver):
    url = receiver.on("/n", Answer(body=b"noted"))
    assert server.predict({"annotated": url}).json["output"]["annotated"]["text"] == "noted"


@pytest.mark.parametrize(("status", "text"), [(404, "404"), (500, "500"), (403, "403")])
def test_refused_download(server, receiver, status, text):
    url = receiver.on("/x.png", Answer(status))
    answer = server.predict({"path": url}).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Input validation error: ")
    assert text in answer["error"]
    assert url in answer["error"]


def test_404_keeps_its_wording(server, receiver):
    url = receiver.on("/x.png", Answer(404))
    assert (
        server.predict({"path": url}).json["error"]
        == f"Input validation error: 404 Client Error: Not Found for url: {url}"
    )


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(("data", "text"), [("aA", "h"), ("aGk", "hi"), ("aGV5", "hey"), ("aGV5aGk", "heyhi")])
def test_base64_without_padding(server, data, text):
    """RFC 4648, 3.2."""
    assert server.predict({"path": f"data:text/plain;base64,{data}"}).json["output"]["path"]["text"] == text


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "head", ["text/plain;base64 ", "text/plain; base64", ";base64\t", "text/plain;base64;charset=utf-8", "base64"]
)
def test_misplaced_base64_marker_is_an_error_not_text(server, head):
    answer = server.predict({"path": f"data:{head},aGk="})
    assert answer.status == 422
    assert "a data URL must have ;base64 right before its comma, without spaces" in answer.json["detail"][0]["msg"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x.png",
        "http://no-such-host.invalid/x",
        "data:nonsense",
        "data:image/png;base64,a",
        "data:image/png;base64,@@@@=",
    ],
)
def test_url_that_cannot_be_fetched(server, url):
    answer = server.predict({"path": url})
    # The original says so in the prediction, and its decoder skips invalid base64.
    if answer.status != 422 and not url.endswith("@@@@="):
        assert answer.json["status"] == "failed"
        assert answer.json["error"].startswith("Input validation error: ")
    assert answer.status != 422 or url.startswith("data:")
    assert server.predict({"s": "x"}).json["status"] == "succeeded"


def test_short_body_is_an_error(server, receiver):
    url = receiver.on("/short", Answer(body=b"ab", claimed_length=100))
    answer = server.predict({"path": url}).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Input validation error: ")


@pytest.mark.ours
@pytest.mark.parametrize("value", ["/etc/hostname", "file:///etc/hostname", "../x", "ftp://h/x", "relative.txt"])
def test_d24_local_paths_are_refused_clearly(server, value):
    answer = server.predict({"path": value})
    told = answer.text
    assert answer.status == 422 or (
        answer.json["status"] == "failed" and answer.json["error"].startswith("Input validation error: ")
    )
    assert "path" in told


@pytest.mark.ours
def test_d24_scheme_is_read_in_any_case(server, receiver):
    url = receiver.on("/up", Answer(body=b"upper"))
    assert server.predict({"path": url.replace("http://", "HTTP://")}).json["output"]["path"]["text"] == "upper"


@pytest.mark.ours
def test_d26_list_that_mixes_urls_and_local_paths_is_refused(server, receiver):
    answer = server.predict({"paths": [receiver.url + "/x", "/etc/hostname"]})
    assert answer.status == 422 or answer.json["error"].startswith("Input validation error: ")
    assert "paths" in answer.text


@pytest.mark.ours
def test_d25_one_unresolvable_annotation_leaves_the_others_working(fresh):
    assert fresh("bad_annotation").predict({"path": "data:,here"}).json["output"] == "here"


# MARK: - Temporary files


def files(server):
    return [path for path in server.temporary_entries() if path.is_file()]


def test_files_are_gone_after_success_failure_and_cancel(fresh, receiver):
    server = fresh(source=KEEPS)
    url = receiver.on("/x.bin", Answer(body=b"x"))
    assert server.predict({"path": url, "what": "return"}).json["output"] == "True"
    wait_for(lambda: not files(server), "no temporary file after success")
    assert server.predict({"path": url, "what": "raise"}).json["status"] == "failed"
    wait_for(lambda: not files(server), "no temporary file after failure")
    running = server.begin({"path": url, "what": "wait"}, id="c")
    server.mark_reached("reached")
    server.cancel("c")
    assert running.result().json["status"] == "canceled"
    wait_for(lambda: not files(server), "no temporary file after cancel")


KEEPS = """
import os, time
from cog import BaseRunner, Path
class Runner(BaseRunner):
    def run(self, path: Path, what: str = "return") -> str:
        if what == "raise":
            raise ValueError
        if what == "exit":
            os._exit(1)
        if what == "wait":
            open("reached", "w").close()
        while what == "wait":
            time.sleep(0.01)
        return str(path.exists())
"""


@pytest.mark.ours
def test_d27_failed_download_leaves_no_file(fresh, receiver):
    server = fresh("kinds")
    good = receiver.on("/good", Answer(body=b"x"))
    bad = receiver.on("/bad", Answer(404))
    before = server.temporary_entries()
    assert server.predict({"paths": [good, bad]}).json["status"] == "failed"
    wait_for(lambda: server.temporary_entries() == before, "the files of before alone", 5)


@pytest.mark.ours
def test_d18_no_directory_is_left_after_a_prediction(fresh, receiver):
    server = fresh("kinds")
    id = f"d18-{uuid.uuid4().hex}"  # new in each run: what the original leaves behind stays there
    url = receiver.on("/good", Answer(body=b"x"))
    before = server.temporary_entries()
    assert server.predict({"path": url}, id=id).json["status"] == "succeeded"
    assert not Path("/tmp/coglet/predictions", id).exists()
    wait_for(lambda: server.temporary_entries() == before, "the folders of before alone", 5)


@pytest.mark.ours
def test_d18_files_of_a_crashed_prediction_are_gone(fresh, receiver):
    server = fresh(source=KEEPS)
    url = receiver.on("/x.bin", Answer(body=b"x"))
    assert server.predict({"path": url, "what": "exit"}).json["status"] == "failed"
    server.wait_status("READY")
    wait_for(lambda: not files(server), "no temporary file", 5)
    # The server's own folder and that of its worker.
    assert len(server.temporary_entries()) == 2


@pytest.mark.ours
def test_d27_cancel_during_a_download_leaves_no_file(fresh, receiver):
    server = fresh(source=KEEPS)
    gate = threading.Event()
    url = receiver.on("/slow", Answer(gate=gate))
    running = server.begin({"path": url}, id="d")
    receiver.wait("/slow")
    assert server.cancel("d").status == 200
    gate.set()
    assert running.result().json["status"] == "canceled"
    wait_for(lambda: not files(server), "no temporary file")
    assert server.predict({"path": "data:,x"}).json["output"] == "True"


def test_input_of_32_mib(server):
    text = "x" * (32 << 20)
    body = json.dumps({"input": {"d": {"text": text}}}).encode()
    answer = server.request("POST", "/predictions", body, {"Content-Type": "application/json"}, timeout=60)
    assert answer.json["status"] == "succeeded"
    assert len(answer.json["output"]["d"]["repr"]) == len(text) + len("{'text': ''}")
