"""Bodies of requests: their limit, compression, and byte order marks."""

import gzip
import json
import zlib

import pytest
from support import processes
from support.waiting import wait_for

pytestmark = pytest.mark.ours(strict=False)

JSON = {"Content-Type": "application/json"}
GZIP = {**JSON, "Content-Encoding": "gzip"}
MIB = 1 << 20
TOO_LARGE = {"error": "Failed to buffer the request body: length limit exceeded", "status": "failed"}


@pytest.fixture
def server(shared):
    return shared("script")


def body(code, **more):
    return json.dumps({"input": {"code": code}, **more}).encode()


def chunked(path, fields, data, size=1000):
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items())
    return (
        (head + "Transfer-Encoding: chunked\r\n\r\n").encode()
        + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        + b"0\r\n\r\n"
    )


# MARK: - The limit


def padded(size):
    """A body of exactly this size."""
    return b'{"input":{}}' + b" " * (size - 12)


@pytest.mark.parametrize("limit", [1000, 300_000])
def test_limit(fresh, limit):
    server = fresh("noop", env={"COG_BODY_LIMIT_BYTES": str(limit)})
    for size, status in ((limit, 200), (limit + 1, 413), (limit + 5 * MIB, 413)):
        answer = server.post("/predictions", padded(size), JSON)
        assert answer.status == status
        with server.raw() as raw:
            try:
                raw.send(chunked("/predictions", JSON, padded(size), 65536))
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent
            found = raw.read_response()
        assert found.status == status
        if status == 413:
            assert answer.json == found.json == TOO_LARGE


def test_larger_limit_than_the_default(fresh):
    server = fresh("noop", env={"COG_BODY_LIMIT_BYTES": str(200 * MIB), "COG_MEMORY_BUDGET_BYTES": str(1024 * MIB)})
    assert server.post("/predictions", padded(101 * MIB), JSON).status == 200


@pytest.mark.parametrize("value", ["0", "-1", "1e6", "3000000000", "100MB"])
def test_unusable_limit_is_named_in_the_log(fresh, value):
    server = fresh("noop", env={"COG_BODY_LIMIT_BYTES": value})
    assert server.post("/predictions", padded(2000), JSON).status == 200
    wait_for(lambda: "Ignoring COG_BODY_LIMIT_BYTES" in server.log_text(), "the warning")


# MARK: - Compression


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "identity, gzip"])
@pytest.mark.parametrize("count", [1, 100_000, 5_000_000])
def test_gzip(server, coding, count):
    """From one piece on the loop to many in the thread pool."""
    data = gzip.compress(body(f"return len({'x' * count!r})"))
    answer = server.post("/predictions", data, {**JSON, "Content-Encoding": coding})
    assert answer.json["output"] == count


def test_gzip_in_chunks_and_pipelined(server):
    data = gzip.compress(body("return 'a'" + "#" * 200_000))
    with server.raw() as raw:
        raw.send(
            chunked("/predictions", GZIP, data, 100)
            + chunked("/predictions", GZIP, gzip.compress(body("return 'b'")))
            + chunked("/predictions", JSON, body("return 'c'"))
        )
        assert [raw.read_response().json["output"] for _ in range(3)] == ["a", "b", "c"]


def test_gzip_of_an_asynchronous_prediction_and_a_put(server, receiver):
    url = receiver.on("/h")
    data = gzip.compress(body("return 1", webhook=url, webhook_events_filter=["completed"]))
    answer = server.request("PUT", "/predictions/z", data, {**GZIP, "Prefer": "respond-async"})
    assert answer.status == 202
    wait_for(lambda: receiver.requests, "the webhook")
    assert receiver.requests[0].json["output"] == 1


def test_several_gzip_members(server):
    text = body("return 'members'")
    assert (
        server.post("/predictions", gzip.compress(text[:9]) + gzip.compress(text[9:]), GZIP).json["output"] == "members"
    )


