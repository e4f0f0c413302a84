"""KServe's two protocols: with the clients of KServe and of Triton, and request by request (new)."""

import base64
import json
import struct

import pytest
from support import clients, processes
from support.waiting import Background, wait_for

pytestmark = pytest.mark.ours(strict=False)

TEXTS = """
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self, text: str, times: int = 1) -> str:
        if text == "fail":
            raise ValueError("no such text")
        return text * times
"""
NUMBERS = """
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self, values: list[float]) -> list[float]:
        return [2 * value for value in values]
"""
FILES = """
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, file: Path, note: dict = {}) -> Path:
        Path("back.bin").write_bytes(file.read_bytes()[::-1])
        return Path("back.bin")
"""
DESCRIBED = """
from cog import BaseModel, BaseRunner, Path

class Output(BaseModel):
    sum: float
    words: list[str]

class Runner(BaseRunner):
    def run(self, values: list[float] = [], any: dict = {}, flag: bool = False) -> Output:
        return Output(sum=sum(values), words=[*any, str(flag)])
"""

BATCHED = """
from cog import BaseRunner, batched

class Runner(BaseRunner):
    @batched(max_size=4, max_wait=0.002)
    def run(self, text: list[str]) -> list[int]:
        return [len(text)] * len(text)
"""


@pytest.fixture
def server(shared):
    return shared(source=TEXTS)


@pytest.fixture
def numbers(shared):
    return shared(source=NUMBERS, env={"COG_MODEL_NAME": "numbers"})


@pytest.fixture
def files(shared):
    return shared(source=FILES)


def address(server):
    return f"127.0.0.1:{server.port}"


def infer(server, *inputs, headers=None, path="/v2/models/model/infer", **members):
    """A request in JSON; an input is a name, a datatype, a shape, and the data."""
    tensors = [dict(zip(("name", "datatype", "shape", "data"), each, strict=True)) for each in inputs]
    return server.post(path, {"inputs": tensors, **members}, headers)


def output(answer):
    assert answer.status == 200, answer.text
    (tensor,) = answer.json["outputs"]
    assert tensor["name"] == "output"
    return tensor


# MARK: - Clients


def test_client_of_kserve(server):
    found = clients.run("kserve_client.py", f"http://{address(server)}")
    assert found["v1 ready"] is True
    assert found["v1 predict"] == {"predictions": ["aa", "b"]}
    status, text = found["v1 error"]
    assert status == 400
    assert "instances[0]: text: Field required" in text
    assert found["v1 other"] == 404
    assert found["v2 live"] is found["v2 ready"] is found["v2 model ready"] is True
    assert found["v2 other ready"] is False
    for kind in ("json", "binary"):
        assert found[f"v2 {kind}"] == ["mine", "model", ["ééé"]]
        assert found[f"v2 {kind} batch"] == [[2], ["a", "b"]]


def test_client_of_triton(server, numbers, files):
    found = clients.run("triton_client.py", *map(address, (server, numbers, files)))
    live, ready, metadata = found["server"]
    assert (live, ready, metadata["name"]) == (True, True, "coglet")
    assert found["model"] == [True, True, False]
    assert found["metadata"] == {
        "name": "model",
        "versions": ["1"],
        "platform": "cog",
        "inputs": [
            {"name": "text", "datatype": "BYTES", "shape": [1]},
            {"name": "times", "datatype": "INT64", "shape": [1]},
        ],
        "outputs": [{"name": "output", "datatype": "BYTES", "shape": [1]}],
    }
    assert found["text json"] == found["text binary"] == ["mine", ["éé"]]
    assert found["batch"] == [[3], ["x", "y", "z"]]
    errors = found["errors"]
    assert {name: error[0] for name, error in errors.items()} == {
        "unknown model": "404",
        "unknown input": "400",
        "wrong type": "400",
        "missing": "400",
        "failure": "500",
    }
    assert "model, by COG_MODEL_NAME" in errors["unknown model"][1]
    assert "no input `no`; it takes `text`, `times`" in errors["unknown input"][1]
    assert errors["wrong type"][1] == "input `text`: takes BYTES, not FP32"
    assert errors["missing"][1] == "text: Field required"
    assert errors["failure"][1] == "Prediction failed: ValueError: no such text"
    for datatype in ("FP16", "FP32", "FP64", "INT8"):
        assert found[f"numbers {datatype}"] == ["float64", [2, -4, 8]]
    assert found["numbers batch"] == [[2, 4], [6, 8]]
    assert found["file"] is True


