"""An output file has the content it had when the model handed it over, whatever the model does to it afterwards.

The models stop the server before they hand a file over and let it go on after they have changed the file: so the server
reads as late as it could in the worst case.
"""

import base64
import textwrap

import pytest
from support.waiting import wait_for

pytestmark = [pytest.mark.ours, pytest.mark.every_python]

PRELUDE = """
import _coglet, asyncio, cog, gzip, io, os, pathlib, signal, subprocess, sys, tempfile, threading, time
server = os.getppid()
path = pathlib.Path("out.txt")

def stop_server(): os.kill(server, signal.SIGSTOP)
def continue_server(): os.kill(server, signal.SIGCONT)

def on_file(act, then_continue=True, count=1):
    # Calls `act` with the descriptor right after the worker has sent the next file, or `count` files.
    send = _coglet.send
    def send_and_act(*frame):
        nonlocal count
        send(*frame)
        count -= frame[0] == 36
        if count == 0:
            _coglet.send = send
            try: act(frame[4])
            finally: then_continue and continue_server()
    _coglet.send = send_and_act

def note(descriptor):
    # Whether the server got the file itself, whether what it got has no name, and how many bytes it takes.
    status = os.fstat(descriptor)
    own = path.exists() and os.path.samestat(status, os.stat(path))
    print("itself" if own else "copy", status.st_nlink, status.st_blocks * 512)
"""


def body(code, stopped=False):
    """The text of a model's body; `stopped`: the server is stopped while it runs."""
    code = textwrap.dedent(code).strip("\n")
    if stopped:
        code = "stop_server()\ntry:\n" + textwrap.indent(code, "  ") + "\nfinally:\n  continue_server()"
    return PRELUDE + code


def contents(answer):
    """What the files of an answer hold."""
    assert answer["status"] == "succeeded", answer
    output = answer["output"] if isinstance(answer["output"], list) else [answer["output"]]
    return [base64.b64decode(url.partition(",")[2]) for url in output]


ONE_AFTER_ANOTHER = [b"0", b"1" * 2, b"2" * 3, b"3" * 4, b"4" * 5]
YIELDS = {
    "path, written anew": "for n in range(5): path.write_text(str(n) * (n + 1)); yield path",
    "path, emptied first": "for n in range(5):\n  os.truncate(path, 0) if n else 0; path.write_text(str(n) * (n + 1)); yield path",
    "path, in place": (
        "path.touch()\nfor n in range(5):\n"
        "  with open(path, 'r+b') as f: f.write(str(n).encode() * (n + 1))\n  yield cog.Path(path)"
    ),
    "path, replaced": (
        "for n in range(5):\n  new = pathlib.Path('new'); new.write_text(str(n) * (n + 1)); os.replace(new, path); yield path"
    ),
    "open file": (
        "f = open(path, 'w+b')\nfor n in range(5):\n  f.seek(0); f.truncate(); f.write(str(n).encode() * (n + 1)); yield f"
    ),
    "open file without a buffer": (
        "f = open(path, 'w+b', buffering=0)\nfor n in range(5):\n"
        "  f.seek(0); f.truncate(); f.write(str(n).encode() * (n + 1)); yield f"
    ),
    "open file without a name": (
        "f = tempfile.TemporaryFile()\nfor n in range(5):\n"
        "  f.seek(0); f.truncate(); f.write(str(n).encode() * (n + 1)); yield f"
    ),
    "file in memory": (
        "f = io.BytesIO()\nfor n in range(5):\n  f.seek(0); f.truncate(); f.write(str(n).encode() * (n + 1)); yield f"
    ),
    "mapped": (
        "import mmap\nfor n in range(5):\n  path.write_bytes(bytes(n + 1))\n"
        "  with open(path, 'r+b') as f: m = mmap.mmap(f.fileno(), 0)\n  m[:] = str(n).encode() * (n + 1); yield path"
    ),
}


