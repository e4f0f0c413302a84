"""Where temporary files are, and that none outlives its owner."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from support.environment import DEADLINE
from support.receiver import Answer
from support.server import Server
from support.temporary import input_folders, may_mount, mounted
from support.waiting import wait_for

pytestmark = pytest.mark.ours
READS = """
from cog import BaseRunner, Path
class Runner(BaseRunner):
    def run(self, p: Path) -> str: return p.read_text()
"""
GETTEMPDIR = {"code": "import tempfile; return tempfile.gettempdir()"}


def worker_folders(server):
    return [path for root in server.temp.iterdir() for path in root.iterdir() if path.name.startswith("w")]


# MARK: - Input files


def data_url(kib):
    return "data:;base64," + "QUJD" * (kib * 256)


@pytest.mark.parametrize("kib", [1, 256])
def test_put_and_cancel_back_to_back_leave_no_folder(fresh, kib):
    server = fresh(source=READS)
    body = json.dumps({"input": {"p": data_url(kib)}}).encode()
    for number in range(100):
        with server.raw() as raw:
            head = f"PUT /predictions/n{number} HTTP/1.1\r\nHost: h\r\nPrefer: respond-async\r\nContent-Type: application/json\r\n"
            raw.send(
                f"{head}Content-Length: {len(body)}\r\n\r\n".encode()
                + body
                + f"POST /predictions/n{number}/cancel HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()
            )
            assert raw.read_response().status in (200, 202)
            assert raw.read_response().status in (200, 404)
        wait_for(lambda: server.status() == "READY", "the slot")
    wait_for(lambda: not input_folders(server), "no folder of a prediction", 10)
    assert server.predict({"p": "data:,x"}).json["output"] == "x"


def test_client_that_leaves_while_its_files_are_decoded_leaves_no_folder(fresh):
    server = fresh(source=READS)
    body = json.dumps({"input": {"p": data_url(256)}}).encode()
    head = f"POST /predictions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for _ in range(50):
        with server.raw() as raw:
            raw.send(head.encode() + body)
        wait_for(lambda: server.status() == "READY", "the slot")
    wait_for(lambda: not input_folders(server), "no folder of a prediction", 10)


# MARK: - The model's files


def test_worker_has_a_temporary_folder_of_its_own(fresh):
    """It is the same in setup() and in predictions, and lives as long as the worker."""
    server = fresh(source=KEEPS)
    folder, kept, from_c = server.predict().json["output"]
    assert Path(folder) in worker_folders(server)
    assert Path(folder).stat().st_mode & 0o777 == 0o700
    assert folder.startswith(f"{server.temp}/")
    assert kept == "from setup"
    assert Path(from_c).parent == Path(folder)
    assert server.predict().json["output"][:2] == [folder, kept]


KEEPS = """
import os, subprocess, tempfile
from cog import BaseRunner
class Runner(BaseRunner):
    def setup(self):
        self.folder = tempfile.gettempdir()
        self.file = tempfile.NamedTemporaryFile("w+", delete=False)
        self.file.write("from setup")
        self.file.close()
    def run(self) -> list[str]:
        assert tempfile.gettempdir() == self.folder
        with open(self.file.name) as kept:
            return [self.folder, kept.read(), subprocess.check_output(["mktemp"], text=True).strip()]
"""


def test_sockets_of_multiprocessing_fit_into_it(fresh):
    server = fresh("script")
    code = "import multiprocessing as m\nwith m.Manager() as manager: return list(manager.list([1, 2]))"
    assert server.predict({"code": code}).json["output"] == [1, 2]


def test_files_of_a_killed_worker_are_removed(fresh):
    server = fresh("script")
    folder = server.predict({"code": FILLS}).json["output"]
    assert len(list(Path(folder).iterdir())) == 4
    os.kill(server.worker_pid(), signal.SIGKILL)
    wait_for(lambda: not Path(folder).exists(), "the removal of the dead worker's folder")
    server.wait_status("READY")
    other = server.predict(GETTEMPDIR).json["output"]
    assert other != folder
    assert worker_folders(server) == [Path(other)]


FILLS = """
import os, tempfile
for _ in range(3):
    tempfile.mkstemp(dir=tempfile.mkdtemp())
os.mkdir(tempfile.gettempdir() + "/locked", 0)
return tempfile.gettempdir()
"""


def test_output_of_a_worker_that_died_meanwhile_is_uploaded(fresh, receiver):
    """The file is in the worker's temporary folder, which is removed with the worker."""
    gate = threading.Event()
    receiver.on("/out.bin", Answer(gate=gate))
    server = fresh(source=UPLOADS, env={"COG_MAX_CONCURRENCY": "2"}, flags=("--upload-url", receiver.url + "/"))
    running = server.begin()
    receiver.wait("/out.bin")
    # The worker has said that the first one has ended before it says what came of this one.
    assert server.predict({"files": 0}).json["output"] == []
    folder = worker_folders(server)[0]
    os.kill(server.worker_pid(), signal.SIGKILL)
    wait_for(lambda: not folder.exists(), "the removal of the dead worker's folder")
    gate.set()
    assert running.result().json["status"] == "succeeded"
    assert len(receiver.at("/out.bin")[0].body) == 3 << 20


