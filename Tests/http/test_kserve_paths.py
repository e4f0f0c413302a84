"""The paths of KServe's two protocols (new)."""

import pytest

pytestmark = pytest.mark.ours

MODEL = """
from cog import BaseRunner

class Runner(BaseRunner):
    def run(self, text: str) -> str:
        return text
"""


@pytest.fixture
def server(shared):
    return shared(source=MODEL)


@pytest.fixture
def numbers(shared):
    return shared(source=MODEL, env={"COG_MODEL_NAME": "numbers"})


def test_document_has_the_routes(numbers):
    paths = numbers.get("/openapi.json").json["paths"]
    for path in ("/v1/models/numbers:predict", "/v2/models/numbers/infer", "/v2/models/numbers/versions/1/infer"):
        assert "200" in paths[path]["post"]["responses"]
    for path in (
        "/v1/models",
        "/v1/models/numbers",
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/numbers",
    ):
        assert "200" in paths[path]["get"]["responses"]
        assert numbers.get(path).status == 200
    # Those of platforms that have not started the server are not there.
    assert not {"/ping", "/invocations"} & set(paths)


@pytest.mark.parametrize("colon", ["%3A", "%3a"])
def test_escaped_colon(server, colon):
    assert server.post(f"/v1/models/model{colon}predict", {"instances": ["a"]}).json == {"predictions": ["a"]}


def test_escaped_slash_is_part_of_the_name(server):
    for path in ("/v2/models/model%2Fversions%2F1", "/v2/models/model/versions%2F1", "/v2/models/%2F"):
        answer = server.get(path)
        assert answer.status == 404
