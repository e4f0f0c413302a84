"""Logs: what belongs to a prediction, what to the setup, what the server writes (9)."""

import json

import pytest
from support.waiting import wait_for


@pytest.fixture
def script(shared):
    return shared("script")


def logs(server, code):
    answer = server.predict({"code": code}).json
    assert answer["status"] == "succeeded", answer
    return answer["logs"]


@pytest.mark.every_python
@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("print('a')", "a\n"),
        ("print('a', end=''); print('b')", "ab\n"),
        ("import sys; sys.stderr.write('e\\n'); print('o')", "e\no\n"),
        ("print('x', end='', flush=True); print('y')", "xy\n"),
        ("print('two\\nlines')", "two\nlines\n"),
        ("print('é日😀\\r\\x1b[1m\\0')", "é日😀\r\x1b[1m\0\n"),
        ("import logging; logging.getLogger().addHandler(h := logging.StreamHandler()); logging.error('l'); logging.getLogger().removeHandler(h)", "l\n"),
        ("import threading; t = threading.Thread(target=lambda: print('t')); t.start(); t.join()", "t\n"),
        ("import sys; sys.stdout.write(''); print()", "\n"),
        ("from cog.suppress_output import suppress_output\nwith suppress_output(): print('p'); __import__('os').system('echo c')\nprint('after')", "after\n"),
        ("pass", ""),
    ],
)  # fmt: skip
def test_text_of_a_prediction(script, code, wanted):
    assert logs(script, code) == wanted


def test_warnings_and_thread_tracebacks(script):
    assert "UserWarning: careful" in logs(script, "import warnings; warnings.warn('careful')")
    found = logs(script, "import threading; t = threading.Thread(target=lambda: 1/0); t.start(); t.join()")
    assert "ZeroDivisionError" in found


def test_20_000_lines(script):
    assert logs(script, "for n in range(20_000): print(n)") == "".join(f"{n}\n" for n in range(20_000))


def test_one_write_above_4_mib_is_cut(script):
    found = logs(script, "print('x' * (5 << 20))")
    assert found.rstrip("\n").endswith("[**** LOG LINE TRUNCATED AT 4 MiB ****]")
    assert len(found) <= 4_194_304


def test_lone_surrogate_raises(script):
    answer = script.predict({"code": "print('\\udc80')"}).json
    assert (answer["status"], "UnicodeEncodeError" in answer.get("error", "")) == ("failed", True)


@pytest.mark.every_python
def test_concurrent_predictions_are_not_mixed(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "8"})
    names = [f"n{i}" for i in range(8)]
    running = {name: server.begin({"name": name}) for name in names}
    for name in names:
        server.mark_reached(f"reached-{name}")
        (server.cwd / name).touch()
    for name in names:
        assert running[name].result().json["logs"] == f"begin {name}\nend {name}\n"


def test_to_thread_belongs_to_its_prediction(shared):
    assert logs(shared("script_async"), "import asyncio; await asyncio.to_thread(print, 'inside')") == "inside\n"


IN_THREAD = """
import asyncio, threading, cog, os
def inside():
    print("thread of NAME")
    cog.current_scope().record_metric("name", "NAME")
open("reached-NAME", "w").close()
while not os.path.exists("go"): await asyncio.sleep(0.01)
thread = threading.Thread(target=inside); thread.start()
while thread.is_alive(): await asyncio.sleep(0.01)
await asyncio.get_running_loop().run_in_executor(None, inside)
"""


@pytest.mark.ours
@pytest.mark.every_python
def test_d53_threads_of_an_async_model_belong_to_their_prediction(fresh):
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "3"})
    running = {name: server.begin({"code": IN_THREAD.replace("NAME", name)}) for name in "abc"}
    for name in "abc":
        server.mark_reached(f"reached-{name}")
    (server.cwd / "go").touch()
    for name in "abc":
        answer = running[name].result().json
        assert answer["logs"] == f"thread of {name}\n" * 2
        assert answer["metrics"]["name"] == name


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_d39_text_without_a_newline_stays_with_its_prediction(script, stream):
    code = f"import sys; sys.{stream}.write('secret of one')"
    assert logs(script, code) == "secret of one"
    assert logs(script, "print('next')") == "next\n"


@pytest.mark.ours
def test_d39_text_of_the_setup_stays_with_the_setup(fresh):
    server = fresh(source=SETUP_WITHOUT_NEWLINE)
    assert server.predict().json["logs"] == "run\n"
    assert "of the setup" in server.health()["setup"]["logs"]


SETUP_WITHOUT_NEWLINE = """
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        print("of the setup", end="")
    def run(self) -> str:
        print("run")
        return ""
"""