# MARK: - The first protocol


def test_models(server, numbers):
    assert server.get("/v1/models").json == {"models": ["model"]}
    assert numbers.get("/v1/models/numbers").json == {"name": "numbers", "ready": True}
    assert server.get("/v1/models/numbers").status == 404


def test_whatever_curl_calls_the_body(server):
    body = json.dumps({"instances": [{"text": "a"}]})
    for type in ("application/x-www-form-urlencoded", "application/json"):
        answer = server.post("/v1/models/model:predict", body, {"Content-Type": type})
        assert answer.json == {"predictions": ["a"]}


def test_instances_of_other_kinds(files, server):
    data = base64.b64encode(b"abc").decode()
    for instance in ({"b64": data}, {"file": {"b64": data}}, f"data:text/plain;base64,{data}"):
        (found,) = files.post("/v1/models/model:predict", {"instances": [instance]}).json["predictions"]
        assert base64.b64decode(found.partition(",")[2]) == b"cba"
    assert server.post("/v1/models/model:predict", {"instances": ["a", "b"]}).json == {"predictions": ["a", "b"]}
    assert server.post("/v1/models/model:predict", {"instances": []}).json == {"predictions": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "Failed to parse the request body as JSON"),
        ('{"instances"', "Failed to parse the request body as JSON"),
        ('{"inputs": []}', "with the member `instances`"),
        ('{"instances": 5}', "`instances` must be a list"),
        ('{"instances": [{"text": "a"}, {"text": 5}]}', "instances[1]: text: 5 is not of type "),
        (
            '{"instances": [{"text": "a"}, {"text": "fail"}]}',
            "instances[1]: Prediction failed: ValueError: no such text",
        ),
        ('{"instances": [{"text": "a", "times": "x"}, {}]}', "instances[0]: times: "),
    ],
)
def test_mistakes_in_instances(server, body, message):
    answer = server.post("/v1/models/model:predict", body)
    assert answer.status == (500 if "fail" in body else 400)
    assert list(answer.json) == ["error"]
    assert message in answer.json["error"]


def test_every_input_is_checked_before_the_first_runs(server):
    before = server.get("/metrics").text
    for _ in range(2):
        assert server.post("/v1/models/model:predict", {"instances": [{"text": "a"}, {}]}).status == 400

    def predictions(text):
        return [line for line in text.splitlines() if line.startswith("cog_predictions_total")]

    assert predictions(server.get("/metrics").text) == predictions(before)


# MARK: - The second protocol


def test_server(server):
    assert set(server.get("/v2").json) == {"name", "version", "extensions"}
    assert server.get("/v2/health/live").json == {"live": True}
    assert server.get("/v2/health/ready").json == {"ready": True}
    assert server.get("/v2/models/model/ready").json == {"name": "model", "ready": True}
    assert server.get("/v2/models/model/versions/1").json == server.get("/v2/models/model").json


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/models/other"),
        ("GET", "/v2/models/other/ready"),
        ("POST", "/v2/models/other/infer"),
        ("GET", "/v2/models/model/versions/2"),
        ("GET", "/v2/models/model/versions/2/ready"),
        ("POST", "/v2/models/model/versions/2/infer"),
        ("POST", "/v2/models/model/other/1/infer"),
        ("POST", "/v1/models/other:predict"),
        ("GET", "/v1/models/other"),
    ],
)
def test_other_models(server, method, path):
    answer = server.request(method, path, {"inputs": []} if method == "POST" else None)
    assert answer.status == 404
    assert "error" in answer.json


