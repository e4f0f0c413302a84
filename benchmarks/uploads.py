#!/usr/bin/env python3
"""Large files in requests: how fast a form is written to disk compared with nginx's PUT, and the server's memory.

Both servers write to the same file system, in turn; the client is the same blocking socket, which sends the same buffer
again. An upload counts until its answer; the file's length is checked. `--limit` makes the script fail below a ratio.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cogbench.processes import resident_bytes_of

MODEL = """
from cog import BaseRunner, Path

class Runner(BaseRunner):
    def run(self, file: Path) -> int:
        return file.stat().st_size
"""
NGINX = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
user root;
events { worker_connections 16; }
http {
    access_log off;
    client_max_body_size 0;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:@PORT@;
        root @ROOT@;
        location / { dav_methods PUT; }
    }
}
"""
BUFFER = os.urandom(1 << 20)
BOUNDARY = "----formdata-4f1c22a9b0"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'.encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def sent(port: int, request: str, mebibytes: int, head: bytes = b"", tail: bytes = b"") -> tuple[float, bytes]:
    """Sends one body. Returns the seconds until the response, and the response."""
    length = len(head) + mebibytes * len(BUFFER) + len(tail)
    with socket.create_connection(("127.0.0.1", port)) as client:
        begun = time.perf_counter()
        client.sendall(f"{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n".encode())
        client.sendall(
            (f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode() if head else b"\r\n") + head
        )
        for _ in range(mebibytes):
            client.sendall(BUFFER)
        client.sendall(tail)
        answer = b""
        while more := client.recv(1 << 16):
            answer += more
        return time.perf_counter() - begun, answer


def wait_for_port(port: int) -> None:
    for _ in range(3000):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise SystemExit(f"nothing listens on port {port}")


@contextmanager
def running(command: list[str], folder: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def ours(folder: Path) -> Iterator[tuple[int, int]]:
    """Our server with a model that takes a file: its port and process."""
    folder.mkdir()
    (folder / "predict.py").write_text(MODEL)
    port = free_port()
    env = {**os.environ, "PORT": str(port), "COG_PREDICT_TYPE_STUB": "predict.py:Runner", "TMPDIR": str(folder)}
    python = os.environ.get("COG_BENCH_PYTHON", ".venv/bin/python")
    python = str(Path(python).absolute()) if "/" in python else python
    with running([python, "-m", "cog.server.http", "--host", "127.0.0.1"], folder, env) as process:
        wait_for_port(port)
        for _ in range(3000):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET /health-check HTTP/1.0\r\n\r\n")
                if b'"READY"' in client.makefile("rb").read():
                    break
            time.sleep(0.01)
        yield port, process.pid


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """nginx that stores PUT bodies: its port."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is missing: apt-get install nginx-light")
    (folder / "root").mkdir(parents=True)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.replace("@PORT@", str(port)).replace("@ROOT@", str(folder / "root")))
    with running([program, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"], folder, dict(os.environ)):
        wait_for_port(port)
        yield port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where both write; by default the system's temporary folder")
    parser.add_argument("--limit", type=float, help="the ratio to nginx that has to be reached")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        root = Path(name)
        with ours(root / "ours") as (port, pid), nginx(root / "nginx") as other:

            def form(mebibytes: int) -> float:
                seconds, answer = sent(port, "POST /predictions", mebibytes, HEAD, TAIL)
                output = json.loads(answer.split(b"\r\n\r\n", 1)[1])["output"]
                assert output == mebibytes * len(BUFFER), answer
                return seconds

            def put(mebibytes: int) -> float:
                seconds, answer = sent(other, "PUT /file", mebibytes)
                assert b" 201 " in answer[:20] or b" 204 " in answer[:20], answer
                stored = root / "nginx" / "root" / "file"
                assert stored.stat().st_size == mebibytes * len(BUFFER)
                stored.unlink()
                return seconds

            form(8)
            put(8)
            before = resident_bytes_of(pid)
            times: dict[str, list[float]] = {"form": [], "nginx": []}
            for _ in range(options.rounds):
                times["form"].append(form(options.mebibytes))
                times["nginx"].append(put(options.mebibytes))
            rates = {name: options.mebibytes / statistics.median(each) for name, each in times.items()}
            peak = resident_bytes_of(pid, "VmHWM")
    ratio = rates["form"] / rates["nginx"]
    print(f"form to disk        {rates['form']:8.0f} MiB/s")
    print(f"nginx PUT to disk   {rates['nginx']:8.0f} MiB/s")
    print(f"ratio               {ratio:8.2f}")
    print(f"server's memory     {before / 2**20:8.1f} MiB before, {peak / 2**20:.1f} MiB at most")
    if options.limit is not None and ratio < options.limit:
        raise SystemExit(f"below {options.limit}")


if __name__ == "__main__":
    main()
