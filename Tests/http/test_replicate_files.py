"""Files that Replicate's clients store on the server, to name them in inputs (`/v1/files`)."""

import asyncio
import json
import pathlib

import pytest
from replicate.client import Client
from replicate.exceptions import ReplicateError
from support.environment import DEADLINE
from support.forms import TYPE, form, part
from support.receiver import Answer
from support.temporary import input_folders
from support.waiting import Background, wait_for

pytestmark = pytest.mark.ours

MODEL = """
import os, time
from cog import BaseRunner, File, Path

class Runner(BaseRunner):
    def run(
        self, file: Path = None, opened: File = None, files: list[Path] = [], wait: str = ""
    ) -> list[str]:
        while wait and not os.path.exists(wait):
            time.sleep(0.01)
        def read(path):
            text = path.read_text()
            path.write_text("changed by the model")
            return f"{path.suffix} {text}"
        return [
            *([read(file)] if file else []), *([opened.read().decode()] if opened else []), *(read(one) for one in files)
        ]
"""
LIMIT = 300_000


@pytest.fixture
def server(shared):
    # Whatever the server fetched from itself would be refused.
    return shared(source=MODEL, env={"COG_ALLOW_PRIVATE_ADDRESSES": "0"})


@pytest.fixture
def limited(fresh):
    return fresh(source=MODEL, env={"COG_DOWNLOAD_LIMIT_BYTES": str(LIMIT)})


def client_of(server, token="none"):
    client = Client(api_token=token, base_url=f"http://127.0.0.1:{server.port}", timeout=DEADLINE)
    client.poll_interval = 0.02
    return client


@pytest.fixture
def client(server):
    return client_of(server)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a text.txt"
    path.write_text("contents")
    return path


def store(server, *parts, **headers):
    return server.request("POST", "/v1/files", form(*parts), {"Content-Type": TYPE} | headers)


def stored(server, contents="contents", name="text.txt", **headers):
    answer = store(server, part("content", contents, name), **headers)
    assert answer.status == 201, answer.text
    return answer.json


def ids(server):
    return [file["id"] for file in server.get("/v1/files").json["results"]]


# MARK: - Replicate's client


def test_open_files_are_inputs(client, text):
    with text.open("rb") as file:
        assert client.run("me/mine", input={"file": file}) == [".txt contents"]
        assert client.run("me/mine", input={"file": file}) == [".txt contents"]
    assert client.run("me/mine", input={"files": [text, text]}) == [".txt contents"] * 2


def test_files_that_the_model_opens(client, text):
    assert client.run("me/mine", input={"opened": text}) == ["contents"]


def test_async_client(server, text):
    async def run():
        return await client_of(server).async_run("me/mine", input={"file": text})

    assert asyncio.run(run()) == [".txt contents"]


def test_files_in_the_request_itself(server, client, text):
    before = ids(server)
    with text.open("rb") as file:
        output = client.run("me/mine", input={"file": file, "files": [file]}, file_encoding_strategy="base64")
    assert output == [".txt contents"] * 2
    assert ids(server) == before


def test_files_by_themselves(server, client, text):
    file = client.files.create(text, metadata={"a": [1]})
    assert (file.name, file.content_type, file.size, file.metadata) == ("a text.txt", "text/plain", 8, {"a": [1]})
    assert file.urls["get"] == f"http://127.0.0.1:{server.port}/v1/files/{file.id}"
    assert client.files.get(file.id) == file
    other = client.files.create(pathlib.Path(__file__))
    assert [one.id for one in client.files.list()][:2] == [other.id, file.id]
    # The same file, however often it is used, and whatever the model does to it.
    for _ in range(2):
        assert client.run("me/mine", input={"file": file.urls["get"]}) == [".txt contents"]
        assert client.run("me/mine", input={"file": file.urls["download"]}) == [".txt contents"]
    assert client.files.delete(file.id)
    with pytest.raises(ReplicateError):
        client.files.get(file.id)
    assert file.id not in [one.id for one in client.files.list()]
    assert client.files.delete(other.id)


def test_key(fresh, text):
    server = fresh(source=MODEL, env={"COG_API_KEY": "secret"})
    assert client_of(server, "secret").run("me/mine", input={"file": text}) == [".txt contents"]
    with pytest.raises(ReplicateError):
        client_of(server, "wrong").files.create(text)
    assert server.get("/v1/files").status == 401


