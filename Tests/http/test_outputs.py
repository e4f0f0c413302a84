"""What a model gives and what a client sees: shapes, conversion, files (5)."""

import base64
import json
import re

import pytest


@pytest.fixture
def script(shared):
    return shared("script")


def output(server, code):
    answer = server.predict({"code": code}).json
    assert answer["status"] == "succeeded", answer
    return answer["output"]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("return 'x'", "x"),
        ("return None", None),
        ("pass", None),
        ("return [1, 'a', None]", [1, "a", None]),
        ("return (1, 2)", [1, 2]),
        ("return []", []),
        ("return ()", []),
        ("return [5]", [5]),
        ("return (n for n in range(3))", [0, 1, 2]),
        ("return (n for n in ())", []),
        ("return {'a': 1}", {"a": 1}),
        ("return True", True),
        ("return 0", 0),
        ("return ''", ""),
    ],
)
def test_shape_without_array_in_the_document(script, code, wanted):
    assert output(script, code) == wanted


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("'one'", ["one"]),
        ("None", []),
        ("[]", []),
        ("[1]", [1]),
        ("(1, 2)", [1, 2]),
        ("(n for n in 'ab')", ["a", "b"]),
        ("{'a': 1}", [{"a": 1}]),
    ],
)
def test_shape_with_array_in_the_document(shared, code, wanted):
    assert output(shared("listing"), code) == wanted


@pytest.mark.parametrize("body", ["", "yield 'a'", "yield 'a'\nyield None\nyield [1]\nyield {'k': 1}"])
def test_generator(shared, body):
    wanted = {"": [], "yield 'a'": ["a"]}.get(body, ["a", None, [1], {"k": 1}])
    assert output(shared("script_stream"), body) == wanted


def test_value_returned_by_a_generator_is_ignored(shared):
    assert output(shared("script_stream"), "yield 1\nreturn 2") == [1]


def test_coroutine_that_returns_a_generator(shared):
    assert output(shared("script_async"), "return (n for n in range(3))") == [0, 1, 2]


def test_async_generator(shared):
    code = "import asyncio\nfor n in range(3):\n  yield n\n  await asyncio.sleep(0)"
    assert output(shared("script_async_stream"), code) == [0, 1, 2]


@pytest.mark.ours
def test_d28_output_of_a_failing_async_generator_is_kept(shared):
    answer = shared("script_async_stream").predict({"code": "yield 'a'\nraise ValueError('mid')"}).json
    assert (answer["status"], answer["output"]) == ("failed", ["a"])


def test_function_model(shared):
    server = shared(source=FUNCTION, reference="predict.py:run")
    assert server.predict({"n": 2}).json["output"] == [0, 1]


FUNCTION = """
def run(n: int = 1) -> list[int]:
    return list(range(n))
"""

IMPORTS = "import dataclasses, enum, datetime, collections, cog, os, pathlib, typing\n"


@pytest.mark.every_python
@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("return 2**63", 2**63),
        ("return 2**64 - 1", 2**64 - 1),
        ("return -2**63", -(2**63)),
        ("return 1.5", 1.5),
        ("return 1e300", 1e300),
        ("return 5e-324", 5e-324),
        ("return 0.1", 0.1),
        ("return {1: 'a', None: 'b', 1.5: 'c'}", {"1": "a", "null": "b", "1.5": "c"}),
        ("return collections.OrderedDict(b=1, a=2)", {"a": 2, "b": 1}),
        ("d = collections.defaultdict(int); d['x'] += 1; return d", {"x": 1}),
        (
            "return {'s': {1}, 'f': frozenset([2]), 't': (3,), 'g': (n for n in [4])}",
            {"s": [1], "f": [2], "t": [3], "g": [4]},
        ),
        ("return {'p': collections.namedtuple('P', 'x y')(1, 2)}", {"p": [1, 2]}),
        ("E = enum.Enum('E', {'A': 'sva'}); return E.A", "sva"),
        ("E = enum.IntEnum('E', {'A': 7}); return {'e': E.A}", {"e": 7}),
        ("return datetime.datetime(2020, 1, 2, 3, 4, 5)", "2020-01-02T03:04:05"),
        ("D = dataclasses.make_dataclass('D', ['a', 'b']); return D(1, [D(2, 3)])", {"a": 1, "b": [{"a": 2, "b": 3}]}),
        ("class M(cog.BaseModel):\n  a: int\n  b: str = 'x'\nreturn M(a=1)", {"a": 1, "b": "x"}),
        ("class M:\n  def model_dump(self): return {'v': 2}\nreturn M()", {"v": 2}),
        ("class M:\n  def dict(self): return {'v': 1}\nreturn [M()]", [{"v": 1}]),
    ],
)
def test_conversion(script, code, wanted):
    assert output(script, IMPORTS + code) == wanted


