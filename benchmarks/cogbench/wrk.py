"""Runs wrk and counts good answers only."""

import json
import subprocess
import tempfile
from dataclasses import dataclass

from .environments import BENCHMARKS
from .processes import BenchmarkError


@dataclass
class Load:
    """What wrk sends, and how it knows a good answer."""

    method: str
    path: str
    body: str
    expected: str
    """Stands near the end of a good answer."""
    least_bytes: int = 0
    """Length of the shortest good answer."""
    real_clients: bool = False
    """Whether the requests have the heads of real clients."""


@dataclass
class Throughput:
    good_per_second: float
    p50_microseconds: int
    p99_microseconds: int
    good: int
    bad: int
    """Answers with another status or body, and requests without an answer."""


def command(port: int, load: Load, body: str, connections: int, seconds: float) -> list[str]:
    """`body` is the name of a file, or empty."""
    return [
        *["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"],
        *["--timeout", "10s", "--script", str(BENCHMARKS / "good.lua"), f"http://127.0.0.1:{port}{load.path}"],
        *["--", load.method, body, load.expected, str(load.least_bytes), "real" if load.real_clients else "plain"],
    ]


def measure(port: int, load: Load, connections: int, seconds: float) -> Throughput:
    with tempfile.NamedTemporaryFile("w", prefix="cog-bench-") as file:
        file.write(load.body)
        file.flush()
        words = command(port, load, file.name if load.body else "", connections, seconds)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines or not lines[-1].startswith("{"):
        raise BenchmarkError(f"wrk failed on {load.path}: {done.stdout}{done.stderr}")
    counts = json.loads(lines[-1])
    return Throughput(
        good_per_second=counts["good"] / counts["microseconds"] * 1e6,
        p50_microseconds=counts["p50"],
        p99_microseconds=counts["p99"],
        good=counts["good"],
        bad=counts["wrong_body"] + counts["other_status"] + counts["broken"],
    )