# MARK: - Request by request


def test_what_is_told_of_a_file(server):
    facts = [
        part("content", "x", "dir/x.html"), part("filename", "y.png"), part("type", "image/png"),
        # As Node.js sends it.
        part("metadata", '{"b": 1}', "blob", "application/json"), part("other", "z"),
    ]  # fmt: skip
    file = store(server, *facts, **{"X-Forwarded-Host": "models.example", "X-Forwarded-Proto": "https"}).json
    assert (file["name"], file["content_type"], file["size"], file["metadata"]) == ("y.png", "image/png", 1, {"b": 1})
    assert file["urls"]["get"] == f"https://models.example/v1/files/{file['id']}"
    assert server.get(f"/v1/files/{file['id']}").json["urls"]["get"].startswith(f"http://127.0.0.1:{server.port}/")
    # By any name of the server: the id names the file.
    assert server.predict({"file": file["urls"]["get"]}).json["output"] == [".png x"]
    hour = [pathlib.PurePath(file[name]).name[11:13] for name in ("created_at", "expires_at")]
    assert int(hour[1]) == (int(hour[0]) + 1) % 24


def test_contents(server):
    contents = bytes(range(256)) * 4000
    file = stored(server, contents, "ü all.bin")
    path = f"/v1/files/{file['id']}/download"
    answer = server.get(path)
    assert answer.body == contents
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BC%20all.bin"
    assert answer.headers["content-security-policy"] == "sandbox"
    head = server.request("HEAD", path)
    assert (head.status, head.body, head.headers["content-type"]) == (200, b"", "application/octet-stream")
    assert server.get("/v1/files/nobody/download").status == 404
    assert server.get(f"/v1/files/{stored(server, '')['id']}/download").body == b""


def test_a_slow_reader_gets_everything(server):
    contents = bytes(range(256)) * 40_000
    file = stored(server, contents, "all.bin")
    with server.raw() as raw:
        raw.send(f"GET /v1/files/{file['id']}/download HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        raw.read_until(b"\r\n\r\n")
        # Removed while it is being sent.
        assert server.request("DELETE", f"/v1/files/{file['id']}").status == 204
        assert raw.read_until(b"\r\n0\r\n\r\n").count(bytes(range(256))) >= 39_000
    wait_for(lambda: not folders_with(server, len(contents)), "the file to go")


def folders_with(server, size):
    return [path for folder in input_folders(server) for path in folder.iterdir() if path.stat().st_size == size]


def test_a_file_stays_for_those_who_wait(fresh, tmp_path):
    server = fresh(source=MODEL, env={"COG_QUEUE_LIMIT": "5"})
    file = stored(server)
    first = server.begin({"wait": str(tmp_path / "go")})
    server.wait_status("BUSY")
    second = Background(server.predict, {"file": file["urls"]["get"]})
    wait_for(lambda: "cog_predictions_queued 1" in server.get("/metrics").text, "one that waits")
    assert server.request("DELETE", f"/v1/files/{file['id']}").status == 204
    (tmp_path / "go").touch()
    assert second.result().json["output"] == [".txt contents"]
    first.result()
    wait_for(lambda: not input_folders(server), "no files left")


@pytest.mark.parametrize("ending", ["", "?a=b", "#c"])
def test_a_file_that_isnt_here(server, ending):
    file = stored(server)
    assert server.request("DELETE", f"/v1/files/{file['id']}").status == 204
    assert server.request("DELETE", f"/v1/files/{file['id']}").status == 404
    answer = server.predict({"files": ["data:,x", file["urls"]["get"] + ending]})
    assert answer.status == 422
    (problem,) = answer.json["detail"]
    assert problem["loc"] == ["body", "input", "files/1"]
    assert "no such file" in problem["msg"]


def test_urls_that_only_look_alike(shared, receiver):
    server = shared(source=MODEL)
    for path in ("/v1/files/x", "/v1/files/cog-short", "/v1/files/cog-" + "a" * 26 + "/download"):
        url = receiver.on(path, Answer(body=b"fetched"))
        assert server.predict({"file": url}).json["output"][0].endswith(" fetched")


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ([part("file", "x", "x")], 422, "content"),
        ([part("content", "x", "x"), part("metadata", "[]")], 422, "JSON object"),
        ([part("content", "x", "x"), part("metadata", "{")], 422, "JSON object"),
        ([part("content", "x", "x"), part("metadata", json.dumps({"a": "x" * 5000}))], 422, "4096 bytes"),
        ([part("content", "x", "x"), part("filename", b"\xff")], 422, "UTF-8"),
        ([part("content", "x", "x")[:-2] + b"\r\n--limited"], 400, "form"),
    ],
)
def test_mistakes(server, parts, status, said):
    before = ids(server)
    answer = store(server, *parts)
    assert (answer.status, said in answer.text) == (status, True), answer.text
    assert ids(server) == before


