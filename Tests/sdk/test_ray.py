"""`cog.ray`: models on one Ray of two CPUs and two GPUs that aren't there."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cases import ROOT
from support.client import Client, Response
from support.receiver import Receiver
from support.waiting import Background

sys.path.insert(0, str(ROOT / "benchmarks" / "ray"))

import scenes
from cluster import Cluster, RayError, alive, wait_for

# Made by scripts/test.sh, with what scripts/ray.txt lists and the wheels.
PYTHON = os.environ.get("COG_TEST_RAY", str(ROOT / ".envs" / "ray" / "bin" / "python"))
SMALL = {"ray_actor_options": {"num_cpus": 0.1}, "graceful_shutdown_wait_loop_s": 0.1}

PAGE = (ROOT / "docs" / "ray-serve.md").read_text()
COMMANDS = [shlex.split(line) for line in re.findall(r"^serve run .*$", PAGE, re.MULTILINE)]

# Says in files of its folder how far it is, and waits for one to go on.
GATE = """
import os, time
from cog import BasePredictor, CancelationException

class Predictor(BasePredictor):
    def predict(self, mark: str) -> str:
        gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        open("begun-" + mark, "w").close()
        try:
            while not os.path.exists("open-" + mark):
                time.sleep(0.01)
        except CancelationException:
            open("canceled-" + mark, "w").close()
            raise
        return gpu
"""
STREAM = """
import os, time
from typing import Iterator
from cog import BasePredictor, streaming

class Predictor(BasePredictor):
    @streaming
    def predict(self, mark: str) -> Iterator[str]:
        yield "first"
        while not os.path.exists("open-" + mark):
            time.sleep(0.01)
        yield "second"
"""
FILES = """
import shutil
from cog import BasePredictor, Path

class Predictor(BasePredictor):
    def predict(self, file: Path) -> Path:
        shutil.copy(file, "copy.bin")
        return Path("copy.bin")
"""
SICK = """
import os
from cog import BasePredictor

class Predictor(BasePredictor):
    def predict(self) -> int:
        return os.getppid()

    def healthcheck(self) -> bool:
        return not os.path.exists("sick")
"""
# With the file, a worker that starts dies.
FRAGILE = """
import os
from cog import BasePredictor

class Predictor(BasePredictor):
    def setup(self) -> None:
        if os.path.exists("broken"):
            os._exit(1)

    def predict(self) -> int:
        return os.getpid()
"""
BROKEN = """
from cog import BasePredictor

class Predictor(BasePredictor):
    def setup(self) -> None:
        raise ValueError("no weights in this folder")

    def predict(self) -> int:
        return 1
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(PYTHON, cpus=2, gpus=2)
    try:
        yield cluster
    finally:
        cluster.stop()


class App:
    """A model that is deployed, and requests to it."""

    def __init__(self, cluster: Cluster, folder: Path, name: str, source: str, **arguments: Any) -> None:
        self.cluster, self.name, self.folder = cluster, name, folder
        (folder / "predict.py").write_text(source)
        cluster.do("deploy", name=name, model="predict.py:Predictor", directory=str(folder), **{**SMALL, **arguments})

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        with Client(self.cluster.port) as client:
            return client.request(method, f"/{self.name}{path}", body, headers)

    def predict(self, headers: dict[str, str] | None = None, **input: Any) -> Response:
        return self.request("POST", "/predictions", {"input": input}, headers)

    def wait_file(self, name: str) -> None:
        wait_for((self.folder / name).exists, name)

    def open(self, *marks: str) -> None:
        for mark in marks:
            (self.folder / f"open-{mark}").touch()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A folder with the files of docs/ray-serve.md."""
    for name, text in re.findall(r"^```\w+\n# (\w+\.\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def gate(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> App:
    """Two replicas, each with a GPU, one slot, and room for one more request."""
    options = {"num_replicas": 2, "max_ongoing_requests": 2, "ray_actor_options": {"num_cpus": 0.1, "num_gpus": 1}}
    return App(cluster, tmp_path_factory.mktemp("gate"), "gate", GATE, **options)


# MARK: - Without a cluster


def run(code: str, folder: Path, *arguments: str) -> Any:
    """What code prints as JSON, run by the interpreter that has Ray."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    done = subprocess.run([PYTHON, "-c", code, *arguments], cwd=folder, env=kept, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def test_the_sdk_alone_loads_no_ray(tmp_path: Path) -> None:
    code = "import json, sys, cog, cog.server.http; cog.BasePredictor; print(json.dumps('ray' in sys.modules))"
    assert run(code, tmp_path) is False


