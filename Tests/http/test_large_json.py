"""Large JSON: bodies of any shape cost the server little more than themselves, and never hold it up."""

import json

import pytest
from support import processes
from support.waiting import Background

pytestmark = pytest.mark.ours

MIB = 1 << 20
JSON = {"Content-Type": "application/json"}
# What a server may use in addition to the body: connection buffers, and memory that the allocator keeps.
SLACK_KB = 8 * 1024

MODEL = """
from typing import Any
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, numbers: list[float] = [], text: str = "", files: list[Path] = [], anything: Any = None) -> str:
        return f"{len(numbers)} {len(text)} {len(anything or [])}"
"""

EMPTY_OBJECTS = b"[" + b"{}," * (12 * MIB // 3) + b"{}]"
FLOATS = json.dumps([n / 7 for n in range(400_000)]).encode()
KEYS = json.dumps({f"key{n:07}": n for n in range(200_000)}).encode()
SHORT_MEMBERS = b"{" + b'"":0,' * 600_000 + b'"":0}'
ESCAPES = b'"' + b"\\u00e9" * 500_000 + b'"'


@pytest.fixture
def server(shared):
    return shared(source=MODEL)


def grown_kb(server, body, status):
    """How much the server grows by a request that it answers so."""
    with processes.OwnPeak(server.pid) as peak:
        answer = server.post("/predictions", body, JSON)
    assert answer.status == status, answer.text[:1000]
    return answer, peak.grown_kb


# Members that nobody reads; inputs that the model doesn't know; inputs that it has; values that don't fit.
PLACES = {
    "envelope": (b'{"input":{},"unread":%s}', 200),
    "unknown": (b'{"input":{"unread":%s,"text":"x"}}', 200),
    "refused": (b'{"input":{"numbers":%s,"text":5}}', 422),
    "malformed": (b'{"input":{"numbers":%s}]', 400),
}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        pytest.param(value, place, id=f"{name}-{place}")
        for name, value, places in [
            ("empty-objects", EMPTY_OBJECTS, ["envelope", "unknown", "refused", "malformed"]),
            ("floats", FLOATS, ["envelope", "refused"]),
            ("keys", KEYS, ["unknown", "refused"]),
            ("short-members", SHORT_MEMBERS, ["unknown", "refused"]),
            ("escapes", ESCAPES, ["refused"]),
        ]
        for place in places
    ],
)
def test_body_costs_at_most_four_times_its_size(fresh, value, place):
    """12 MB of `{},` used to take 3 GiB, 10^5 keys 36 times their size.

    Each row has a server of its own: what another row had used would count as there already.
    """
    server = fresh(source=MODEL)
    form, status = PLACES[place]
    body = form % value
    answer, grown = grown_kb(server, body, status)
    assert grown < 4 * len(body) / 1024 + SLACK_KB
    if status == 200:
        assert answer.json["output"] == ("0 1 0" if place == "unknown" else "0 0 0")


def test_input_that_the_model_gets_costs_no_more(fresh):
    server = fresh(source=MODEL)
    body = b'{"input":{"numbers":%s,"anything":%s}}' % (FLOATS, KEYS)
    answer, grown = grown_kb(server, body, 200)
    assert answer.json["output"] == "400000 0 200000"
    assert grown < 4 * len(body) / 1024 + SLACK_KB


def test_many_names_in_envelope_members_cost_no_more(fresh):
    server = fresh(source=MODEL)
    context = json.dumps({f"key{n:07}": "" for n in range(200_000)}).encode()
    _, grown = grown_kb(server, b'{"context":%s,"input":{}}' % context, 200)
    assert grown < 4 * len(context) / 1024 + SLACK_KB


def test_more_than_a_million_values_are_accepted(shared):
    body = b'{"input":{},"unread":[' + b"0," * 1_500_000 + b"0]}"
    assert shared("noop").post("/predictions", body, JSON).status == 200


def test_server_answers_while_a_large_array_arrives(server):
    body = b'{"input":{"anything":[' + b"{}," * (40 * MIB // 3) + b"{}]}"
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        raw.send(b"Content-Length: %d\r\n\r\n" % (len(body) + 1))
        sent = Background(raw.send, body)
        while not sent.done():
            assert server.get("/health-check").json["status"] == "READY"
        sent.result()
        assert server.get("/health-check").json["status"] == "READY"
        raw.send(b"]")  # One bracket too many: nothing of this reaches the model.
        assert raw.read_response().status == 400


def test_server_answers_while_a_large_input_is_checked(server):
    """It used to be deaf for seconds: nothing was answered before the refusal."""
    body = b'{"input":{"numbers":[' + b"{}," * (20 * MIB // 3) + b"{}]}}"
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        raw.send(b"Content-Length: %d\r\n\r\n" % len(body))
        raw.send(body[:-1])
        order: list[str] = []

        def refused():
            answer = raw.read_response()
            assert answer.status == 422
            assert answer.json["detail"][-1]["msg"].startswith("the check stopped here")
            order.append("refused")

        waiting = Background(refused)
        raw.send(body[-1:])
        while "refused" not in order:
            assert server.get("/health-check").json["status"] == "READY"
            order.append("health")
        waiting.result()
    assert order.index("refused") > 3


def test_body_in_chunks_is_read_as_it_comes(server):
    body = b'{"input":{"numbers":%s,"text":"\\ud83d\\ude00"}}' % FLOATS
    with server.raw() as raw:
        raw.send(b"POST /predictions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(body), 100_003):
            piece = body[start : start + 100_003]
            raw.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        raw.send(b"0\r\n\r\n")
        assert raw.read_response().json["output"] == "400000 1 0"


def test_nul_in_a_name_is_no_end_of_it(server):
    """It used to be refused, since a name would have ended there."""
    assert server.predict({"anything": {"a\x00b": 1, "a": 2}}).json["output"] == "0 0 2"
    assert server.predict({"text\x00": 5, "text": "abc"}).json["output"] == "0 3 0"


def test_unknown_inputs_in_many_places_are_cut_out(server):
    members = [f'"unread{n}":{{"text":"no"}},"text":"{"x" * n}"' for n in range(300)]
    text = '{"input":{' + ",".join(members) + "}}"
    assert server.post("/predictions", text.encode(), JSON).json["output"] == "0 299 0"