def test_inputs_of_every_kind(shared):
    server = shared(source=DESCRIBED)
    shown = {each["name"]: (each["datatype"], each["shape"]) for each in server.get("/v2/models/model").json["inputs"]}
    assert shown == {"values": ("FP64", [-1]), "any": ("BYTES", [1]), "flag": ("BOOL", [1])}
    answer = infer(
        server,
        ("values", "UINT8", [2], [1, 2]),
        ("any", "BYTES", [1], ['{"a": 1}']),
        ("flag", "BOOL", [1], [True]),
    )
    found = output(answer)
    assert (found["datatype"], found["shape"]) == ("BYTES", [1])
    assert found["parameters"] == {"content_type": "application/json"}
    assert json.loads(found["data"][0]) == {"sum": 3, "words": ["a", "True"]}
    assert json.loads(output(infer(server, parameters={"flag": True}))["data"][0])["words"] == ["True"]


def test_batch_of_one_is_a_batch(numbers):
    """A client whose batches differ in size gets as many dimensions from each."""
    for count in (1, 2):
        answer = infer(numbers, ("values", "FP64", [count, 2], [1.0, 2.0] * count), path="/v2/models/numbers/infer")
        assert output(answer)["shape"] == [count, 2]


def test_what_predictions_share_is_no_way_to_the_servers_memory(fresh):
    """A small request may need much memory: each prediction gets the shared inputs."""
    server = fresh(source=TEXTS, env={"COG_MEMORY_BUDGET_BYTES": str(32 << 20)})
    before = processes.peak_rss_kb(server.pid)
    answer = infer(server, ("text", "BYTES", [1], ["x" * 20_000]), ("times", "INT64", [10_000], [1] * 10_000))
    assert answer.status == 503
    assert "no memory" in answer.json["error"]
    assert processes.peak_rss_kb(server.pid) - before < 64 * 1024
    assert output(infer(server, ("text", "BYTES", [1], ["ab"])))["data"] == ["ab"]


def test_files(files):
    def back(*data):
        found = output(infer(files, ("file", "BYTES", [1], list(data))))["data"][0]
        return base64.b64decode(found.partition(",")[2])

    assert back(base64.b64encode(b"abc").decode()) == b"cba"
    assert back("data:,xyz") == b"zyx"
    answer = infer(files, ("file", "BYTES", [1], ["no base64!"]))
    assert answer.status == 400
    assert "file: the file's URL can't be used" in answer.json["error"]


def test_binary_file_with_its_type(files):
    """The data after the JSON is a file's contents, in both directions."""
    contents = bytes(range(256))
    head = {
        "inputs": [
            {
                "name": "file",
                "datatype": "BYTES",
                "shape": [1],
                "parameters": {"binary_data_size": len(contents) + 4, "content_type": "image/png"},
            }
        ],
        "outputs": [{"name": "output", "parameters": {"binary_data": True}}],
    }
    text = json.dumps(head).encode()
    answer = files.post(
        "/v2/models/model/infer",
        text + struct.pack("<I", len(contents)) + contents,
        {"Inference-Header-Content-Length": str(len(text)), "Content-Type": "application/octet-stream"},
    )
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int(answer.headers["inference-header-content-length"])
    (tensor,) = json.loads(answer.body[:length])["outputs"]
    data = answer.body[length:]
    assert tensor["parameters"] == {"binary_data_size": len(data)}
    assert data == struct.pack("<I", len(contents)) + contents[::-1]


