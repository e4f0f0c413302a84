"""Why a worker died: each kind of death is reported, with the Python line if there is one."""

import os
import re
import signal
import tempfile
from pathlib import Path

import pytest
from support import processes
from support.environment import TESTS
from support.waiting import wait_for

pytestmark = pytest.mark.ours

CAUSES = {
    "signal", "out_of_memory", "exit", "system_exit", "exception", "limit", "setup_timeout", "prediction_timeout",
    "cancel_ignored", "channel_closed", "misbehavior",
}  # fmt: skip
LINE = "<string>, line 3, in body"


def body(text):
    """Code whose fatal line is the third one of the file that it becomes: the first one is `def body(self):`."""
    return {"code": "import ctypes, os, resource, signal, sys, time\n" + text}


def deaths(server):
    """How many workers have died, by cause."""
    found = re.findall(r'cog_worker_deaths_total\{cause="(\w+)"\} (\d+)', server.get("/metrics").text)
    return {cause: int(count) for cause, count in found}


def die(server, input):
    """The answer of a prediction that kills its worker, and the cause that was counted."""
    before = deaths(server)
    assert set(before) == CAUSES
    answer = server.predict(input).json
    after = deaths(server)
    counted = [cause for cause in CAUSES for _ in range(after[cause] - before[cause])]
    assert answer["status"] == "failed"
    assert answer["error"].startswith("Worker crashed: ")
    assert re.search(r"; peak memory \d+ MiB(;|$)", answer["error"]), answer["error"]
    return answer, counted


def logged(server, field, value):
    """The last entry of the log that has a field of this value."""
    return next((entry for entry in reversed(server.log_entries()) if entry["fields"].get(field) == value), None)


# What the model does, what the error must say, the cause that is counted, and whether the line is known.
SIGNALS = {
    "a segfault": ("ctypes.string_at(0)", "signal 11 (SIGSEGV)", "signal", True),
    "an abort": ("os.abort()", "signal 6 (SIGABRT)", "signal", True),
    "a fatal error of the interpreter": ("ctypes.pythonapi.Py_FatalError(b'no')", "signal 6 (SIGABRT)", "signal", True),
    "a bus error": ("signal.raise_signal(signal.SIGBUS)", "signal 7 (SIGBUS)", "signal", True),
    "an illegal instruction": ("signal.raise_signal(signal.SIGILL)", "signal 4 (SIGILL)", "signal", True),
    "a division in C": ("signal.raise_signal(signal.SIGFPE)", "signal 8 (SIGFPE)", "signal", True),
    "a forbidden system call": ("signal.raise_signal(signal.SIGSYS)", "signal 31 (SIGSYS)", "signal", True),
    "a trap": ("signal.raise_signal(signal.SIGTRAP)", "signal 5 (SIGTRAP)", "signal", True),
    "kill -9": ("os.kill(os.getpid(), 9)", "signal 9 (SIGKILL)", "signal", False),
    "kill": ("os.kill(os.getpid(), 15); time.sleep(60)", "signal 15 (SIGTERM)", "signal", False),
    "os._exit(3)": ("os._exit(3)", "exited with status 3", "exit", False),
    "os._exit(0)": ("os._exit(0)", "exited with status 0", "exit", False),
    "too large a file": (
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL); resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
        "open('large', 'w').write('x' * 99)", "RLIMIT_FSIZE", "limit", False,
    ),
}  # fmt: skip


@pytest.mark.every_python
@pytest.mark.parametrize("kind", SIGNALS)
def test_death_is_named(shared, kind):
    code, text, cause, has_line = SIGNALS[kind]
    answer, counted = die(shared("script"), body(code))
    assert text in answer["error"]
    assert counted == [cause]
    assert (LINE in answer["error"]) == has_line, answer["error"]
    assert text in answer["logs"]
    assert ('File "<string>", line 3, in body' in answer["logs"]) == has_line, answer["logs"]
    # What has led to the model is always the same.
    assert "cog/_worker" not in answer["logs"].partition("Worker crashed")[2]


@pytest.mark.every_python
def test_processor_time_is_named_with_the_line(shared):
    code = "resource.setrlimit(resource.RLIMIT_CPU, (1, 60))\nwhile True:\n  pass"
    answer, counted = die(shared("script"), body(code))
    assert counted == ["limit"]
    assert re.search(r"RLIMIT_CPU\), signal 24 \(SIGXCPU\) at <string>, line [45], in body", answer["error"])


def test_line_of_the_model_is_named_besides_that_of_a_library(shared):
    answer, _ = die(shared("script"), body("ctypes.string_at(0)"))
    assert re.search(
        r"at /\S+/ctypes/__init__.py, line \d+, in string_at, called from <string>, line 3", answer["error"]
    )
    assert re.search(r'File "/\S+/predict.py", line \d+, in run\n', answer["logs"])