def test_strings_come_back_exactly(script):
    text = "".join(map(chr, range(0x80))) + 'é\u2028😀</script>"\\'
    assert output(script, "return ''.join(map(chr, range(128))) + 'é\\u2028\\U0001F600</script>\"\\\\'") == text


def test_text_is_raw_utf_8(script):
    assert "é😀".encode() in script.predict({"code": "return 'é😀'"}).body


@pytest.mark.ours
@pytest.mark.parametrize("value", ["2**70 + 1", "-2**65 - 1", "10**40 + 1"])
def test_d22_big_integers_leave_exactly(script, value):
    assert output(script, f"return [{value}, {{'deep': {value}}}]") == [eval(value), {"deep": eval(value)}]


@pytest.mark.ours
def test_d23_key_order_is_kept_outwards(script):
    assert list(output(script, "return {'z': 1, 'a': 2, 'm': {'y': 1, 'b': 2}}")) == ["z", "a", "m"]


@pytest.mark.ours
def test_better_secret_is_not_revealed(script):
    answer = script.predict({"code": "import cog; return {'s': cog.Secret('hush')}"})
    assert "hush" not in answer.text


def test_numpy_values(script):
    pytest.importorskip("numpy")
    code = "import numpy as np; return {'i': np.int64(5), 'f': np.float32(0.5), 'a': np.arange(4).reshape(2, 2), 'b': np.array([True])}"
    assert output(script, code) == {"i": 5, "f": 0.5, "a": [[0, 1], [2, 3]], "b": [True]}
    assert output(script, "import numpy as np; return np.float64(1.5)") == 1.5


def test_large_output(script):
    text = output(script, "return 'é' * (16 << 20)")
    assert text == "é" * (16 << 20)


def test_100_000_chunks(shared):
    assert output(shared("script_stream"), "yield from range(100_000)") == list(range(100_000))


# MARK: - Files

FILES = "import cog, pathlib, io, os, tempfile\n"


def data_url(kind, data):
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.every_python
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("o.png", "image/png"), ("o.JPG", "image/jpeg"), ("o.jpeg", "image/jpeg"), ("o.gif", "image/gif"), ("o.webp", "image/webp"),
        ("o.svg", "image/svg+xml"), ("o.mp3", "audio/mpeg"), ("o.wav", "audio/wav"), ("o.flac", "audio/flac"), ("o.ogg", "audio/ogg"),
        ("o.m4a", "audio/m4a"), ("o.mp4", "video/mp4"), ("o.mov", "video/quicktime"), ("o.webm", "video/webm"), ("o.mkv", "video/x-matroska"),
        ("o.txt", "text/plain"), ("o.md", "text/markdown"), ("o.csv", "text/csv"), ("o.html", "text/html"), ("o.json", "application/json"),
        ("o.pdf", "application/pdf"), ("o.zip", "application/zip"), ("o.tar.gz", "application/gzip"), ("o.tar", "application/x-tar"),
        ("o.glb", "model/gltf-binary"), ("o.gltf", "model/gltf+json"), ("o.srt", "application/x-subrip"), ("o.vtt", "text/vtt"), ("o.avif", "image/avif"),
        ("o.bin", "application/octet-stream"), ("o.safetensors", "application/octet-stream"), ("o.npy", "application/octet-stream"),
        ("o.pkl", "application/octet-stream"), ("o", "application/octet-stream"), ("o.unknown", "application/octet-stream"), (".png", "application/octet-stream"),
    ],
)  # fmt: skip
def test_file_and_its_media_type(script, name, kind):
    assert output(script, f"{FILES}p = cog.Path({name!r}); p.write_bytes(b'\\0data'); return p") == data_url(
        kind, b"\0data"
    )