@pytest.mark.parametrize("case", YIELDS)
@pytest.mark.parametrize("model", ["script_stream", "script_async_stream"])
def test_file_that_is_yielded_again_and_again(fresh, model, case):
    answer = fresh(model).predict({"code": body(YIELDS[case], stopped=True)}).json
    assert contents(answer) == ONE_AFTER_ANOTHER


@pytest.mark.parametrize("case", ["path, written anew", "open file"])
def test_uploaded_files(fresh, receiver, case):
    server = fresh("script_stream", flags=("--upload-url", receiver.url + "/up"))
    assert server.predict({"code": body(YIELDS[case], stopped=True)}).json["status"] == "succeeded"
    assert sorted(r.body for r in receiver.requests if r.method == "PUT") == ONE_AFTER_ANOTHER


def test_generator_that_a_coroutine_returns(fresh):
    code = "def each():\n" + textwrap.indent(body(YIELDS["path, written anew"], stopped=True), "  ") + "\nreturn each()"
    assert contents(fresh("script_async").predict({"code": code}).json) == ONE_AFTER_ANOTHER


def test_large_files(fresh):
    code = "for n in range(3): path.write_bytes(bytes([n]) * (9 << 20)); yield path"
    answer = fresh("script_stream").predict({"code": body(code, stopped=True)}).json
    assert contents(answer) == [bytes([n]) * (9 << 20) for n in range(3)]


@pytest.mark.parametrize("make", ["open(path, 'w+b')", "open(path, 'w+b', buffering=0)", "io.BytesIO()"])
def test_position_of_an_open_file_stays(fresh, make):
    """So a model that keeps writing continues where it was."""
    code = f"f = {make}\nf.write(b'a'); yield f\nf.write(b'b'); yield f\nf.seek(1); yield f\nyield f.read().decode()"
    answer = fresh("script_stream").predict({"code": body(code)}).json
    assert answer["output"].pop() == "b"
    assert contents(answer) == [b"a", b"ab", b"ab"]


RECORDS = {
    "dictionary": "{'f': FILE}",
    "list in a list": "[[FILE]]",
    "record": "Record(f=FILE)",
    "dataclass": "Class(FILE)",
}


@pytest.mark.parametrize("file", ["path", "open(path, 'rb')"])
@pytest.mark.parametrize("case", RECORDS)
def test_files_within_objects(fresh, case, file):
    code = f"""
        import dataclasses
        from typing import Any
        class Record(cog.BaseModel):
            f: Any
        Class = dataclasses.make_dataclass("Class", ["f"])
        for n in range(5):
            path.write_text(str(n) * (n + 1))
            yield {RECORDS[case].replace("FILE", file)}
    """
    answer = fresh("script_stream").predict({"code": body(code, stopped=True)}).json
    urls = [item["f"] if isinstance(item, dict) else item[0][0] for item in answer["output"]]
    assert contents({**answer, "output": urls}) == ONE_AFTER_ANOTHER


# MARK: - After the end

LATER = """
def change():
    path.write_text("changed")
    continue_server()
path.write_text("as it was")
stop_server()
"""
CHANGES = {
    "thread": "sent = threading.Event(); threading.Thread(target=lambda: (sent.wait(), change())).start(); on_file(lambda _: sent.set(), False)",
    "pool": (
        "import concurrent.futures\nsent = threading.Event(); self.kept['pool'] = pool = concurrent.futures.ThreadPoolExecutor()\n"
        "pool.submit(lambda: (sent.wait(), change())); on_file(lambda _: sent.set(), False)"
    ),
    "process": (
        "subprocess.Popen(['sh', '-c', f'while ! [ -e sent ]; do sleep 0.01; done; printf changed > out.txt; kill -CONT {server}'])\n"
        "on_file(lambda _: open('sent', 'w').close(), False)"
    ),
    "fork": (
        "if os.fork() == 0:\n  while not os.path.exists('sent'): time.sleep(0.01)\n  change(); os._exit(0)\n"
        "on_file(lambda _: open('sent', 'w').close(), False)"
    ),
}
RETURNED = ["path", "[path]", "[path, open(path, 'rb')]", "open(path, 'rb')"]


