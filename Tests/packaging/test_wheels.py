"""The wheels: one file for every Python, nothing newer than glibc 2.34, no symbols of ours in the model's process."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("COG_TEST_BIN", ROOT / ".build" / "release"))
DIST = Path(os.environ.get("COG_TEST_DIST", ROOT / "dist"))
PYTHONS = os.environ.get("COG_TEST_PYTHONS", sys.executable).split(":")

MODEL = "class Predictor:\n    def predict(self, s: str) -> str:\n        return 'hello ' + s\n"


def test_one_wheel_each():
    version = (ROOT / "VERSION").read_text().strip()
    assert [wheel.name for wheel in DIST.glob("cog-*.whl")] == [f"cog-{version}-py3-none-any.whl"]
    (binary,) = DIST.glob("coglet-*.whl")
    glibc = int(binary.name.split("manylinux_2_")[1].split("_")[0])
    assert glibc <= 34


@pytest.mark.parametrize("prefix", ["uv_", "json_", "SSL_", "curl_", "pcre2_"])
def test_worker_exports_no_library(prefix):
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", BINARIES / "coglet-worker"], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[-1] for line in symbols.splitlines() if line]
    assert [name for name in names if name.startswith(prefix)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_installed_wheels_serve_a_prediction(python, tmp_path):
    (tmp_path / "predict.py").write_text(MODEL)
    environment = {**os.environ, "PORT": "0", "COG_PREDICT_TYPE_STUB": "predict.py:Predictor"}
    environment.pop("COGLET_BINARY", None)
    with open(tmp_path / "log", "w+") as log:
        server = subprocess.Popen(
            [python, "-m", "cog.server.http", "--host", "127.0.0.1"], cwd=tmp_path, env=environment, stderr=log
        )
        try:
            answer = predict(tmp_path / "log")
        finally:
            server.terminate()
            assert server.wait(timeout=20) == 0
    assert answer["output"] == "hello world"


def predict(log: Path) -> dict:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = log.read_text()
        if "Server ready" in text:
            port = text.split("Starting coglet server on 127.0.0.1:")[1].split('"')[0]
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/predictions", b'{"input":{"s":"world"}}', {"content-type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)
        time.sleep(0.05)
    raise AssertionError(f"not ready in time: {log.read_text()}")