def test_last_output_and_peak_memory_are_told(shared):
    server = shared("script")
    answer, _ = die(server, body("big = b'x' * (300 << 20); print('loading', end='', flush=True); os._exit(1)"))
    assert int(re.search(r"peak memory (\d+) MiB", answer["error"])[1]) >= 300
    assert answer["error"].endswith('; last output: "loading"')
    assert answer["logs"].startswith("loading\nWorker crashed: exited with status 1 ")
    entry = wait_for(lambda: logged(server, "last_output", "loading"), "the line in the log")
    assert (entry["level"], entry["fields"]["cause"]) == ("ERROR", "exit")
    assert entry["fields"]["message"].startswith("The worker died: exited with status 1 ")
    assert int(entry["fields"]["peak_memory_bytes"]) >= 300 << 20


def test_output_of_another_prediction_is_not_told(fresh):
    """A client learns what its own prediction has printed, not what others have."""
    server = fresh("script_async", env={"COG_MAX_CONCURRENCY": "2"})
    wait = "import asyncio\nprint('mine', flush=True); open('reached', 'w').close(); await asyncio.sleep(60)"
    first = server.begin({"code": wait})
    server.mark_reached("reached")
    second = server.predict({"code": "import os; print('secret', flush=True); os._exit(1)"}).json
    assert second["error"].endswith('; last output: "secret"')
    answer = first.result().json
    assert answer["error"].startswith("Worker crashed: exited with status 1 ")
    assert "secret" not in str(answer)


def test_segfault_of_an_asynchronous_model(fresh):
    answer, counted = die(fresh("script_async"), body("ctypes.string_at(0)"))
    assert "signal 11 (SIGSEGV)" in answer["error"] and LINE in answer["error"]
    assert counted == ["signal"]


def test_signal_that_hits_no_thread_of_python(shared):
    """The line is that of the model's thread."""
    answer, _ = die(shared("script"), body("os.kill(os.getpid(), signal.SIGSEGV); time.sleep(60)"))
    assert "signal 11 (SIGSEGV)" in answer["error"] and "in body" in answer["error"]


def test_segfault_in_a_thread_of_the_model(shared):
    code = "import threading; t = threading.Thread(target=lambda: ctypes.string_at(0)); t.start(); t.join(60)"
    answer, _ = die(shared("script"), body(code))
    assert "called from <string>, line 3, in <lambda>" in answer["error"]


def test_stack_overflow(shared):
    """C code with infinite recursion. Without stack, there is no line."""
    code = (
        "t = ctypes.CFUNCTYPE(ctypes.c_int)\ndef again(): return f()\nf = t(again)\nsys.setrecursionlimit(10**8)\nf()"
    )
    answer, counted = die(shared("script"), body(code))
    assert "signal 11 (SIGSEGV)" in answer["error"]
    assert counted == ["signal"]


@pytest.mark.every_python
def test_model_that_enables_faulthandler_itself(shared):
    """Its traceback goes where the model wants it, and is found there."""
    answer, _ = die(shared("script"), body("import faulthandler; faulthandler.enable(); os.abort()"))
    assert "signal 6 (SIGABRT) at <string>, line 3, in body" in answer["error"]
    assert "Fatal Python error: Aborted" in answer["logs"]


def test_segfault_of_a_forked_child_is_not_the_workers(shared):
    """What a child of the model says at its end is not taken for the worker's last words."""
    code = (
        "pid = os.fork()\nif pid == 0: ctypes.string_at(0)\nassert os.waitpid(pid, 0)[1] & 127 == 11\n"
        "signal.raise_signal(signal.SIGBUS)"
    )
    answer, _ = die(shared("script"), body(code))
    assert "signal 7 (SIGBUS) at <string>, line 6, in body" in answer["error"]
    assert "string_at" not in str(answer)


def test_forged_last_words_do_no_harm(shared):
    """A model can write anything there."""
    server = shared("script")
    forged = "b'Stack (most recent call first):\\n  File \"\\x00\\xff' + b'A' * 9000 + b'\", line 99999999999999999999 in f\\n'"
    answer, _ = die(server, body(f"os.write(5, {forged} * 50); os.ftruncate(5, 1 << 40); os.abort()"))
    assert len(answer["error"]) < 5000
    assert "signal 6 (SIGABRT)" in answer["error"]