def test_files_in_a_list_and_from_a_generator(shared, script):
    body = "for n in 'abc':\n  p = pathlib.Path(n + '.txt'); p.write_text(n)\n  {}"
    wanted = [data_url("text/plain", n) for n in (b"a", b"b", b"c")]
    assert output(script, FILES + "found = []\n" + body.format("found.append(p)") + "\nreturn found") == wanted
    assert output(shared("script_stream"), FILES + body.format("yield p")) == wanted


def test_nested_files(script):
    code = FILES + "p = pathlib.Path('n.png'); p.write_bytes(b'x'); return {'a': p, 'b': [p, {'c': p}]}"
    one = data_url("image/png", b"x")
    assert output(script, code) == {"a": one, "b": [one, {"c": one}]}


@pytest.mark.ours(strict=False)
@pytest.mark.parametrize(
    "shape", ["{'a': f}", "[[f]]", "D(f)", "({'a': [D({'b': f})]},)"], ids=["dict", "list", "dataclass", "all of them"]
)
def test_media_type_is_the_same_wherever_a_file_stands(script, shape):
    """The names of files, an empty one, and an open one."""
    code = f"""{FILES}import dataclasses
names = ["a.wav", "a.tar.gz", "A.PNG", "a", ".png", "a.opus", "a.glb", "a.srt", "a.nonsense", "empty.png"]
for n in names: pathlib.Path(n).write_bytes(b"" if n == "empty.png" else b"x")
D = dataclasses.make_dataclass("D", ["f"])
files = [cog.Path(n) for n in names] + [open("a.wav", "rb")]
nested = [{shape} for f in files]
return [*files, nested]"""
    *top, nested = output(script, code)
    assert top[:3] == [data_url(kind, b"x") for kind in ("audio/wav", "application/gzip", "image/png")]
    assert json.dumps(nested).count("data:") == len(top)
    assert re.findall('"(data:[^"]*)"', json.dumps(nested)) == top


def test_file_objects(script):
    code = FILES + "pathlib.Path('f.png').write_bytes(b'abc'); f = open('f.png', 'rb'); f.read(2); return f"
    assert output(script, code) == data_url("image/png", b"abc")
    assert output(script, FILES + "return io.BytesIO(b'abc')") == data_url("application/octet-stream", b"abc")


def test_empty_file(script):
    found = output(script, FILES + "p = pathlib.Path('e.txt'); p.touch(); return p")
    assert re.fullmatch("data:text/plain;base64,", found)


def test_large_file(script):
    found = output(script, FILES + "p = cog.Path('big.bin'); p.write_bytes(bytes(range(256)) * (128 << 10)); return p")
    assert found == data_url("application/octet-stream", bytes(range(256)) * (128 << 10))


@pytest.mark.ours
@pytest.mark.parametrize(
    "code", ["return cog.Path('nope.png')", "return [cog.Path('nope.png')]", "return cog.Path('.')"]
)
def test_d29_missing_file_fails_the_prediction(script, code):
    answer = script.predict({"code": FILES + code}).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Prediction failed: ")
    assert "nope.png" in answer["error"] or "irectory" in answer["error"]


def test_missing_nested_file_fails_the_prediction(script):
    answer = script.predict({"code": FILES + "return {'a': cog.Path('nope.png')}"}).json
    assert "FileNotFoundError" in answer["error"] or "No such file" in answer["error"]


@pytest.mark.ours
@pytest.mark.every_python
def test_d29_file_in_a_temporary_directory_survives_its_removal(script):
    code = (
        FILES + "with tempfile.TemporaryDirectory() as d:\n  p = cog.Path(d) / 'o.txt'; p.write_text('kept'); return p"
    )
    for _ in range(5):
        assert output(script, code) == data_url("text/plain", b"kept")