def test_without_ray_the_error_says_what_to_install(tmp_path: Path) -> None:
    code = """if True:
        import json, sys
        sys.modules["ray"] = None
        try:
            import cog.ray
        except ModuleNotFoundError as error:
            print(json.dumps(str(error)))
    """
    assert "pip install 'ray[serve]'" in run(code, tmp_path)


# MARK: - Options


DECORATED = """
import torch
from cog import BasePredictor, batched, concurrent

class One(BasePredictor):
    def predict(self) -> str:
        return ""

class Seven(BasePredictor):
    @concurrent(max=7)
    async def predict(self) -> str:
        return ""

class Batches(BasePredictor):
    @batched(max_size=8)
    def predict(self, s: list[str]) -> list[str]:
        return s
"""


@pytest.mark.parametrize(
    ("model", "arguments", "requests"),
    [
        ("One", {}, 1),
        ("Seven", {}, 7),
        ("Batches", {}, 16),
        ("Missing", {}, 1),
        ("Seven", {"env": '{"COG_MAX_CONCURRENCY": "3", "COG_WORKERS": "2"}'}, 6),
        ("One", {"env": '{"COG_WORKERS": "auto"}', "ray_actor_options": '{"num_gpus": 4}'}, 4),
        ("One", {"ray_actor_options": '{"runtime_env": {"env_vars": {"COG_WORKERS": "3"}}}'}, 3),
        ("One", {"max_ongoing_requests": "9"}, 9),
    ],
)
def test_requests_at_a_time_come_from_the_slots(
    cluster: Cluster, tmp_path: Path, model: str, arguments: dict[str, str], requests: int
) -> None:
    """From the settings, otherwise from the model's decorators, whose packages needn't be here."""
    (tmp_path / "predict.py").write_text(DECORATED)
    arguments = {"model": f"predict.py:{model}", "directory": str(tmp_path), **arguments}
    assert cluster.do("describe", arguments=arguments)["max_ongoing_requests"] == requests


def test_autoscaling_aims_at_the_slots(cluster: Cluster) -> None:
    arguments = {"model": "m.py:M", "num_replicas": "auto", "max_ongoing_requests": "3"}
    assert cluster.do("describe", arguments=arguments)["scaling"] == [1, 100, 3]


def test_the_commands_of_the_page_are_understood(cluster: Cluster, page: Path) -> None:
    arguments = [dict(word.split("=", 1) for word in command[3:]) for command in COMMANDS]
    made = [cluster.do("describe", arguments=each) for each in arguments]
    made.append(cluster.do("describe", file=str(page / "app.py")))
    (application,) = yaml.safe_load((page / "serve.yaml").read_text())["applications"]
    assert application["import_path"] == "cog.ray:app"
    made.append(cluster.do("describe", arguments=application["args"]))
    assert [each["replicas"] for each in made] == [2, 1, 2, 2, 2]
    assert [each["max_ongoing_requests"] for each in made] == [1, 1, 2, 1, 1]
    assert made[1]["scaling"] == [1, 4, 1]


# MARK: - Requests


def test_each_replica_has_its_own_gpu(gate: App) -> None:
    running = []
    for mark in ("gpu-a", "gpu-b"):
        running.append(Background(gate.predict, mark=mark))
        gate.wait_file(f"begun-{mark}")
    gate.open("gpu-a", "gpu-b")
    assert sorted(each.result().json["output"] for each in running) == ["0", "1"]


def test_below_the_prefix_is_the_whole_server(gate: App) -> None:
    document = gate.request("GET", "/openapi.json")
    assert document.status == 200 and "/predictions" in document.json["paths"]
    assert gate.request("GET", "/health-check?x=%2F").json["status"] in ("READY", "BUSY")
    assert gate.request("HEAD", "/health-check").body == b""
    assert gate.request("GET", "/nothing%2Fhere").status == 404
    refused = gate.predict(wrong=1)
    assert refused.status == 422 and refused.json["detail"][0]["loc"] == ["body", "input", "mark"]


def test_a_client_that_leaves_cancels(gate: App) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gate.cluster.port)
    body = json.dumps({"input": {"mark": "left"}})
    connection.request("POST", "/gate/predictions", body, {"Content-Type": "application/json"})
    gate.wait_file("begun-left")
    connection.close()
    gate.wait_file("canceled-left")