@pytest.mark.parametrize("type", ["application/json", "image/png", None, "multipart/form-data"])
def test_other_bodies(server, type):
    answer = server.request("POST", "/v1/files", b"{}", {"Content-Type": type} if type else {})
    assert answer.status == (400 if type == "multipart/form-data" else 415)
    assert "multipart/form-data" in answer.json["error"]


def test_other_methods(server):
    answer = server.request("PUT", "/v1/files/x")
    assert (answer.status, answer.headers["allow"]) == (405, "GET,HEAD,DELETE")
    assert server.request("DELETE", "/v1/files/x").status == 404
    assert 'route="/v1/files/{file_id}",method="DELETE",status="404"' in server.get("/metrics").text


@pytest.mark.parametrize("foreign", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_pages_of_others_may_not_store_or_remove(server, foreign):
    file = stored(server)
    before = ids(server)
    assert store(server, part("content", "x", "x"), **foreign).status == 403
    assert server.request("DELETE", f"/v1/files/{file['id']}", headers=foreign).status == 403
    assert ids(server) == before


def test_document_has_the_routes(server):
    paths = server.get("/openapi.json").json["paths"]
    assert set(paths["/v1/files"]) == {"get", "post"}
    assert set(paths["/v1/files/{file_id}"]) == {"get", "delete"}
    assert "507" in paths["/v1/files"]["post"]["responses"]


# MARK: - Limits


def test_the_oldest_make_room(limited):
    files = [stored(limited, "x" * (LIMIT // 3))["id"] for _ in range(3)]
    assert ids(limited) == files[::-1]
    newest = stored(limited, "x")["id"]
    assert ids(limited) == [newest, *files[:0:-1]]
    answer = store(limited, part("content", "x" * (LIMIT + 1), "x"))
    assert (answer.status, "COG_DOWNLOAD_LIMIT_BYTES" in answer.json["error"]) == (413, True)
    assert ids(limited) == [newest, *files[:0:-1]]
    whole = stored(limited, "x" * LIMIT)["id"]
    assert ids(limited) == [whole]
    wait_for(lambda: len(input_folders(limited)) == 1, "the files of the others to go")


def test_number_of_files(fresh):
    server = fresh(source=MODEL)
    with server.client() as client:
        made = [
            client.request("POST", "/v1/files", form(part("content", "x", "x")), {"Content-Type": TYPE}).json["id"]
            for _ in range(1001)
        ]
    assert ids(server) == made[:0:-1]


def begin(server, contents, length):
    raw = server.raw()
    raw.send(
        f"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nContent-Type: {TYPE}\r\n\r\n".encode()
        + part("content", contents, "x")[:-2]
    )
    return raw


def test_what_arrives_counts(limited):
    first = stored(limited)["id"]
    with begin(limited, "x" * 290_000, 400_000):
        wait_for(lambda: ids(limited) == [first] and folders_at_least(limited, 250_000), "a file that arrives")
        answer = store(limited, part("content", "x" * 100_000, "x"))
        assert (answer.status, "stored here" in answer.json["error"]) == (507, True)
    wait_for(lambda: len(input_folders(limited)) == 1, "nothing left of it")
    assert ids(limited) == [first]
    stored(limited, "x" * LIMIT)


def folders_at_least(server, size):
    return [path for folder in input_folders(server) for path in folder.iterdir() if path.stat().st_size >= size]


def test_nothing_outlives_the_server(fresh):
    server = fresh(source=MODEL)
    stored(server)
    assert input_folders(server)
    server.stop()
    assert not server.temporary_entries()
