"""Downloads that need several requests: retries, waits that a server asks for, cookies of redirects (4.1)."""

import email.utils
import time

import pytest
from support.receiver import Answer
from support.waiting import wait_for


@pytest.fixture
def server(shared):
    return shared("kinds")


def text(server, url):
    answer = server.predict({"path": url}).json
    assert answer["status"] == "succeeded", answer
    return answer["output"]["path"]["text"]


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status, body=b"sorry, not yet") for status in (429, 500, 501, 503, 599)),
        Answer(body=b"half", claimed_length=9),
    ],
    ids=lambda answer: str(answer.status),
)
def test_failed_attempt_is_repeated_from_the_beginning(server, receiver, answer):
    url = receiver.on("/file.txt", answer, Answer(body=b"all"))
    assert text(server, url) == "all"
    assert len(receiver.at("/file.txt")) == 2
    assert "range" not in receiver.at("/file.txt")[1].headers


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "wish",
    [lambda: "2", lambda: email.utils.formatdate(time.time() + 3, usegmt=True)],
    ids=["seconds", "date"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honored(server, receiver, status, wish):
    """The usual wait is 0.2 s; a date has whole seconds."""
    url = receiver.on("/file.txt", Answer(status, {"Retry-After": wish()}), Answer(body=b"all"))
    assert text(server, url) == "all"
    first, second = receiver.at("/file.txt")
    assert second.time - first.time > 1


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 410, 416])
def test_refusal_is_not_repeated(server, receiver, status):
    url = receiver.on("/file.txt", Answer(status, {"Retry-After": "0"}))
    assert server.predict({"path": url}).json["status"] == "failed"
    assert len(receiver.at("/file.txt")) == 1


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize("end", ["cancel", "leave"])
def test_wait_ends_with_its_prediction(server, receiver, end):
    """The next prediction has the only slot; the receiver isn't asked again."""
    url = receiver.on("/file.txt", Answer(429, {"Retry-After": "600"}))
    if end == "cancel":
        running = server.begin({"path": url}, id="waits")
        receiver.wait("/file.txt")
        server.cancel("waits")
        assert running.result().json["status"] == "canceled"
    else:
        with server.raw() as connection:
            body = b'{"input": {"path": "%s"}}' % url.encode()
            head = (
                b"POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            )
            connection.send(head % len(body) + body)
            receiver.wait("/file.txt")
    wait_for(lambda: server.status() == "READY", "a free slot")
    assert server.predict({"s": "next"}).json["status"] == "succeeded"
    assert len(receiver.at("/file.txt")) == 1


@pytest.mark.ours(strict=False)
def test_cookies_of_a_redirect_go_back_to_their_host_alone(server, receiver):
    """A login that sets a cookie and leads back, another host in between, and a second download."""
    elsewhere = f"http://localhost:{receiver.port}"
    receiver.on("/in", Answer(302, {"Location": "/gate", "Set-Cookie": "pass=w0rd; Path=/; HttpOnly"}))
    receiver.on("/gate", Answer(302, {"Location": f"{elsewhere}/away"}))
    receiver.on("/away", Answer(302, {"Location": f"{receiver.url}/back", "Set-Cookie": "evil=1; Domain=127.0.0.1"}))
    receiver.on("/back", Answer(body=b"seen"))
    assert text(server, receiver.url + "/in") == "seen"
    assert [receiver.at(path)[0].headers.get("cookie") for path in ("/in", "/gate", "/away", "/back")] == [
        None,
        "pass=w0rd",
        None,
        "pass=w0rd",
    ]
    assert text(server, receiver.url + "/back") == "seen"
    assert "cookie" not in receiver.at("/back")[1].headers


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "answer",
    [Answer(429, {"Retry-After": "0"}), Answer(503), Answer(hangs_up=True)],
    ids=["429", "503", "hangs up"],
)
def test_file_that_the_model_reads_is_tried_again(server, receiver, answer):
    url = receiver.on("/file.txt", answer, Answer(body=b"all"))
    answer = server.predict({"file": url}).json
    assert answer["status"] == "succeeded", answer
    assert len(receiver.at("/file.txt")) == 2


@pytest.mark.ours(strict=False)
def test_file_that_the_model_reads_gets_cookies_of_redirects(server, receiver):
    receiver.on("/with-cookie", Answer(302, {"Location": "/file.txt", "Set-Cookie": "key=value"}))
    receiver.on("/file.txt", Answer(body=b"all"))
    assert server.predict({"file": receiver.url + "/with-cookie"}).json["status"] == "succeeded"
    assert receiver.at("/file.txt")[0].headers["cookie"] == "key=value"