def test_a_prediction_is_found_from_every_replica(gate: App) -> None:
    receiver = Receiver()
    try:
        body = {"input": {"mark": "async"}, "webhook": receiver.url + "/hook", "webhook_events_filter": ["completed"]}
        begun = gate.request("POST", "/predictions", body, {"Prefer": "respond-async"})
        assert begun.status == 202
        path = f"/predictions/{begun.json['id']}"
        gate.wait_file("begun-async")
        # Each of these goes to a replica at random.
        assert [gate.request("GET", path).json["status"] for _ in range(8)] == ["processing"] * 8
        assert {gate.request("GET", f"/v1{path}").json["status"] for _ in range(4)} == {"processing"}
        assert gate.request("POST", path + "/cancel").status == 200
        gate.wait_file("canceled-async")
        wait_for(lambda: receiver.at("/hook"), "the webhook")
        assert receiver.at("/hook")[0].json["status"] == "canceled"
        assert {gate.request("GET", path).json["status"] for _ in range(4)} == {"canceled"}
        assert gate.request("GET", "/predictions/unknown").status == 404
    finally:
        receiver.close()


def test_replicas_follow_asynchronous_predictions(cluster: Cluster, tmp_path: Path) -> None:
    """Their clients are gone, but they count as ongoing: the second one gets its own replica."""
    scaling = {"min_replicas": 1, "max_replicas": 2, "upscale_delay_s": 0.1, "metrics_interval_s": 0.1}
    app = App(cluster, tmp_path, "scaled", GATE, autoscaling_config={**scaling, "look_back_period_s": 0.5})
    try:
        for mark in ("a", "b"):
            assert app.predict({"Prefer": "respond-async"}, mark=mark).status == 202
            app.wait_file(f"begun-{mark}")
        assert len(cluster.servers("scaled")) == 2
    finally:
        app.open("a", "b")
        cluster.do("delete", name="scaled")


def test_events_come_as_they_happen(cluster: Cluster, tmp_path: Path) -> None:
    app = App(cluster, tmp_path, "stream", STREAM)
    with Client(cluster.port).stream("POST", "/stream/predictions", {"input": {"mark": "x"}}) as events:
        assert events.until("output")[-1].data == {"chunk": "first", "index": 0}
        app.open("x")
        assert events.until("completed")[-1].data["output"] == ["first", "second"]
    cluster.do("delete", name="stream")


def test_files_pass_both_ways(cluster: Cluster, tmp_path: Path) -> None:
    """As a form that takes many messages, and as the answer itself."""
    app = App(cluster, tmp_path, "files", FILES, env={"COG_API_KEY": "secret"})
    content = os.urandom(3_000_000)
    form = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + content
    fields = {"Content-Type": "multipart/form-data; boundary=limit", "Accept": "application/octet-stream"}
    form += b"\r\n--limit--\r\n"
    assert app.request("POST", "/predictions", form, fields).status == 401
    fields["X-API-Key"] = "secret"
    answer = app.request("POST", "/predictions", form, fields)
    assert answer.status == 200 and answer.headers["content-type"] == "application/octet-stream"
    assert answer.body == content
    # Without a length, in chunks.
    connection = http.client.HTTPConnection("127.0.0.1", cluster.port)
    chunks = (form[start : start + 100_000] for start in range(0, len(form), 100_000))
    connection.request("POST", "/files/predictions", chunks, fields, encode_chunked=True)
    assert connection.getresponse().read() == content
    connection.close()
    cluster.do("delete", name="files")


def test_other_deployments_call_by_handle(gate: App) -> None:
    gate.open("handle")
    assert gate.cluster.do("call", name="gate", input={"mark": "handle"}) in ("0", "1")
    with pytest.raises(RayError, match=r"ServerError.*mark"):
        gate.cluster.do("call", name="gate", input={})


# MARK: - Life