@pytest.mark.parametrize("change", CHANGES)
def test_file_that_is_changed_after_the_return(fresh, change):
    answer = fresh("script").predict({"code": body(f"{LATER}\n{CHANGES[change]}\nreturn path")}).json
    assert contents(answer) == [b"as it was"]


@pytest.mark.parametrize("returned", RETURNED)
def test_whatever_is_returned(fresh, returned):
    count = 2 if "," in returned.partition("(")[0] else 1
    change = CHANGES["thread"].replace("False)", f"False, count={count})")
    answer = fresh("script").predict({"code": body(f"{LATER}\n{change}\nreturn {returned}")}).json
    assert contents(answer) == [b"as it was"] * count


def test_item_that_runs_code_of_the_model(fresh):
    """To ask an object for its path may change the file that stood before it."""
    code = """
        class Item(os.PathLike):
            def __fspath__(self):
                path.write_text("changed"); other.write_text("other")
                continue_server()
                return str(other)
        other = pathlib.Path("other.txt")
        path.write_text("as it was")
        stop_server()
        return [path, Item()]
    """
    assert contents(fresh("script").predict({"code": body(code)}).json) == [b"as it was", b"other"]


def test_task_of_an_asynchronous_model(fresh):
    code = """
        sent = asyncio.Event()
        async def later():
            await sent.wait()
            change()
        self.kept["task"] = asyncio.create_task(later())
        on_file(lambda _: sent.set(), False)
        return path
    """
    answer = fresh("script_async").predict({"code": body(LATER + textwrap.dedent(code))}).json
    assert contents(answer) == [b"as it was"]


@pytest.mark.parametrize(("definition", "threads"), [("async def", False), ("def", True)])
def test_predictions_that_run_at_once_and_use_one_file(fresh, definition, threads):
    source = f"""
{PRELUDE}
from cog import BaseRunner, Path, concurrent
first_is_sent = threading.Event()
class Runner(BaseRunner):
    @concurrent(max=2, threads={threads})
    {definition} run(self, name: str) -> Path:
        if name == "first":
            open("reached", "w").close()
            while not os.path.exists("go"): {"time" if threads else "await asyncio"}.sleep(0.005)
            stop_server()
            on_file(lambda _: first_is_sent.set(), False)
            path.write_text("first")
        else:
            while not first_is_sent.is_set(): {"time" if threads else "await asyncio"}.sleep(0.005)
            path.write_text("second")
            continue_server()
        return Path(path)
"""
    server = fresh(source=source)
    first = server.begin({"name": "first"})
    server.mark_reached("reached")
    second = server.begin({"name": "second"}, id="second")
    wait_for(lambda: server.get("/predictions/second").json.get("status") == "processing", "the second one to be sent")
    (server.cwd / "go").touch()
    assert contents(first.result().json) == [b"first"]
    assert contents(second.result().json) == [b"second"]


# MARK: - What it costs


@pytest.mark.parametrize("returned", RETURNED[:2] + RETURNED[3:] + ["cog.Path(path)"])
def test_file_that_a_resting_model_returns_is_not_copied(fresh, returned):
    server = fresh("script")
    code = f"path.write_text('text'); on_file(note); return {returned}"
    for _ in range(2):
        answer = server.predict({"code": body(code)}).json
        assert contents(answer) == [b"text"]
        assert answer["logs"].startswith("itself 1 ")


def test_thread_that_touches_no_file_costs_no_copy(fresh):
    """The one that tqdm leaves behind to redraw its bars."""
    server = fresh("script")
    package = server.cwd / "tqdm"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_monitor.py").write_text(
        "import threading\nclass TMonitor(threading.Thread):\n  def run(self): threading.Event().wait()\n"
    )
    code = "import tqdm._monitor; tqdm._monitor.TMonitor(daemon=True).start()\npath.write_text('x'); on_file(note); return path"
    assert server.predict({"code": body(code)}).json["logs"].startswith("itself")