@pytest.mark.ours
@pytest.mark.every_python
@pytest.mark.parametrize(
    "code",
    [
        "import os; os.write(1, b'low\\n')",
        "import os; os.write(2, b'low\\n')",
        "import subprocess; subprocess.run(['echo', 'low'])",
        "import subprocess; subprocess.run('echo low >&2', shell=True)",
        "import ctypes; c = ctypes.CDLL(None); c.puts(b'low'); c.fflush(None)",
        "import sys; sys.stdout.buffer.write(b'low\\n'); sys.stdout.buffer.flush()",
        "import sys; print('low', file=sys.__stdout__, flush=True)",
    ],
)
def test_d38_output_below_python_belongs_to_the_prediction(script, code):
    for _ in range(3):
        assert logs(script, code) == "low\n"


@pytest.mark.ours
@pytest.mark.parametrize(
    "code",
    [
        "os.write(1, b'{n}\\n')",
        "os.write(2, b'{n}\\n')",
        "print('a'); os.write(1, b'{n}\\n')",
        "os.write(2, b'{n}\\n'); print('a'); os.write(2, b'b\\n'); print('c'); os.write(2, b'd\\n')",
        "scope.record_metric('m', 1); os.write(1, b'{n}\\n')",
    ],
)
def test_d38_output_below_python_just_before_the_end(script, code):
    """The server has it before it hears of the end, however close the two are. Its place among lines isn't certain."""
    begin = "import cog, os; scope = cog.current_scope(); "
    wanted = [each for each in ("a", "b", "c", "d") if f"'{each}'" in code or f"b'{each}" in code]
    for n in range(60):
        assert sorted(logs(script, begin + code.replace("{n}", str(n))).split()) == [str(n), *wanted]


@pytest.mark.ours
def test_d40_streams_are_complete(script):
    code = """
    import io, sys
    for s in (sys.stdout, sys.stderr):
        s.writelines(['a', 'b\\n'])
        s.errors, s.encoding, s.name, s.mode, s.line_buffering, s.newlines
        s.reconfigure(line_buffering=True)
        assert isinstance(s, io.TextIOBase), type(s).__mro__
        assert s.writable() and not s.readable() and not s.isatty()
        assert s.fileno() in (1, 2)
    """
    assert logs(script, code) == "ab\nab\n"


@pytest.mark.ours
def test_d40_close_does_not_silence_later_predictions(script):
    script.predict({"code": "import sys; sys.stdout.close()"})
    assert logs(script, "print('still here')") == "still here\n"


def test_redirected_text_is_not_logged(script):
    code = "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as f: print('in')\nprint('out')"
    assert logs(script, code) == "out\n"


def test_logs_are_complete_before_the_answer(script):
    for n in range(50):
        assert logs(script, f"print({n})") == f"{n}\n"


# MARK: - Setup logs

TALKS = """
import os, subprocess, sys
print("at import")
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        print("in setup")
        print("to stderr", file=sys.stderr)
        os.write(1, b"low level\\n")
        subprocess.run(["echo", "child"])
        for n in range(1000):
            print(f"last line {n}")
    def run(self) -> str:
        return ""
"""


@pytest.mark.ours
@pytest.mark.every_python
def test_d41_setup_logs_are_complete(fresh):
    found = fresh(source=TALKS).health()["setup"]["logs"]
    for text in ("at import", "in setup", "to stderr", "low level", "child", *(f"last line {n}" for n in range(1000))):
        assert f"{text}\n" in found + "\n"
    assert found.index("last line 1") < found.index("last line 999")


@pytest.mark.ours
@pytest.mark.every_python
def test_d41_logs_and_traceback_of_a_failed_setup(fresh):
    found = fresh("setup_fails", until="SETUP_FAILED").health()["setup"]["logs"]
    assert "before the failure" in found
    assert "Traceback (most recent call last)" in found
    assert "RuntimeError: setup boom" in found


def test_setup_logs_name_the_steps(fresh):
    found = fresh("noop").health()["setup"]["logs"]
    assert "Setup complete, now accepting requests" not in found
    assert "Server ready" in found


# MARK: - The server's log


def test_server_log_is_one_json_object_a_line_on_stderr(fresh):
    server = fresh("script")
    server.predict({"code": "print('of the model')"}, id="logged")
    entry = wait_for(
        lambda: [e for e in server.log_entries() if e.get("fields", {}).get("message") == "of the model"],
        "the line in the log",
    )[0]
    assert {"timestamp", "level", "fields", "target"} <= set(entry)
    assert entry["fields"]["prediction_id"] == "logged"
    assert entry["level"] == "INFO"
    for line in server.log_text().splitlines():
        json.loads(line)
    assert server.stdout.read_bytes() == b""