def test_a_setup_that_fails_is_the_deployments_error(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(RayError):
        App(cluster, tmp_path, "broken", BROKEN, max_constructor_retry_count=1)
    assert "no weights in this folder" in cluster.do("status", name="broken")["message"]
    assert cluster.servers("broken") == []
    cluster.do("delete", name="broken")


def test_a_replica_that_is_not_well_is_replaced(cluster: Cluster, tmp_path: Path) -> None:
    """Its server has died, or the model's own check says so."""
    app = App(cluster, tmp_path, "sick", SICK, health_check_period_s=0.5)
    server = app.predict().json["output"]
    assert cluster.servers("sick") == [server]
    os.kill(server, signal.SIGKILL)
    second = wait_for(lambda: [pid for pid in cluster.servers("sick") if pid != server], "another server")[0]
    cluster.wait_running("sick", 1)
    (tmp_path / "sick").touch()
    wait_for(lambda: not alive(second), "the end of the sick one")
    (tmp_path / "sick").unlink()
    third = wait_for(lambda: [pid for pid in cluster.servers("sick") if pid != second], "a third server")[0]
    cluster.wait_running("sick", 1)
    assert app.predict().json["output"] == third
    cluster.do("delete", name="sick")
    wait_for(lambda: not alive(third), "the end of a deleted application's server")


def test_another_replica_takes_what_one_refuses(cluster: Cluster, tmp_path: Path) -> None:
    """A server whose workers keep dying answers 503, until Ray has replaced its replica."""
    options = {"num_replicas": 2, "health_check_period_s": 60, "env": {"COG_MAX_WORKER_FAILURES": "1"}}
    app = App(cluster, tmp_path, "fragile", FRAGILE, **options)
    broken, whole = cluster.workers("fragile")
    (tmp_path / "broken").touch()
    os.kill(broken, signal.SIGKILL)
    wait_for(lambda: "DEFUNCT" in {app.request("GET", "/health-check").json["status"] for _ in range(4)}, "DEFUNCT")
    answers = [app.predict() for _ in range(12)]
    assert [(each.status, each.json.get("output")) for each in answers] == [(200, whole)] * 12
    assert app.predict({"Prefer": "respond-async"}).status == 202
    cluster.do("delete", name="fragile")


def test_an_update_waits_for_asynchronous_predictions(cluster: Cluster, tmp_path: Path) -> None:
    """Their clients are gone, but their replica stays until they have ended and their webhooks are delivered."""
    # A server that is told to end gives its predictions no time, so it must be told later.
    app = App(cluster, tmp_path, "updated", GATE, env={"COG_SHUTDOWN_GRACE": "0.1"}, graceful_shutdown_timeout_s=60)
    receiver = Receiver()
    try:
        (server,) = cluster.servers("updated")
        body = {"input": {"mark": "late"}, "webhook": receiver.url + "/hook", "webhook_events_filter": ["completed"]}
        assert app.request("POST", "/predictions", body, {"Prefer": "respond-async"}).status == 202
        app.wait_file("begun-late")
        update = {"name": "updated", "model": "predict.py:Predictor", "directory": str(tmp_path), **SMALL}
        updating = Background(cluster.do, "deploy", **update, env={"COG_LOG_LEVEL": "warning"})
        wait_for(lambda: set(cluster.servers("updated")) - {server}, "the new replica's server")
        assert alive(server)
        app.open("late")
        wait_for(lambda: receiver.at("/hook"), "the webhook")
        assert receiver.at("/hook")[0].json["status"] == "succeeded"
        wait_for(lambda: not alive(server), "the end of the old server")
        updating.result()
    finally:
        receiver.close()
    cluster.do("delete", name="updated")


def test_the_command_line_deploys(cluster: Cluster, page: Path) -> None:
    """With the first command of the page. Ray copies the working directory, and the servers run in its copies."""
    program, what, *words = COMMANDS[0]
    options = ["--address", cluster.address, "--working-dir", ".", "--non-blocking"]
    options += ["--name", "typed", "--route-prefix", "/typed"]
    done = subprocess.run(
        [Path(PYTHON).parent / program, what, *options, *words, 'ray_actor_options={"num_cpus": 0.1}'],
        cwd=page,
        env=cluster.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with Client(cluster.port) as client:
        answer = client.request("POST", "/typed/predictions", {"input": {"name": "Ada"}})
    assert answer.json["output"] == "Hello, Ada!"
    places = [Path(os.readlink(f"/proc/{pid}/cwd")) for pid in cluster.servers("typed")]
    assert len(places) == 2 and all(place != page and place.is_relative_to(cluster.folder) for place in places)
    cluster.do("delete", name="typed")


def test_nothing_is_lost_that_need_not_be(cluster: Cluster) -> None:
    """A short run of benchmarks/ray/acceptance.py."""
    directory = str(ROOT / "benchmarks" / "ray")
    scenes.deploy(cluster, directory, 2)
    scenes.requests(cluster, 2, 40)
    scenes.worker_kill(cluster, 4, 1)
    before = cluster.servers(scenes.NAME)
    os.kill(cluster.replicas(scenes.NAME)[0], signal.SIGKILL)
    wait_for(lambda: not all(map(alive, before)), "the end of the killed replica's server")
    cluster.wait_running(scenes.NAME, 2)
    scenes.rolling_update(cluster, directory, 2, 4)