@pytest.mark.parametrize(
    ("inputs", "members", "message"),
    [
        ([("no", "BYTES", [1], ["a"])], {}, "no input `no`"),
        ([("text", "INT8", [1], [1])], {}, "input `text`: takes BYTES, not INT8"),
        ([("text", "BYTES", [3], ["a"])], {}, "the data has 1 elements, but the shape [3] has 3"),
        ([("times", "INT64", [1], [1])], {}, "text: Field required"),
        (
            [("text", "BYTES", [2], ["a", "fail"])],
            {},
            "prediction 1 of the batch: Prediction failed: ValueError: no such text",
        ),
        ([("text", "BYTES", [1], ["a"])], {"outputs": [{"name": "x"}]}, "there is no output"),
        ([("text", "BYTES", [1], ["a"])], {"id": 5}, "`id` must be a string"),
        ([("text", "BYTES", [10_001], ["a"] * 10_001)], {}, "more than 10000 predictions"),
        ([("text", "BYTES", [2, 1], [["a", "b"]])], {}, "a list of 2 in the place of one of 1: its shape is [2, 1]"),
        ([("text", "BYTES", [2, 1], [["a"]])], {}, "the data has a list of 1 in the place of one of 2"),
        ([("text", "BYTES", [2, 1], [["a"], "b"])], {}, 'the data has "b" in the place of a list of 1'),
        ([("text", "BYTES", [2, 1], [["a"], [["b"]]])], {}, 'element 1, ["b"], is not a valid BYTES'),
    ],
)
def test_mistakes_in_tensors(server, inputs, members, message):
    answer = infer(server, *inputs, **members)
    assert answer.status == (500 if "no such text" in message else 400)
    assert list(answer.json) == ["error"]
    assert message in answer.json["error"]


def test_nested_data_has_the_shape(numbers):
    def shape_of(shape, data):
        answer = infer(numbers, ("values", "FP64", shape, data), path="/v2/models/numbers/infer")
        return output(answer)["data"] if answer.status == 200 else answer.json["error"]

    assert shape_of([2, 3], [[1, 2, 3], [4, 5, 6]]) == shape_of([2, 3], [1, 2, 3, 4, 5, 6]) == [2, 4, 6, 8, 10, 12]
    assert "a list of 2 in the place of one of 3" in shape_of([2, 3], [[1, 2], [3, 4], [5, 6]])
    assert "a list of 4 in the place of one of 3" in shape_of([2, 3], [[1, 2, 3, 4], [5, 6]])


@pytest.mark.parametrize("shape", [[10_000, 0], [3, 0]])
def test_empty_tensors(numbers, shape):
    tensor = output(infer(numbers, ("values", "FP64", shape, []), path="/v2/models/numbers/infer"))
    assert (tensor["shape"], tensor["data"]) == (shape, [])


def test_empty_tensors_are_limited(numbers):
    for shape in ([10_001, 0], [1 << 40, 0], [0, 1 << 62, 1 << 62]):
        answer = infer(numbers, ("values", "FP64", shape, []), path="/v2/models/numbers/infer")
        assert answer.status == 400


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "s3://bucket/key"])
def test_urls_of_other_schemes_are_named(files, url):
    answer = infer(files, ("file", "BYTES", [1], [url]))
    assert answer.status == 400
    assert "expected as an http://, https:// or data: URL" in answer.json["error"]


def test_byte_order_mark(server):
    body = json.dumps({"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a"]}]})
    answer = server.post("/v2/models/model/infer", b"\xef\xbb\xbf" + body.encode())
    assert output(answer)["data"] == ["a"]
    answer = server.post("/v1/models/model:predict", b'\xef\xbb\xbf{"instances": ["b"]}')
    assert answer.json == {"predictions": ["b"]}


def test_refused_requests_have_the_protocols_form(fresh):
    server = fresh(source=TEXTS, env={"COG_API_KEY": "secret"})
    for method, path, headers, status in [
        ("GET", "/v2/models/model", {}, 401),
        ("PUT", "/v2/models/model/infer", {"X-API-Key": "secret"}, 405),
        ("POST", "/v2/health/live", {"X-API-Key": "secret"}, 405),
        ("POST", "/v1/models/model:predict", {"Origin": "http://evil.example"}, 403),
    ]:
        answer = server.request(method, path, headers=headers)
        assert (answer.status, list(answer.json)) == (status, ["error"])
    # Cog's own routes keep their form.
    assert list(server.get("/openapi.json").json) == ["error", "status"]


@pytest.mark.parametrize("length", ["-1", "x", "1000"])
def test_length_of_the_json_that_makes_no_sense(server, length):
    answer = infer(server, headers={"Inference-Header-Content-Length": length})
    assert answer.status == 400
    assert "Inference-Header-Content-Length" in answer.json["error"]