def test_console_format(fresh):
    server = fresh("script", env={"LOG_FORMAT": "console"})
    server.predict({"code": "print('of the model')"})
    wait_for(lambda: "of the model" in server.log_text(), "the line in the log")
    assert not server.log_text().startswith("{")


@pytest.mark.ours
def test_output_of_the_model_as_it_is(fresh):
    """With COG_MODEL_OUTPUT=raw; NO_COLOR leaves the colors out of the server's own lines."""
    server = fresh("script", env={"LOG_FORMAT": "console", "COG_MODEL_OUTPUT": "raw", "NO_COLOR": "1"})
    server.predict({"code": "print('\\x1b[1mbold  '); print('\\r50 %', end='', flush=True)"})
    server.stop()
    text = server.stderr.read_bytes()
    assert b"\x1b[1mbold  \n\r50 %" in text
    assert text.count(b"\x1b") == 1


@pytest.mark.ours
def test_output_of_the_setup_as_it_is(fresh):
    """Empty lines and unfinished ones too; the setup's own log has whole lines."""
    body = "print('\\none\\n\\n\\ttwo'); print('.', end='', flush=True); print('.', end='', flush=True)"
    source = f"class Runner:\n    def setup(self):\n        {body}\n    def run(self) -> str: ...\n"
    server = fresh(source=source, env={"LOG_FORMAT": "console", "COG_MODEL_OUTPUT": "raw", "NO_COLOR": "1"})
    assert "[coglet::setup] one\n[coglet::setup] \ttwo\n" in server.health()["setup"]["logs"]
    server.stop()
    assert b"\none\n\n\ttwo\n.." in server.stderr.read_bytes()


@pytest.mark.parametrize("level", ["warn", "error"])
def test_quiet_levels_keep_the_logs_of_answers(fresh, level):
    server = fresh("script", env={"COG_LOG_LEVEL": level})
    assert logs(server, "print('of the model')") == "of the model\n"
    server.stop()
    assert "of the model" not in server.log_text()
    assert "Starting coglet server" not in server.log_text()


@pytest.mark.ours
def test_d42_requests_are_logged_at_debug_level(fresh):
    server = fresh("noop", env={"COG_LOG_LEVEL": "debug"})
    server.get("/openapi.json?x=1")

    def logged():
        return [
            line
            for line in server.log_text().splitlines()
            if "/openapi.json" in line and "DEBUG" in line and "200" in line
        ]

    wait_for(logged, "the request in the log", 5)


def test_port_is_named_in_the_log(fresh):
    server = fresh("noop")
    server.wait_log(f"Starting coglet server on 127.0.0.1:{server.port}")


FORGED = "\x1b[32mINFO\x1b[0m coglet: forged"


@pytest.mark.ours
def test_console_format_escapes_control_characters(fresh):
    """Those of clients and of models. Only the server itself writes in color."""
    server = fresh("script", env={"LOG_FORMAT": "console"})
    id = f"a\r\n{FORGED}\x07\x7f\u0085\u009b2J\u2028\u202e"
    code = f"print({FORGED!r}); print('one\\ntwo\\tthree'); raise ValueError({FORGED!r})"
    assert server.predict({"code": code, f"x\n{FORGED}": 1}, id=id).json["status"] == "failed"
    server.stop()
    text = server.stderr.read_bytes().decode()
    for line in text.splitlines():
        # The server's own colors come first, and nothing follows that a terminal obeys.
        own, _, rest = line.partition(":\x1b[0m ")
        assert own.startswith("\x1b["), line
        assert rest.isprintable(), line
    assert r"\x1B[32mINFO" in text
    assert r"prediction_id=a\r\n\x1B[32mINFO\x1B[0m coglet: forged\x07\x7F\x85\x9B2J\u2028\u202E" in text
    # Each line of the model is a line of the log.
    assert "coglet::prediction:\x1b[0m one " in text
    assert "coglet::prediction:\x1b[0m two\\tthree " in text


@pytest.mark.ours
def test_line_of_the_json_log_is_a_line_to_every_reader(fresh):
    """`str.splitlines()` and others take more than U+000A for the end of a line."""
    server = fresh("script")
    id = "a\u0085b\u2028c\u2029d\x7fe\u202e"
    assert server.predict({"code": r"print('x\u0085y\u2028z')"}, id=id).json["status"] == "succeeded"
    server.stop()
    lines = server.stderr.read_bytes().decode().splitlines()
    fields = [json.loads(line)["fields"] for line in lines if line]
    assert [f for f in fields if f.get("prediction_id") == id]
    assert [f for f in fields if f["message"] == "x\u0085y\u2028z"]