EXITS = {
    "sys.exit(7)": ("SystemExit: 7 with status 7", "system_exit"),
    "sys.exit()": ("SystemExit with status 0", "system_exit"),
    "sys.exit('no')": ("SystemExit: no with status 1", "system_exit"),
    "raise KeyboardInterrupt": ("KeyboardInterrupt, signal 2 (SIGINT)", "exception"),
    "raise OSError('disk')": ("OSError: disk with status 1", "exception"),
}


@pytest.mark.parametrize("code", EXITS)
def test_exception_that_ends_the_interpreter(shared, code):
    """A handler of a signal raises it between two predictions; within one, it would be the prediction's."""
    text, cause = EXITS[code]
    server = shared("script")
    before = deaths(server)[cause]
    (server.cwd / "go").unlink(missing_ok=True)
    handler = f"""
def leave(*_):
  {code}
signal.signal(signal.SIGUSR1, leave)
import threading
main = threading.main_thread().ident
def kill():
  while not os.path.exists("go"): time.sleep(0.01)
  # The first may still come within the prediction.
  while True: signal.pthread_kill(main, signal.SIGUSR1); time.sleep(0.5)
threading.Thread(target=kill, daemon=True).start()
"""
    assert server.predict(body(handler)).json["status"] == "succeeded"
    (server.cwd / "go").touch()
    wait_for(lambda: deaths(server)[cause] == before + 1, "the death to be counted")
    line = f"The worker died: ended by {text} at <string>, line 5, in leave; peak memory"
    wait_for(lambda: line in server.log_text(), "the line in the log")


def test_idle_worker_that_is_killed_is_counted(shared):
    server = shared("script")
    before = deaths(server)["signal"]
    processes.kill(server.worker_pid(), signal.SIGKILL)
    wait_for(lambda: deaths(server)["signal"] == before + 1, "the death to be counted")
    line = "The worker died: killed by signal 9 (SIGKILL)"
    wait_for(lambda: line in server.log_text(), "the line in the log")


# MARK: - Killed by the server

STUBBORN = "while True:\n  try:\n    open('in', 'w').close()\n    time.sleep(600)\n  except BaseException: pass"


def test_model_that_ignores_its_time_limit(fresh):
    server = fresh("script", env={"COG_PREDICTION_TIMEOUT": "0.2", "COG_CANCEL_GRACE": "0.1"})
    answer = server.predict(body(STUBBORN)).json
    assert (answer["status"], answer["error"]) == ("failed", "timed out after 0.2 s")
    text = "killed by the server, because the model ignored for COG_CANCEL_GRACE that a prediction timed out"
    assert f"Worker crashed: {text}; peak memory" in answer["logs"]
    assert deaths(server)["prediction_timeout"] == 1
    wait_for(lambda: f"The worker died: {text}" in server.log_text(), "the line in the log")


def test_model_that_ignores_a_cancel(fresh):
    server = fresh("script", env={"COG_CANCEL_GRACE": "0.1"})
    running = server.begin(body(STUBBORN), id="p")
    server.mark_reached("in")
    assert server.cancel("p").status == 200
    answer = running.result().json
    assert answer["status"] == "canceled"
    assert "Worker crashed: killed by the server, because the model ignored a cancel" in answer["logs"]
    assert deaths(server)["cancel_ignored"] == 1


def test_orderly_ends_are_no_deaths(fresh):
    server = fresh("script", env={"COG_WORKER_MAX_PREDICTIONS": "1"})
    old = server.worker_pid()
    assert server.predict({"code": "return 1"}).json["output"] == 1
    wait_for(lambda: not processes.alive(old), "the worker to be recycled")
    server.wait_status("READY")
    assert set(deaths(server).values()) == {0}


def test_model_that_closes_the_channel(shared):
    answer, counted = die(shared("script"), body("os.close(3); os.close(4); time.sleep(60)"))
    assert "because the model had closed the worker's channel" in answer["error"]
    assert counted == ["channel_closed"]


def test_model_that_closes_the_work_channel_and_answers(shared):
    """What it has answered arrives by way of the shared memory."""
    server = shared("script")
    before = deaths(server)["channel_closed"]
    assert server.predict(body("os.close(3); return 1")).json["output"] == 1
    wait_for(lambda: deaths(server)["channel_closed"] == before + 1, "the death to be counted")


def test_model_that_writes_to_the_channel(shared):
    answer, counted = die(shared("script"), body("os.write(3, b'\\xff' * 64); time.sleep(60)"))
    assert "frame" in answer["error"]
    assert counted == ["misbehavior"]


