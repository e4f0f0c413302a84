"""Serves examples/ocr on a free loopback port, posts the photograph to it, prints the text, and stops the server."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MODEL = Path(__file__).resolve().parent.parent / "examples" / "ocr"
PORT = re.compile(r"Starting coglet server on 127\.0\.0\.1:(\d+)")
SETUP_LIMIT_SECONDS = 120.0
STOP_LIMIT_SECONDS = 20.0


def request(url: str, body: Any = None) -> Any:
    """GETs the URL, or POSTs the body as JSON. Returns the response's JSON."""
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    # The server is on this machine, so a proxy from the environment isn't used.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(call, timeout=SETUP_LIMIT_SECONDS) as answer:
        return json.load(answer)


def port_of(server: "subprocess.Popen[bytes]", log: Path) -> int:
    """Waits for the log line with the port that the kernel chose."""
    deadline = time.monotonic() + SETUP_LIMIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        text = log.read_text(encoding="utf-8", errors="replace")
        if match := PORT.search(text):
            return int(match[1])
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def wait_until_ready(server: "subprocess.Popen[bytes]", base: str) -> None:
    """Waits for the model's setup() to end."""
    deadline = time.monotonic() + SETUP_LIMIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            health = request(f"{base}/health-check")
        except urllib.error.URLError:
            health = {"status": "STARTING"}
        if health["status"] == "READY":
            return
        if health["status"] not in ("STARTING", "BUSY"):
            raise RuntimeError(f"the model is {health['status']}: {health.get('setup', {}).get('logs', '')}")
        time.sleep(0.1)
    raise RuntimeError("the model was not ready in time")


def read_photograph(base: str) -> None:
    """Sends the photograph as a data URL and prints the lines of text found in it."""
    photo = MODEL / "photo.jpg"
    url = "data:image/jpeg;base64," + base64.b64encode(photo.read_bytes()).decode()
    print(f"POST {base}/predictions with {photo.relative_to(MODEL.parent.parent)} ({photo.stat().st_size} bytes)")
    started = time.monotonic()
    prediction = request(f"{base}/predictions", {"input": {"image": url}})
    if prediction["status"] != "succeeded" or not prediction["output"]:
        raise RuntimeError(f"the prediction {prediction['status']}: {json.dumps(prediction)[:2000]}")
    print(f"succeeded in {time.monotonic() - started:.2f} s; the photograph says:\n")
    for line in prediction["output"]:
        print(f"    {line['text']:<40} confidence {line['confidence']:.2f}")


def main() -> int:
    with tempfile.NamedTemporaryFile(prefix="cog-demo-", suffix=".log") as file:
        log = Path(file.name)
        environment = {**os.environ, "PORT": "0", "COG_PREDICT_TYPE_STUB": "run.py:Runner"}
        command = [sys.executable, "-m", "cog.server.http", "--host", "127.0.0.1"]
        server = subprocess.Popen(command, cwd=MODEL, env=environment, stdin=subprocess.DEVNULL, stderr=file)
        try:
            base = f"http://127.0.0.1:{port_of(server, log)}"
            wait_until_ready(server, base)
            read_photograph(base)
            server.send_signal(signal.SIGTERM)
            status = server.wait(STOP_LIMIT_SECONDS)
            print(f"\nserver stopped (exit {status})")
            return status
        except (RuntimeError, urllib.error.URLError, subprocess.TimeoutExpired) as error:
            print(f"error: {error}\n\nthe server's log:\n{log.read_text(encoding='utf-8')[-4000:]}", file=sys.stderr)
            return 1
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()


if __name__ == "__main__":
    sys.exit(main())
