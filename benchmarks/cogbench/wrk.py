"""Runs wrk and counts good answers only."""

import json
import subprocess
from dataclasses import dataclass

from .environments import BENCHMARKS
from .processes import BenchmarkError


@dataclass
class Load:
    """What wrk sends, and the text that a good answer holds."""

    method: str
    path: str
    body: str
    expected: str


@dataclass
class Throughput:
    good_per_second: float
    p50_microseconds: int
    p99_microseconds: int
    good: int
    bad: int
    """Answers with another status or body, and requests without an answer."""


def command(port: int, load: Load, connections: int, seconds: float) -> list[str]:
    return [
        *["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"],
        *["--script", str(BENCHMARKS / "good.lua"), f"http://127.0.0.1:{port}{load.path}"],
        *["--", load.method, load.body, load.expected],
    ]


def measure(port: int, load: Load, connections: int, seconds: float) -> Throughput:
    done = subprocess.run(command(port, load, connections, seconds), capture_output=True, text=True, check=False)
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
