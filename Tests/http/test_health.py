"""The health check: states, fields, the model's own check (13; D48, D50)."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from support import processes
from support.waiting import Background, wait_for

STAMP = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00")
RETURNED_FALSE = "Healthcheck failed: user-defined healthcheck returned False"
TIMED_OUT = "Healthcheck failed: user-defined healthcheck timed out after 5.0 seconds"


def problem(server):
    """The status, and what the model's check complains about."""
    health = server.health()
    return health["status"], health.get("user_healthcheck_error")


# MARK: - States and fields


def test_fields_and_their_order(fresh):
    server = fresh("gate")
    health = server.health()
    assert list(health) == ["status", "setup", "version"]
    assert list(health["setup"]) == ["started_at", "completed_at", "status", "logs"]
    assert list(health["version"]) == ["coglet", "git_sha", "build_time", "python_sdk", "python"]
    assert STAMP.fullmatch(health["setup"]["started_at"])
    assert STAMP.fullmatch(health["setup"]["completed_at"])
    assert health["setup"]["started_at"] < health["setup"]["completed_at"]
    assert health["setup"]["status"] == "succeeded"
    assert all(isinstance(text, str) and text for text in health["version"].values())
    assert health["version"]["python_sdk"] == server.get("/").json["cog_version"]


@pytest.mark.every_python
def test_version_of_python_is_the_worker_s(shared):
    server = shared("script")
    code = "import platform; return platform.python_version()"
    assert server.health()["version"]["python"] == server.predict({"code": code}).json["output"]


def test_ready_and_busy(fresh):
    server = fresh("gate_async", env={"COG_MAX_CONCURRENCY": "2"})
    assert server.status() == "READY"
    running = [server.begin({"name": "a"})]
    server.mark_reached("reached-a")
    assert server.status() == "READY"
    running.append(server.begin({"name": "b"}))
    server.mark_reached("reached-b")
    assert server.status() == "BUSY"
    (server.cwd / "a").touch()
    running[0].result()
    server.wait_status("READY")
    (server.cwd / "b").touch()
    running[1].result()