def test_large_tensors(numbers):
    """They are read, and their responses made, off the loop."""
    count = 200_000
    answer = infer(
        numbers, ("values", "FP64", [count], list(range(count))), path="/v2/models/numbers/infer", id="large"
    )
    assert answer.json["id"] == "large"
    assert output(answer)["shape"] == [count]
    assert output(answer)["data"][-1] == 2 * (count - 1)


def test_model_without_a_document(shared):
    server = shared(source=TEXTS, schema='{"paths": {}}')
    answer = infer(server, ("text", "BYTES", [1], ["a"]))
    assert answer.status == 400
    assert "it takes no inputs" in answer.json["error"]
    assert server.post("/v1/models/model:predict", {"instances": [{"text": "a"}]}).json == {"predictions": ["a"]}


# MARK: - Like any other request


def test_before_setup_has_finished(fresh):
    server = fresh("setup_waits", until="STARTING")
    assert server.get("/v2/health/live").json == {"live": True}
    for path in ("/v2/health/ready", "/v2/models/model/ready", "/v1/models/model"):
        answer = server.get(path)
        assert answer.status == 503
        assert answer.json["ready"] is False
        assert "Setup has not finished" in answer.json["error"]
    for answer in (
        infer(server),
        server.post("/v1/models/model:predict", {"instances": [{}]}),
        server.get("/v2/models/model"),
    ):
        assert answer.status == 503
        assert list(answer.json) == ["error"]


def test_key(fresh):
    server = fresh(source=TEXTS, env={"COG_API_KEY": "secret"})
    for path in ("/v2/health/live", "/v2/health/ready"):
        assert server.get(path).status == 200
    for path in ("/v2", "/v2/models/model", "/v2/models/model/ready", "/v1/models", "/v1/models/model"):
        assert server.get(path).status == 401
        assert server.request("GET", path, headers={"X-API-Key": "secret"}).status == 200
    assert infer(server).status == 401
    assert infer(server, ("text", "BYTES", [1], ["a"]), headers={"X-API-Key": "secret"}).status == 200


def test_busy(fresh):
    server = fresh("gate", env={"COG_BUSY_STATUS": "503"})
    running = server.begin()
    server.mark_reached("reached")
    answer = infer(server)
    assert answer.status == 503
    assert "retry-after" in answer.headers
    assert "At capacity" in answer.json["error"]
    (server.cwd / "go").touch()
    running.result()


def test_instances_fill_the_first_batch(fresh):
    server = fresh(source=BATCHED)
    for count, sizes in ((4, [4] * 4), (6, [4, 4, 4, 4, 2, 2]), (1, [1])):
        assert server.post("/v1/models/model:predict", {"instances": ["a"] * count}).json["predictions"] == sizes


def test_waiting_is_no_refusal(fresh):
    """A request's own predictions wait for their turn where others are refused, and those of another client come between."""
    server = fresh("gate", env={"COG_QUEUE_LIMIT": "1"})
    batch = Background(infer, server, ("name", "BYTES", [3], ["a", "b", "c"]))
    server.mark_reached("reached")
    other = server.begin({"name": "d"})
    wait_for(lambda: "cog_predictions_queued 1\n" in server.get("/metrics").text, "the other one to wait")
    for name in "abcd":
        (server.cwd / name).touch()
    assert output(batch.result())["data"] == ["through"] * 3
    assert other.result().json["output"] == "through"


def test_replicates_routes_are_still_there(server):
    answer = server.post("/v1/models/me/model/predictions", {"input": {"text": "a"}}, {"Prefer": "wait"})
    assert answer.json["output"] == "a"
    assert server.get("/v1/models/me/model/versions/1").json["id"] == "1"
    assert server.get("/v1/models/me/model").status == 404


def test_metrics_know_the_routes(server):
    infer(server, ("text", "BYTES", [1], ["a"]))
    server.get("/v2/models/anything")
    text = server.get("/metrics").text
    assert 'route="/v2/models/{model}/infer"' in text
    assert "anything" not in text