SETUP = """
import ctypes, os, time
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        print("half way", flush=True)
        BODY
    def run(self) -> str:
        return "ok"
"""
SETUPS = {
    "ctypes.string_at(0)": (
        "worker crashed: killed by signal 11 (SIGSEGV) at /",
        "predict.py, line 7, in setup",
        "signal",
    ),
    "os._exit(3)": ("worker crashed: exited with status 3", "", "exit"),
    "time.sleep(600)": ("worker setup timed out: killed by the server", "COG_SETUP_TIMEOUT", "setup_timeout"),
}


@pytest.mark.parametrize("code", SETUPS)
def test_death_in_setup(fresh, code):
    texts = SETUPS[code]
    env = {"COG_MAX_WORKER_FAILURES": "1", "COG_SETUP_TIMEOUT": "1" if "sleep" in code else None}
    server = fresh(source=SETUP.replace("BODY", code), env=env, until=None)
    setup = server.wait_status("SETUP_FAILED", "DEFUNCT")["setup"]
    for text in texts[:2]:
        assert text in setup["logs"]
    assert re.search(r"peak memory \d+ MiB", setup["logs"])
    assert deaths(server)[texts[2]] >= 1
    entry = wait_for(lambda: logged(server, "last_output", "half way"), "the line in the log")
    assert entry["fields"]["cause"] == texts[2]


# MARK: - Out of memory


def memory_group():
    """A new control group for 300 MiB, with the file that takes processes; None where none can be made."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        point, root = Path(fields.split()[4]), fields.split()[3]
        is_unified = kind.startswith("cgroup2 ")
        if not is_unified and not (kind.startswith("cgroup ") and "memory" in kind.split()[2].split(",")):
            continue
        own = [entry.split(":", 2) for entry in Path("/proc/self/cgroup").read_text().splitlines()]
        mine = next((p for _, c, p in own if (not c if is_unified else "memory" in c.split(","))), "/")
        below = mine.removeprefix(root).strip("/") if root != "/" else mine.strip("/")
        for parent in (point / below, point):
            try:
                group = Path(tempfile.mkdtemp(prefix="cog-test-", dir=parent))
            except OSError:
                continue
            try:
                (group / ("memory.max" if is_unified else "memory.limit_in_bytes")).write_text(str(300 << 20))
                return group
            except OSError:
                group.rmdir()
    return None


@pytest.fixture
def group():
    found = memory_group()
    if found is None:
        pytest.skip("no control group for memory can be made here")
    yield found
    wait_for(lambda: not (found / "cgroup.procs").read_text(), "the group to be empty")
    os.rmdir(found)


def test_kernels_oom_killer_is_named(group, fresh):
    enter = ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
    server = fresh("script", under=enter)
    grow = "print('growing', flush=True); x = []\nwhile True: x.append(b'x' * (1 << 20))"
    answer, counted = die(server, body("open('/proc/self/oom_score_adj', 'w').write('1000'); " + grow))
    assert "killed by the kernel's OOM killer, signal 9 (SIGKILL); the limit is 300 MiB; peak memory" in answer["error"]
    assert answer["error"].endswith('; last output: "growing"')
    assert counted == ["out_of_memory"]
    server.wait_status("READY")
    # The kernel's count has risen, but not because of this death.
    answer, counted = die(server, body("os.kill(os.getpid(), 9)"))
    assert "OOM" not in answer["error"]
    assert counted == ["signal"]
    assert server.stop() == 0


# MARK: - The table of the documentation

# The test that shows each of its rows, by the beginning of the row.
SHOWN = {
    "a segfault": test_death_is_named,
    "`abort()`": test_death_is_named,
    "SIGBUS, SIGFPE": test_death_is_named,
    "a signal from outside": test_death_is_named,
    "memory": test_kernels_oom_killer_is_named,
    "`os._exit(3)`": test_death_is_named,
    "`SystemExit`": test_exception_that_ends_the_interpreter,
    "any other exception": test_exception_that_ends_the_interpreter,
    "its limit of processor time": test_processor_time_is_named_with_the_line,
    "its limit of file sizes": test_death_is_named,
    "`COG_SETUP_TIMEOUT`": test_death_in_setup,
    "a prediction that ignores its time limit": test_model_that_ignores_its_time_limit,
    "a prediction that ignores a cancel": test_model_that_ignores_a_cancel,
    "closing the worker's descriptors": test_model_that_closes_the_channel,
    "damaged memory": test_model_that_writes_to_the_channel,
}


def test_every_kind_of_death_in_the_documentation_is_shown():
    text = (TESTS.parent / "docs" / "deployment.md").read_text()
    table = text.partition("| cause of death |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table]
    assert [len(row) for row in rows] == [4] * len(SHOWN)
    for (kind, *_), beginning in zip(rows, SHOWN, strict=True):
        assert kind.startswith(beginning)
    assert {cause.strip("`") for *_, cause in rows} == CAUSES
