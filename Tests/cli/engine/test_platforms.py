"""One image, as each platform starts it."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from running import free_port, post, wait_for


@contextmanager
def started(engine, image: str, *options: str, port: int, probe: str, command: tuple[str, ...] = ()) -> Iterator[str]:
    """A container of the image, once the probe says that the model is ready; its address."""
    here = free_port()
    publish = ("--publish", f"127.0.0.1:{here}:{port}")
    container = engine.docker("run", "--rm", "--detach", *publish, *options, image, *command).stdout.strip()
    url = f"http://127.0.0.1:{here}"
    try:
        wait_for(lambda: status(url + probe) == 200, f"200 from {probe}")
        yield url
    finally:
        engine.docker("stop", "-t", "10", container)
        wait_for(lambda: not engine.containers(), "no container left")


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_sagemaker(hello_image, engine):
    with started(engine, hello_image, port=8080, probe="/ping", command=("serve",)) as url:
        assert post(url + "/invocations", {"s": "world"}) == "hello world"


def test_vertex(hello_image, engine):
    variables = {"AIP_HTTP_PORT": "8081", "AIP_HEALTH_ROUTE": "/v1/e/1", "AIP_PREDICT_ROUTE": "/v1/e/1:predict"}
    options = [option for name, value in variables.items() for option in ("--env", f"{name}={value}")]
    with started(engine, hello_image, *options, port=8081, probe="/v1/e/1") as url:
        body = {"instances": [{"s": "a"}, {"s": "b"}]}
        assert post(url + "/v1/e/1:predict", body) == {"predictions": ["hello a", "hello b"]}


PLAIN = {
    "plain": [],
    "any user": ["--user", "12345:54321"],
    "read-only": ["--read-only", "--tmpfs", "/tmp"],
    "any user and read-only": ["--user", "12345:0", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"],
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_server(hello_image, engine, name):
    with started(engine, hello_image, *PLAIN[name], port=5000, probe="/readyz") as url:
        assert post(url + "/predictions", {"input": {"s": "world"}})["output"] == "hello world"
        assert post(url + "/v1/models/model:predict", {"instances": ["a"]}) == {"predictions": ["hello a"]}
        tensor = {"name": "s", "datatype": "BYTES", "shape": [1], "data": ["b"]}
        (output,) = post(url + "/v2/models/model/infer", {"inputs": [tensor]})["outputs"]
        assert output["data"] == ["hello b"]