def test_head(shared):
    with shared("script").raw() as raw:
        raw.send(b"HEAD /health-check HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.read_response(head_only=True).status == 200


# MARK: - Model's own check


# A model whose check does what the file "check" says; a request's code sees the same object.
CHECKED = """
import asyncio, os, time
from cog import BaseRunner
class Runner(BaseRunner):
    DEF healthcheck(self):
        names = {"self": self, "time": time, "os": os, "asyncio": asyncio}
        text = open("check").read() if os.path.exists("check") else "return True"
        exec("DEF body():\\n " + text, names)
        return AWAIT names["body"]()
    ADEF run(self, code: str = "") -> str:
        while code and not os.path.exists(code):
            STEP
        return "ok"
"""


def checked(is_async):
    """The text of that model. A synchronous check belongs to a synchronous model, as it usually does."""
    words = {
        "ADEF": "async def" if is_async else "def",
        "DEF": "async def" if is_async else "def",
        "AWAIT": "await" if is_async else "",
        "STEP": "await asyncio.sleep(0.01)" if is_async else "time.sleep(0.01)",
    }
    text = CHECKED
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


@pytest.fixture(params=["sync", "async"])
def server(request, shared):
    found = shared(source=checked(request.param == "async"))
    yield found
    (found.cwd / "check").unlink(missing_ok=True)


def check(server, text):
    """Gives the model's check a body."""
    is_async = "async def run" in (server.cwd / "predict.py").read_text()
    new = server.cwd / "check.new"
    new.write_text(text.replace("PAUSE", "await asyncio.sleep(0.01)" if is_async else "time.sleep(0.01)"))
    new.rename(server.cwd / "check")


TABLE = [
    ("return True", "READY", None),
    ("return None", "READY", None),
    ("return 0", "READY", None),
    ("return 'bad'", "READY", None),
    ("return []", "READY", None),
    ("return False", "UNHEALTHY", RETURNED_FALSE),
    ("raise RuntimeError('sick')", "UNHEALTHY", "Healthcheck failed: RuntimeError: sick"),
    ("raise TimeoutError", "UNHEALTHY", TIMED_OUT),
]


@pytest.mark.every_python
def test_what_the_check_gives_and_what_is_told(server):
    for text, status, told in TABLE:
        check(server, text)
        assert problem(server) == (status, told), text
        assert server.predict().json["output"] == "ok", text


@pytest.mark.ours(strict=False)
def test_d45_exit_in_the_check(server):
    check(server, "raise SystemExit(1)")
    assert problem(server) == ("UNHEALTHY", "Healthcheck failed: SystemExit: 1")
    check(server, "return True")
    assert problem(server) == ("READY", None)
    assert server.predict().json["output"] == "ok"


def test_it_is_called_for_each_request(server):
    check(server, "open('calls', 'a').write('x')")
    (server.cwd / "calls").unlink(missing_ok=True)
    for _ in range(3):
        server.health()
    assert (server.cwd / "calls").read_text() == "xxx"


HANGING = "open('begun', 'a').write('x')\n while not os.path.exists('end'): PAUSE\n return False"


def test_requests_at_once_share_a_check(server):
    check(server, HANGING)
    first = Background(server.health)
    server.mark_reached("begun")
    others = [server.raw() for _ in range(5)]
    for raw in others:
        # The first answer says that the second request has arrived too.
        raw.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /health-check HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.read_response().status == 200
    assert server.get("/").status == 200
    (server.cwd / "end").touch()
    assert first.result()["status"] == "UNHEALTHY"
    for raw in others:
        assert raw.read_response().json["user_healthcheck_error"] == RETURNED_FALSE
        raw.close()
    assert (server.cwd / "begun").read_text() == "x"
    check(server, "return True")
    assert server.status() == "READY"


@pytest.mark.ours
def test_d50_slow_check_holds_up_neither_predictions_nor_cancels(fresh):
    """Both kinds in parallel, because each has to exceed its 5 s."""
    servers = [fresh(source=checked(is_async)) for is_async in (False, True)]
    asked = []
    for server in servers:
        check(server, HANGING)
        asked.append(Background(server.health))
        server.mark_reached("begun")
    began = time.monotonic()
    for server in servers:
        assert server.predict().json["output"] == "ok"
        running = server.begin({"code": "never"}, id="c")
        wait_for(lambda server=server: server.get("/predictions/c").json.get("status") == "processing", "it to run")
        assert server.cancel("c").status == 200
        assert running.result().json["status"] == "canceled"
    assert time.monotonic() - began < 4
    assert not any(answer.done() for answer in asked)
    for answer in asked:
        assert answer.result()["user_healthcheck_error"] == TIMED_OUT
    for server in servers:
        assert server.predict().json["output"] == "ok"
        # The check that came too late ends some time; the next one counts.
        check(server, "return True")
        (server.cwd / "end").touch()
        server.wait_status("READY")


def test_unhealthy_outranks_busy(server):
    running = server.begin({"code": "go"})
    server.wait_status("BUSY")
    check(server, "return False")
    assert problem(server) == ("UNHEALTHY", RETURNED_FALSE)
    check(server, "return True")
    assert problem(server) == ("BUSY", None)
    (server.cwd / "go").touch()
    assert running.result().json["output"] == "ok"
    (server.cwd / "go").unlink()


@pytest.mark.ours(strict=False)
def test_better_what_it_prints_goes_to_the_server_s_log(server):
    check(server, "print('from the check', flush=True)\n return True")
    running = server.begin({"code": "go"})
    server.wait_status("BUSY")
    (server.cwd / "go").touch()
    assert running.result().json["logs"] == ""
    (server.cwd / "go").unlink()
    wait_for(lambda: "from the check" in server.log_text(), "the text in the log")
    assert "from the check" not in server.health()["setup"]["logs"]


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("healthcheck = 5", "TypeError: 'int' object is not callable"),
        ("def healthcheck(self, x): return True", "missing 1 required positional argument: 'x'"),
    ],
)
def test_check_that_cannot_be_called(fresh, definition, text):
    source = f"class Runner:\n    {definition}\n    def run(self) -> str: return 'ok'\n"
    server = fresh(source=source, until="UNHEALTHY")
    assert server.health()["user_healthcheck_error"].startswith("Healthcheck failed: TypeError: ")
    assert server.health()["user_healthcheck_error"].endswith(text)
    assert server.predict().json["output"] == "ok"


def test_it_is_not_called_before_the_model_is_ready(fresh):
    body = "    def setup(self):\n        while not os.path.exists('go'): time.sleep(0.01)\n"
    server = fresh(source=checked(False) + body, until="STARTING")
    check(server, "open('called', 'w').close()\n return False")
    assert problem(server) == ("STARTING", None)
    assert not (server.cwd / "called").exists()
    (server.cwd / "go").touch()
    server.wait_status("UNHEALTHY")