@pytest.mark.ours
def test_d29_file_deleted_after_it_was_yielded_is_kept(shared):
    code = FILES + "for n in range(20):\n  p = pathlib.Path('t.txt'); p.write_text(str(n)); yield p; p.unlink()"
    wanted = [data_url("text/plain", str(n).encode()) for n in range(20)]
    assert output(shared("script_stream"), code) == wanted


@pytest.mark.ours(strict=False)
def test_d29_input_file_may_be_returned(shared):
    server = shared(source=RETURNS_INPUT)
    for _ in range(10):
        answer = server.predict({"path": "data:text/plain;base64,aW4="}).json
        assert (answer["status"], answer["output"]) == ("succeeded", data_url("text/plain", b"in"))


RETURNS_INPUT = """
from cog import BaseRunner, Path
class Runner(BaseRunner):
    def run(self, path: Path) -> Path:
        return path
"""


def test_answer_of_a_prediction(script):
    answer = script.predict({"code": "print('said'); return 1"}, id="x").json
    assert (answer["id"], answer["status"], answer["logs"], answer["output"]) == ("x", "succeeded", "said\n", 1)
    assert isinstance(answer["metrics"]["predict_time"], float)
    assert 0 < answer["metrics"]["predict_time"] < 10
    assert "error" not in answer


# MARK: - Not a regular file

# How the value is made, and what the failure says. Nobody ever writes to any of them.
NO_FILES = {
    "fifo": (
        "os.mkfifo('fifo.png'); v = cog.Path('fifo.png')",
        "OSError: [Errno 22] Is a FIFO, not a file: 'fifo.png'",
    ),
    "fifo-object": (
        "os.mkfifo('other'); v = open(os.open('other', os.O_RDWR), 'rb', 0); v = io.FileIO('other', 'r+')",
        "Is a FIFO, not a file",
    ),
    "socket": (
        "import socket; s = socket.socket(socket.AF_UNIX); s.bind('sock'); v = pathlib.Path('sock')",
        "OSError: [Errno 22] Is a socket, not a file: 'sock'",
    ),
    "socket-object": (
        "import socket; self.kept['pair'] = socket.socketpair(); v = self.kept['pair'][0].makefile('rb')",
        "Is a socket, not a file",
    ),
    "socket-descriptor": (
        "import socket; self.kept['two'] = socket.socketpair(); v = open(self.kept['two'][0].fileno(), 'rb', closefd=False)",
        "Is a socket, not a file",
    ),
    "device": ("v = cog.Path('/dev/zero')", "OSError: [Errno 22] Is a device, not a file: '/dev/zero'"),
    "device-object": ("v = open('/dev/zero', 'rb')", "OSError: [Errno 22] Is a device, not a file: '/dev/zero'"),
    "link-to-fifo": (
        "os.mkfifo('target'); os.symlink('target', 'link'); v = cog.Path('link')",
        "OSError: [Errno 22] Is a FIFO, not a file: 'link'",
    ),
}


@pytest.mark.ours
@pytest.mark.parametrize("case", NO_FILES)
@pytest.mark.parametrize("output", ["v", "[v]", "{'a': [v]}", "(each for each in [v])", "cog.BaseModel and [[v]]"])
def test_output_that_is_no_regular_file_fails_with_the_reason(fresh, case, output):
    """It would hold its slot until something writes to it, or forever."""
    make, reason = NO_FILES[case]
    server = fresh("script")
    answer = server.predict({"code": f"{FILES}{make}\nreturn {output}"}).json
    assert answer["status"] == "failed"
    assert reason in answer["error"]
    assert server.predict({"code": "return 1"}).json["output"] == 1


@pytest.mark.ours
def test_fifo_from_an_asynchronous_model(fresh):
    server = fresh("script_async")
    answer = server.predict({"code": FILES + "os.mkfifo('f'); return cog.Path('f')"}).json
    assert "Is a FIFO, not a file: 'f'" in answer["error"]


def test_pipe_of_a_process_is_read_to_its_end(script):
    code = "import subprocess; return subprocess.Popen(['printf', 'hi'], stdout=subprocess.PIPE).stdout"
    assert output(script, code) == data_url("application/octet-stream", b"hi")
