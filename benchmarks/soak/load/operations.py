"""The things clients do, each with the answers it may get. Anything else is unexpected."""

import base64
import http.client
import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .receiver import FILE, Receiver

ANSWER_SECONDS = 30.0
FREE_SLOT_SECONDS = 15.0
YIELDS = 300


class UnexpectedAnswer(Exception):
    """An answer that a correct server does not give."""


@dataclass
class Target:
    """A running server and what its operations share."""

    port: int
    receiver: Receiver
    webhooks: set[str] = field(default_factory=set)
    """Predictions whose terminal webhook must arrive."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)


Operation = Callable[[Target], None]


def send(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **fields: str) -> None:
    """Sends a request; `body` is sent as JSON unless it is bytes."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in fields.items()}}
    connection.request(method, path, data, headers)


def ask(target: Target, method: str, path: str, body: Any = None, **fields: str) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = target.connect()
    try:
        send(connection, method, path, body, **fields)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def when_free(request: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """Asks again while all slots are taken: they may be, but never for long. 503 while a worker is replaced."""
    deadline = time.monotonic() + FREE_SLOT_SECONDS
    while True:
        status, body = request()
        if status not in (409, 503) or time.monotonic() > deadline:
            return status, body
        time.sleep(0.01)


def expect(what: str, status: int, body: bytes, wanted: int, outcome: str | None = None) -> dict[str, Any]:
    if status != wanted:
        raise UnexpectedAnswer(f"{what}: {status} {body[:200]!r}")
    answer: dict[str, Any] = json.loads(body) if body.startswith(b"{") else {}
    if outcome is not None and answer.get("status") != outcome:
        raise UnexpectedAnswer(f"{what}: {body[:200]!r} where {outcome} was expected")
    return answer


def predict(target: Target, what: str, outcome: str, **values: Any) -> dict[str, Any]:
    status, body = when_free(lambda: ask(target, "POST", "/predictions", {"input": values}))
    return expect(what, status, body, 200, outcome)


# MARK: - Predictions


def small(target: Target) -> None:
    answer = predict(target, "small", "succeeded", kind="yield", n=1, text="x")
    if answer["output"] != ["0x"] or answer["logs"] != "yield 1\n" or answer["metrics"]["asked"] != {"n": 1}:
        raise UnexpectedAnswer(f"small: {answer}")


def many(target: Target) -> None:
    """A keep-alive connection, request after request."""
    connection = target.connect()
    try:
        for _ in range(50):

            def request() -> tuple[int, bytes]:
                body = json.dumps({"input": {"kind": "yield", "n": 2}})
                connection.request("POST", "/predictions", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                return answer.status, answer.read()

            status, body = when_free(request)
            expect("many", status, body, 200, "succeeded")
    finally:
        connection.close()


def large(target: Target) -> None:
    text = "ü" * random.randrange(10_000, 100_000)
    if predict(target, "large", "succeeded", kind="yield", n=1, text=text)["output"] != ["0" + text]:
        raise UnexpectedAnswer("large: another text came back")


def failing(target: Target) -> None:
    if "asked to fail" not in predict(target, "failing", "failed", kind="fail")["error"]:
        raise UnexpectedAnswer("failing: the error does not say why")


def crash(target: Target) -> None:
    """The model takes its process down; the server answers, and serves the next one."""
    status, body = when_free(lambda: ask(target, "POST", "/predictions", {"input": {"kind": "crash"}}))
    expect("crash", status, body, 200, "failed")


# MARK: - Event streams


def stream(target: Target) -> None:
    body = {"input": {"kind": "yield", "n": YIELDS}}
    status, text = when_free(lambda: ask(target, "POST", "/predictions", body, Accept="text/event-stream"))
    expect("stream", status, text, 200)
    if text.count(b"event: output\n") != YIELDS or b'"status":"succeeded"' not in text[text.rindex(b"event: ") :]:
        raise UnexpectedAnswer(f"stream: incomplete, ends with {text[-200:]!r}")


def abandoned_stream(target: Target) -> None:
    """The reader goes away in the middle: the prediction is canceled, and its slot is free again."""
    connection = target.connect()
    try:
        body = json.dumps({"input": {"kind": "sleep", "n": 60_000}})
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        connection.request("POST", "/predictions", body, headers)
        answer = connection.getresponse()
        if answer.status == 200:
            answer.read(10)
        elif answer.status not in (409, 503):
            raise UnexpectedAnswer(f"abandoned stream: {answer.status} {answer.read()[:200]!r}")
    finally:
        connection.close()


def attached_stream(target: Target) -> None:
    """Begun by one client, seen from its start by a second one that comes later, read by a third when it is over."""
    identifier = uuid.uuid4().hex
    path = f"/predictions/{identifier}"
    body = {"input": {"kind": "yield", "n": 50}}
    status, text = when_free(lambda: ask(target, "PUT", path, body, Prefer="respond-async"))
    expect("begun", status, text, 202)
    status, text = when_free(lambda: ask(target, "PUT", path, body, Accept="text/event-stream"))
    expect("attached stream", status, text, 200)
    # Whoever comes after the end gets a prediction of his own under this id, which is as complete.
    if text.count(b"event: output\n") != 50 or b'"status":"succeeded"' not in text[text.rindex(b"event: ") :]:
        raise UnexpectedAnswer(f"attached stream: incomplete, ends with {text[-200:]!r}")
    answer = expect("result", *ask(target, "GET", path), 200, "succeeded")
    if len(answer["output"]) != 50:
        raise UnexpectedAnswer(f"result: {str(answer)[:200]}")


# MARK: - Cancelling


def canceled(target: Target) -> None:
    identifier = uuid.uuid4().hex
    result: list[tuple[int, bytes]] = []
    body = {"input": {"kind": "sleep", "n": 60_000}}

    def run() -> None:
        try:
            result.append(when_free(lambda: ask(target, "PUT", f"/predictions/{identifier}", body)))
        except OSError as error:
            result.append((0, repr(error).encode()))

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        ask(target, "POST", f"/predictions/{identifier}/cancel")  # 404 until it has its slot
        thread.join(random.uniform(0, 0.03))
    expect("canceled", *result[0], 200, "canceled")


def hung_up(target: Target) -> None:
    """The client of a synchronous prediction closes its connection: that cancels it."""
    body = b'{"input":{"kind":"sleep","n":60000}}'
    head = b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", target.port), ANSWER_SECONDS) as connection:
        connection.sendall(head % len(body) + body)
        time.sleep(random.uniform(0, 0.02))


# MARK: - Webhooks and files


def with_webhook(target: Target) -> None:
    identifier = uuid.uuid4().hex
    body = {"id": identifier, "input": {"kind": "yield", "n": 3}, "webhook": f"{target.receiver.url}/hook"}
    status, text = when_free(lambda: ask(target, "POST", "/predictions", body, Prefer="respond-async"))
    expect("with webhook", status, text, 202)
    with target.lock:
        target.webhooks.add(identifier)


def file_as_data_url(target: Target) -> None:
    url = "data:application/octet-stream;base64," + base64.b64encode(FILE).decode()
    _file(target, "file as data URL", url)


def file_by_http(target: Target) -> None:
    _file(target, "file by http", f"{target.receiver.url}/file.bin")


def _file(target: Target, what: str, url: str) -> None:
    output = predict(target, what, "succeeded", kind="file", file=url)["output"]
    if not str(output).startswith(target.receiver.url):
        raise UnexpectedAnswer(f"{what}: the output is {str(output)[:200]}")


def missing_file(target: Target) -> None:
    predict(target, "missing file", "failed", kind="file", file=f"{target.receiver.url}/missing")


def file_of_a_dead_host(target: Target) -> None:
    """Takes some seconds: the server tries again before it gives up."""
    predict(target, "file of a dead host", "failed", kind="file", file="http://127.0.0.1:9/none")


# MARK: - What is no prediction


def health(target: Target) -> None:
    status, body = ask(target, "GET", "/health-check")
    answer = expect("health", status, body, 200)
    if answer["status"] not in ("READY", "BUSY", "STARTING"):
        raise UnexpectedAnswer(f"health: {answer}")


def document(target: Target) -> None:
    status, body = ask(target, "GET", "/openapi.json")
    if status != 503:  # while a worker is replaced
        expect("document", status, body, 200)


def bad_requests(target: Target) -> None:
    for what, method, path, body, kind, wanted in [
        ("bad JSON", "POST", "/predictions", b'{"input":', "application/json", (400,)),
        ("bad envelope", "POST", "/predictions", b'{"id":5}', "application/json", (422,)),
        ("bad input", "POST", "/predictions", b'{"input":{"kind":5}}', "application/json", (422, 503)),
        ("bad type", "POST", "/predictions", b"kind=x", "application/x-www-form-urlencoded", (415,)),
        ("bad route", "GET", "/nowhere", None, "application/json", (404,)),
        ("bad method", "DELETE", "/predictions", None, "application/json", (405,)),
        ("unknown id", "POST", f"/predictions/{uuid.uuid4().hex}/cancel", None, "application/json", (404,)),
    ]:
        status, answer = ask(target, method, path, body, Content_Type=kind)
        if status not in wanted:
            raise UnexpectedAnswer(f"{what}: {status} {answer[:200]!r}")


def garbage(target: Target) -> None:
    """Bytes that are no HTTP, a head that never ends, a body that stops: the connection ends, nothing else does."""
    for data in (random.randbytes(200) + b"\r\n\r\n", b"GET / HTTP/1.1\r\nA: b", b"POST /predictions HTTP/1.1\r\n"
                 b"Host: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", target.port), ANSWER_SECONDS) as connection:
            try:
                connection.sendall(data)
                time.sleep(random.uniform(0, 0.01))
            except ConnectionError:
                continue  # it was quicker


MODEL: list[Operation] = [
    *[small, small, many, large, failing, stream, attached_stream, abandoned_stream, canceled, hung_up, with_webhook],
]
CRASHING: list[Operation] = [small, small, failing, stream, canceled, with_webhook, crash]
FILES: list[Operation] = [*[file_as_data_url, file_by_http, missing_file] * 8, file_of_a_dead_host]
OTHER: list[Operation] = [health, health, document, bad_requests, garbage]