# MARK: - The worker's end


@pytest.mark.ours
def test_d48_worker_that_dies_during_a_check(fresh):
    server = fresh(source=checked(False))
    check(server, HANGING)
    asked = Background(server.health)
    server.mark_reached("begun")
    began = time.monotonic()
    processes.kill(server.worker_pid())
    assert asked.result()["status"] in ("UNHEALTHY", "STARTING")
    assert time.monotonic() - began < 3
    check(server, "return True")
    server.wait_status("READY")


@pytest.mark.ours
def test_worker_that_dies_during_a_check_says_nothing_about_the_others(fresh):
    server = fresh(source=checked(False), env={"COG_WORKERS": "2"})
    wait_for(lambda: "cog_slots 2\n" in server.get("/metrics").text, "both workers")
    pids = [worker["pid"] for worker in server.health()["workers"]]
    check(
        server, "if os.environ['COG_WORKER_INDEX'] == '1':\n  open('begun', 'w').close(); time.sleep(600)\n return True"
    )
    asked = Background(server.health)
    server.mark_reached("begun")
    processes.kill(pids[1])
    health = asked.result()
    assert health["status"] == "READY"
    assert "user_healthcheck_error" not in health
    check(server, "return True")


@pytest.mark.ours
def test_d48_no_check_while_the_worker_starts_again(fresh):
    """Nobody is there to be asked, and the answer does not wait for it."""
    body = "    def setup(self):\n        while os.path.exists('hold'): time.sleep(0.01)\n"
    server = fresh(source=checked(False) + body)
    (server.cwd / "hold").touch()
    processes.kill(server.worker_pid())
    server.wait_status("STARTING")
    began = time.monotonic()
    health = server.health()
    assert time.monotonic() - began < 2
    assert (health["status"], health["setup"]["status"]) == ("STARTING", "starting")
    assert "user_healthcheck_error" not in health
    (server.cwd / "hold").unlink()
    server.wait_status("READY")


DYING = """
import os, time
class Runner:
    def setup(self):
        with open("starts", "a") as f: f.write("x")
        while os.path.exists("hold"): time.sleep(0.01)
        if os.path.exists("broken"):
            print("about to die", flush=True)
            os._exit(1)
    def run(self) -> str:
        return "ok"
"""


@pytest.mark.ours
def test_d48_workers_that_die_before_they_are_ready_are_defunct_and_503(fresh):
    """DEFUNCT is a report, not an end: the server keeps trying every 30 s, and is READY once a start succeeds."""
    server = fresh(source=DYING, env={"COG_MAX_WORKER_FAILURES": "3"})
    broken, hold, starts = (server.cwd / name for name in ("broken", "hold", "starts"))
    broken.touch()
    processes.kill(server.worker_pid())
    health = server.wait_status("DEFUNCT")
    assert len(starts.read_text()) == 1 + 3
    assert health["setup"]["status"] == "failed"
    for text in ("about to die\n", "worker crashed", "died 3 times in a row before it was ready"):
        assert text in health["setup"]["logs"]
    for method, path in (("POST", "/predictions"), ("PUT", "/predictions/x")):
        answer = server.request(method, path, {"input": {}})
        assert (answer.status, answer.json["status"]) == (503, "failed")
    assert server.cancel("x").status == 404
    assert server.get("/").status == 200
    assert not processes.children(server.pid)

    # While the next one is being set up, DEFUNCT and the failure stay visible.
    broken.unlink()
    hold.touch()
    wait_for(lambda: len(starts.read_text()) == 1 + 4, "another start", 60)
    health = server.health()
    assert (health["status"], health["setup"]["status"]) == ("DEFUNCT", "failed")
    assert "about to die\n" in health["setup"]["logs"]
    hold.unlink()
    health = server.wait_status("READY")
    assert health["setup"]["status"] == "succeeded"
    assert "about to die" not in health["setup"].get("logs", "")
    assert server.predict().json["output"] == "ok"


@pytest.mark.ours
def test_better_defunct_server_still_ends(fresh):
    server = fresh(source=DYING, env={"COG_MAX_WORKER_FAILURES": "1"})
    (server.cwd / "broken").touch()
    processes.kill(server.worker_pid())
    server.wait_status("DEFUNCT")
    assert server.stop(5) == 0


