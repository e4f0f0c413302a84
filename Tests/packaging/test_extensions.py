"""Extension modules that bring libraries of the same names as the worker's own, together in one model."""

import os
from pathlib import Path

from serving import ROOT, predict, served, variables

# Made by scripts/test.sh, with what scripts/extensions.txt lists.
PYTHON = os.environ.get("COG_TEST_EXTENSIONS", ROOT / ".envs" / "extensions" / "bin" / "python")

MODEL = '''
import asyncio, ssl, sys

import numpy
import onnxruntime


def field(number, value):
    """One field of a protocol buffer: a number, or bytes with their length, which must stay below 128."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def vector(name):
    floats = field(1, 1) + field(2, field(1, field(2, b"n")))
    return field(1, name) + field(2, field(1, floats))


def doubling():
    """A network that adds its input to itself."""
    node = field(1, b"x") + field(1, b"x") + field(2, b"y") + field(4, b"Add")
    graph = field(1, node) + field(2, b"doubling") + field(11, vector(b"x")) + field(12, vector(b"y"))
    return field(1, 7) + field(7, graph) + field(8, field(1, b"") + field(2, 13))


def greeting_of_a_tls_client():
    context, incoming, outgoing = ssl.create_default_context(), ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname="example.org")
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()


class Predictor:
    async def setup(self) -> None:
        self.session = onnxruntime.InferenceSession(doubling(), providers=["CPUExecutionProvider"])

    async def predict(self, n: int) -> dict:
        await asyncio.sleep(0.001)
        x = numpy.arange(n, dtype=numpy.float32)
        (y,) = self.session.run(None, {"x": x})
        echo = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
        out, _ = await echo.communicate(b"through a pipe")
        return {
            "loop": type(asyncio.get_running_loop()).__module__,
            "doubled": float(y.sum()),
            "product": float((numpy.ones((300, 300)) @ numpy.ones((300, 300))).sum()),
            "hello": greeting_of_a_tls_client()[0],
            "piped": out.decode(),
            "modules": sorted({"ssl", "numpy", "uvloop", "onnxruntime"} & set(sys.modules)),
        }
'''


def test_ssl_numpy_uvloop_and_onnxruntime_work_together(tmp_path: Path) -> None:
    (tmp_path / "predict.py").write_text(MODEL)
    command = [PYTHON, "-m", "cog.server.http", "--host", "127.0.0.1"]
    with served(command, tmp_path, variables()) as port:
        for n in (1, 10, 1000):
            answer = predict(port, n=n)
            assert answer["status"] == "succeeded", answer
            assert answer["output"] == {
                "loop": "uvloop",
                "doubled": n * (n - 1),
                "product": 300**3,
                "hello": 22,  # a handshake record
                "piped": "through a pipe",
                "modules": ["numpy", "onnxruntime", "ssl", "uvloop"],
            }