UPLOADS = """
import tempfile
from cog import BaseRunner, Path
class Runner(BaseRunner):
    async def run(self, files: int = 1) -> list[Path]:
        path = Path(tempfile.gettempdir()) / "out.bin"
        path.write_bytes(bytes(3 << 20))
        return [path] * files
"""


def test_leftovers_of_a_killed_server_are_removed_and_nobody_elses(fresh, tmp_path):
    env = {"TMPDIR": str(tmp_path)}
    (tmp_path / "coglet-models").mkdir()
    killed, running = fresh("script", env=env), fresh("script", env=env)
    folders = [server.predict(GETTEMPDIR).json["output"] for server in (killed, running)]
    Path(folders[0], "file").touch()
    killed.signal(signal.SIGKILL)
    killed.wait_exit()
    assert Path(folders[0]).exists()
    later = fresh("script", env=env)
    wait_for(lambda: not Path(folders[0]).parent.exists(), "the removal of the killed server's folder")
    assert Path(folders[1]).exists()
    assert Path(later.predict(GETTEMPDIR).json["output"]).exists()
    assert running.predict(GETTEMPDIR).json["output"] == folders[1]
    for server in (running, later):
        server.stop()
    assert list(tmp_path.iterdir()) == [tmp_path / "coglet-models"]


# MARK: - Where they are


def in_tmp_with_a_warning(server, reason):
    folder = server.predict(GETTEMPDIR).json["output"]
    assert folder.startswith("/tmp/coglet-")
    warnings = [entry["fields"]["message"] for entry in server.log_entries() if entry["level"] == "WARN"]
    assert [text for text in warnings if reason in text and text.endswith("temporary files are put into /tmp instead")]
    server.stop()
    assert not Path(folder).parent.exists()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nonexistent/folder", "cannot make a folder in /nonexistent/folder: No such file or directory"),
        ("/dev/null", "cannot make a folder in /dev/null: Not a directory"),
    ],
)
def test_unusable_folder_is_replaced_by_tmp(fresh, path, reason):
    in_tmp_with_a_warning(fresh("script", env={"TMPDIR": path}), reason)


READ_ONLY = "mount -t tmpfs -o ro none /mnt"
FULL = "mount -t tmpfs -o size=64k none /mnt && { cat /dev/zero > /mnt/full 2>/dev/null || true; }"


@pytest.mark.skipif(not may_mount(mounted(READ_ONLY)), reason="this user may not make mount namespaces")
@pytest.mark.parametrize(
    ("mount", "reason"),
    [(READ_ONLY, "Read-only file system"), (FULL, "No space left on device")],
    ids=["read-only", "full"],
)
def test_folder_that_cannot_be_written_is_replaced_by_tmp(fresh, mount, reason):
    in_tmp_with_a_warning(fresh("script", env={"TMPDIR": "/mnt"}, under=mounted(mount)), reason)


READ_ONLY_TMP = mounted("mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp")


@pytest.mark.skipif(not may_mount(READ_ONLY_TMP), reason="this user may not make mount namespaces")
def test_without_any_folder_the_start_fails(python):
    """At once: not only when the first file comes."""
    server = Server(python, "script", env={"TMPDIR": "/nonexistent"})
    ended = subprocess.run(
        [*READ_ONLY_TMP, python, "-m", "cog.server.http", *server.flags],
        cwd=server.cwd,
        env=server.env,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    server.discard()
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "coglet: no folder for temporary files: cannot make a folder in /nonexistent: No such file or directory; "
        "cannot make a folder in /tmp: Read-only file system. Set TMPDIR to a writable folder"
    )


def test_relative_folder_is_below_the_folder_of_the_server(fresh):
    server = fresh(source=CHANGES_FOLDER, env={"TMPDIR": "relative"}, until=None)
    assert server.wait_status("READY")
    assert server.predict({"p": "data:,x"}).json["output"] == "x"


CHANGES_FOLDER = """
import os
from cog import BaseRunner, Path
class Runner(BaseRunner):
    def setup(self): os.chdir("/")
    def run(self, p: Path) -> str:
        assert os.path.isabs(os.environ["TMPDIR"]) and os.path.isdir(os.environ["TMPDIR"])
        return p.read_text()
"""