# MARK: - Kubernetes


# A separate mount namespace with an empty /run, which /var/run links to: nothing on this machine is touched.
EMPTY_RUN = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none "$(realpath /var/run)" && exec "$@"', "sh")


def ready_file(server):
    # A link in /proc/PID/root would lead into the file system of the test.
    return Path(f"/proc/{server.pid}/root{os.path.realpath('/var/run')}/cog/ready")


needs_mounts = pytest.mark.skipif(
    subprocess.run([*EMPTY_RUN, "true"], capture_output=True, check=False).returncode != 0,
    reason="this user may not make mount namespaces",
)
# The same with a file in it, and the same that can't be written to.
LEFT_FILE = EMPTY_RUN[4].replace("&& exec", "&& mkdir /var/run/cog && touch /var/run/cog/ready && exec")
READ_ONLY_RUN = EMPTY_RUN[4].replace("-t tmpfs", "-t tmpfs -o ro")


@needs_mounts
@pytest.mark.parametrize("value", ["10.0.0.1", "", None])
def test_file_for_kubernetes(fresh, value):
    env = {"KUBERNETES_SERVICE_HOST": value}
    server = fresh("setup_waits", env=env, until="STARTING", under=EMPTY_RUN)
    assert not ready_file(server).exists()
    (server.cwd / "go").touch()
    server.wait_status("READY")
    if value is None:
        assert not ready_file(server).exists()
    else:
        wait_for(ready_file(server).exists, "the file")
        assert ready_file(server).read_bytes() == b""


def is_gone(path):
    return lambda: not path.exists()


@needs_mounts
@pytest.mark.ours
@pytest.mark.parametrize("workers", [1, 2])
def test_file_for_kubernetes_is_there_while_a_worker_is_ready(fresh, workers):
    env = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "COG_WORKERS": str(workers)}
    server = fresh("setup_waits", env=env, until="STARTING", under=EMPTY_RUN)
    file = ready_file(server)
    go = server.cwd / "go"
    go.touch()
    # Nobody has to ask for it.
    wait_for(file.exists, "the file")
    wait_for(lambda: all(w["status"] == "READY" for w in server.health().get("workers", [])), "all workers")
    server.wait_status("READY")
    go.unlink()
    for worker in processes.children(server.pid):
        assert file.exists()
        processes.kill(worker)
    wait_for(is_gone(file), "no file while the workers start")
    go.touch()
    wait_for(file.exists, "the file of the next workers")


@needs_mounts
@pytest.mark.ours
def test_file_for_kubernetes_is_gone_after_the_end(fresh):
    server = fresh("noop", env={"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, under=EMPTY_RUN)
    file = ready_file(server)
    wait_for(file.exists, "the file")
    # The mount namespace ends with its last process: an open folder shows what is in it.
    folder = os.open(file.parent, os.O_PATH)
    try:
        assert server.stop() == 0
        assert os.listdir(f"/proc/self/fd/{folder}") == []
    finally:
        os.close(folder)


@needs_mounts
@pytest.mark.ours
def test_file_for_kubernetes_that_another_server_left_is_removed_at_the_start(fresh):
    left = ("unshare", "--mount", "sh", "-c", LEFT_FILE, "sh")
    server = fresh("setup_waits", env={"KUBERNETES_SERVICE_HOST": "h"}, until="STARTING", under=left)
    wait_for(is_gone(ready_file(server)), "no file while the model starts")
    (server.cwd / "go").touch()
    wait_for(ready_file(server).exists, "the file")


@needs_mounts
@pytest.mark.ours
def test_file_for_kubernetes_that_can_not_be_written_is_logged_once(fresh):
    read_only = ("unshare", "--mount", "sh", "-c", READ_ONLY_RUN, "sh")
    server = fresh("noop", env={"KUBERNETES_SERVICE_HOST": "h"}, under=read_only)

    def warnings():
        return [e["fields"] for e in server.log_entries() if "readiness file" in e["fields"].get("message", "")]

    wait_for(warnings, "the warning")
    processes.kill(server.worker_pid())
    wait_for(lambda: "cog_worker_starts_total 2" in server.get("/metrics").text, "another worker")
    server.wait_status("READY")
    assert server.predict().json["output"] == "ok"
    (warning,) = warnings()
    assert warning["path"] == "/var/run/cog/ready"
    assert "Read-only file system" in warning["reason"]