def test_identity_and_empty_bodies(server):
    assert server.post("/predictions", body("return 1"), {**JSON, "Content-Encoding": "identity"}).json["output"] == 1
    assert server.request("POST", "/predictions/x/cancel", None, {"Content-Encoding": "br"}).status == 404


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        gzip.compress(b"{}")[:-1],
        gzip.compress(b"{}") + b"x",
        gzip.compress(b"{}")[:-8] + bytes(8),
        zlib.compress(b"{}"),
        gzip.compress(b"x" * 1_000_000, 0)[:500_000],
    ],
    ids=["plain", "cut", "tail", "checksum", "zlib", "large-cut"],
)
def test_body_that_is_not_gzip_is_400(server, data):
    answer = server.post("/predictions", data, GZIP)
    assert (answer.status, answer.json["status"]) == (400, "failed")
    assert answer.json["error"].startswith("Failed to decompress the request body: ")
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, br", "gzip;q=1", "x"])
def test_unknown_coding_is_415(server, coding):
    answer = server.post("/predictions", body("return 1"), {**JSON, "Content-Encoding": coding})
    assert (answer.status, answer.json["status"]) == (415, "failed")
    assert "Content-Encoding: gzip" in answer.json["error"]
    assert answer.headers["accept-encoding"] == "gzip"


def test_limit_holds_after_decompression(fresh):
    server = fresh("noop", env={"COG_BODY_LIMIT_BYTES": "100000"})
    for size, status in ((100_000, 200), (100_001, 413), (50 * MIB, 413)):
        answer = server.post("/predictions", gzip.compress(padded(size)), GZIP)
        assert answer.status == status
        if status == 413:
            assert answer.json == TOO_LARGE


def test_bomb_costs_neither_memory_nor_the_server(fresh):
    """A gigabyte in a megabyte; and one that is compressed twice, of which only the outer layer is decompressed."""
    server = fresh("noop", env={"COG_BODY_LIMIT_BYTES": str(4 * MIB)})
    before = processes.peak_rss_kb(server.pid)
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(bytes(MIB)) for _ in range(1024)), packer.flush()])
    assert server.post("/predictions", bomb, GZIP).status == 413
    assert server.post("/predictions", gzip.compress(bomb), GZIP).status == 400
    assert processes.peak_rss_kb(server.pid) - before < 32 * 1024
    assert server.predict().json["output"] == "ok"


def test_memory_budget_holds_after_decompression(fresh):
    server = fresh("noop", env={"COG_MEMORY_BUDGET_BYTES": str(8 * MIB)})
    answer = server.post("/predictions", gzip.compress(padded(50 * MIB)), GZIP)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    wait_for(
        lambda: 'cog_memory_taken_bytes{by="requests"} 0' in server.get("/metrics").text, "everything to be given back"
    )
    assert server.post("/predictions", gzip.compress(padded(MIB)), GZIP).status == 200


# MARK: - Byte order marks


@pytest.mark.parametrize("content", [b'{"input":{}}', b" {} ", b"{}"])
def test_byte_order_mark_is_skipped(shared, content):
    server = shared("noop")
    assert server.post("/predictions", b"\xef\xbb\xbf" + content, JSON).json["output"] == "ok"
    assert server.post("/predictions", gzip.compress(b"\xef\xbb\xbf" + content), GZIP).json["output"] == "ok"


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf{}", b"{}\xef\xbb\xbf", b"\xef\xbb{}", b"\xff\xfe{\x00}\x00"],
    ids=["alone", "two", "at the end", "cut", "utf-16"],
)
def test_other_byte_order_marks_are_refused(server, data):
    assert server.post("/predictions", data, JSON).status == 400


def test_byte_order_mark_moves_nothing(server):
    """Long strings and files are passed on by their place in the body."""
    text = "ü" * 300_000
    found = server.post("/predictions", b"\xef\xbb\xbf" + body(f"return len({text!r})"), JSON)
    assert found.json["output"] == len(text)