def test_copy_has_no_name_and_no_holes_are_filled(fresh):
    code = """
        with open(path, "wb") as f:
            f.write(b"start"); f.seek(24 << 20); f.write(b"middle"); f.truncate(48 << 20)
        on_file(note); yield path
    """
    server = fresh("script_stream")
    answer = server.predict({"code": body(code)}).json
    kind, links, occupied = answer["logs"].split()
    assert (kind, links) == ("copy", "0")
    assert int(occupied) < 1 << 20
    data = contents(answer)[0]
    assert (len(data), data[:5], data[24 << 20 :][:6], data.strip(b"\0")[-6:]) == (
        48 << 20,
        b"start",
        b"middle",
        b"middle",
    )
    assert sorted(p.name for p in server.cwd.iterdir() if p.name != "__pycache__") == ["out.txt", "predict.py"]


LACKING = {
    "no range copies": "os.copy_file_range = refuse",
    "range copies end early": "os.copy_file_range = lambda *_: 0",
    "no files without a name": "os.O_TMPFILE = 0",
    "no folder": "os.O_TMPFILE = 0; os.environ['TMPDIR'] = '/nonexistent'",
    "no holes": "os.SEEK_DATA = 77",
    "nothing at all": (
        "os.copy_file_range = refuse; os.O_TMPFILE = 0; os.environ['TMPDIR'] = '/nonexistent'; os.SEEK_DATA = 77"
    ),
}


@pytest.mark.parametrize("case", LACKING)
def test_what_a_system_lacks_is_done_without(fresh, case):
    code = f"""
        import errno
        def refuse(*_): raise OSError(errno.EXDEV, "refused")
        {LACKING[case]}
        for n in range(3):
            path.write_bytes(b"start" + bytes(3 << 20) + str(n).encode())
            os.truncate(path, 6 << 20); yield path
    """
    server = fresh("script_stream")
    data = contents(server.predict({"code": body(code, stopped=True)}).json)
    assert [(d[:5], d[5:].strip(b"\0"), len(d)) for d in data] == [(b"start", b"%d" % n, 6 << 20) for n in range(3)]
    assert not [entry for entry in server.temporary_entries() if entry.is_file()]


def test_without_room_for_a_copy_the_prediction_fails(fresh):
    server = fresh("script_stream")
    code = """
        import resource
        path.write_bytes(bytes(range(256)) * 4096)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        try: yield path
        finally: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """
    server.predict({"code": body(code)})
    count = "import os; yield len(os.listdir('/proc/self/fd'))"
    before = server.predict({"code": count}).json["output"]
    for _ in range(5):
        answer = server.predict({"code": body(code)}).json
        assert answer["status"] == "failed"
        assert "no room to keep a copy of the file (1048576 bytes): File too large" in answer["error"]
    assert server.predict({"code": count}).json["output"] == before


# MARK: - Odd files


def test_packed_file_is_read_through_its_object(fresh):
    code = "with gzip.open('x.gz', 'wb') as f: f.write(b'unpacked')\nreturn gzip.open('x.gz', 'rb')"
    assert contents(fresh("script").predict({"code": body(code)}).json) == [b"unpacked"]


def test_file_that_cannot_be_rewound(fresh):
    code = "r, w = os.pipe(); os.write(w, b'through a pipe'); os.close(w); return os.fdopen(r, 'rb')"
    assert contents(fresh("script").predict({"code": body(code)}).json) == [b"through a pipe"]


@pytest.mark.parametrize(
    "value", ["io.StringIO('x')", "open(path, 'w')", "open(path, 'wb')", "pathlib.Path('/dev/zero')"]
)
@pytest.mark.parametrize("model", ["script", "script_stream"])
def test_what_cannot_be_sent_fails_the_prediction(fresh, model, value):
    end = "yield" if "stream" in model else "return"
    answer = fresh(model).predict({"code": body(f"{end} {value}")}).json
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Prediction failed: Failed to ")
