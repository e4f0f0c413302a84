"""What the SDK costs: importing it, and an input of 1 000 fields. This one and the original, in alternation.

    python3 benchmarks/sdk.py [--rounds 21]

An import is the difference to an interpreter that does nothing, of the same environment, from start to end. A
prediction goes over HTTP to a model that does nothing with its 1 000 parameters; "conversion" is the part of it that
turns JSON values into what the annotations say, taken inside one process, which only this SDK allows.
Exits with 1 if a target is missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cogbench import machine
from cogbench.client import Client
from cogbench.processes import BenchmarkError, free_port
from cogbench.servers import CogServer, Original, Ours, clean_variables
from cogbench.workloads import Workload

FIELDS = 1000
IMPORT_LIMIT_MS = 25.0
CONVERSION_LIMIT_MS = 5.0
WARM_UP = 20
PREDICTIONS_A_ROUND = 20

IMPORTS = {
    "`import cog`": "import cog",
    "`from cog import BaseRunner, Input, Path`": "from cog import BaseRunner, Input, Path",
    "every name of `cog.__all__`": "import cog; [getattr(cog, name) for name in cog.__all__]",
}

# Annotations that both SDKs know, with a value for each.
KINDS = [
    ("int", 7),
    ("float", 0.5),
    ("str", "text"),
    ("bool", True),
    ("list[int]", [1, 2, 3]),
    ("Optional[int]", 7),
    ("Secret", "key"),
    ("dict", {"a": 1}),
]
VALUES = {f"f{index}": KINDS[index % len(KINDS)][1] for index in range(FIELDS)}


def model(parameters: str) -> str:
    """The text of a model with these parameters, a line each."""
    head = "from dataclasses import dataclass\nfrom typing import Optional\n\nfrom cog import BaseRunner, Secret\n\n\n"
    method = f'    def run(\n        self,\n{parameters}    ) -> str:\n        return "ok"\n'
    return f"{head}class Runner(BaseRunner):\n{method}"


FLAT = model("".join([f"        f{index}: {KINDS[index % len(KINDS)][0]},\n" for index in range(FIELDS)]))
# The same fields in a separate class, which the original doesn't support.
NESTED = model("        record: Fields,\n").replace(
    "class Runner",
    "@dataclass\nclass Fields:\n"
    + "".join([f"    f{index}: {KINDS[index % len(KINDS)][0]}\n" for index in range(FIELDS)])
    + "\n\nclass Runner",
)

CONVERT = """
import json, statistics, sys, time
from cog._values.inputs import InputPlan
from cog._model.loader import load
plan = InputPlan(load("predict.py:Runner", "predict").call)
values = json.load(sys.stdin)
times = []
for _ in range(200):
    began = time.perf_counter()
    plan.convert(values, {})
    times.append(time.perf_counter() - began)
print(1000 * statistics.median(times[20:]))
"""


class ManyFields(Workload):
    """The flat model."""

    def stage(self, directory: Path, with_document: bool) -> None:
        directory.mkdir(parents=True)
        (directory / "predict.py").write_text(FLAT)
        if with_document:
            (directory / ".cog").mkdir()
            (directory / ".cog" / "openapi_schema.json").write_text(document(directory))


def document(directory: Path) -> str:
    """The document that the original's build tool would have made."""
    command = [str(Ours().python()), "-m", "cog.command.openapi_schema", "--predict", "predict.py:Runner"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True, env=clean_variables(None))
    return done.stdout


@dataclass
class Figure:
    """A row of the table: medians in milliseconds, None where a server can't."""

    title: str
    ours: float
    original: float | None
    limit: float | None = None

    @property
    def is_missed(self) -> bool:
        return self.limit is not None and self.ours > self.limit


def seconds_of(server: CogServer, code: str) -> float:
    """How long an interpreter of the server's environment takes to run the code, from start to end."""
    began = time.perf_counter()
    command = [str(server.python()), "-c", code]
    # Two of the names print a deprecation to stderr.
    subprocess.run(command, check=True, env=clean_variables(None), cwd="/", stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def in_alternation(servers: list[CogServer], rounds: int, take: Callable[[CogServer], float]) -> list[float]:
    """The median of each server's rounds, in milliseconds; the first round is not counted."""
    samples: list[list[float]] = [[] for _ in servers]
    for _ in range(rounds + 1):
        for kept, server in zip(samples, servers, strict=True):
            kept.append(take(server))
    return [1000 * median(kept[1:]) for kept in samples]


def imports(servers: list[CogServer], rounds: int) -> list[Figure]:
    figures = []
    for title, code in IMPORTS.items():

        def added(server: CogServer, code: str = code) -> float:
            return seconds_of(server, code) - seconds_of(server, "pass")

        ours, original = in_alternation(servers, rounds, added)
        limit = IMPORT_LIMIT_MS if code == "import cog" else None
        figures.append(Figure(f"{title} on top of bare Python", ours, original, limit))
    return figures


def predictions(servers: list[CogServer], rounds: int, scratch: Path) -> Figure:
    body = json.dumps({"input": VALUES}).encode()
    running = []
    clients: dict[str, Client] = {}
    try:
        for server in servers:
            started = server.launch(ManyFields("fields", "Runner"), scratch / server.name, free_port())
            running.append(started)
            server.wait(started)
            clients[server.name] = Client(started.port, buffer_bytes=1 << 20)
            for _ in range(WARM_UP):
                predict(clients[server.name], body)

        def round_of(server: CogServer) -> float:
            return median([predict(clients[server.name], body) for _ in range(PREDICTIONS_A_ROUND)])

        ours, original = in_alternation(servers, rounds, round_of)
    finally:
        for client in clients.values():
            client.close()
        for each in running:
            each.stop()
    return Figure(f"prediction with {FIELDS} fields, over HTTP", ours, original)


def predict(client: Client, body: bytes) -> float:
    """Seconds of one prediction, repeated while the original still counts its slot as taken."""
    while True:
        answer = client.request("POST", "/predictions", body)
        if answer.status == 200 and b'"ok"' in answer.body:
            return answer.seconds
        if answer.status != 409:
            raise BenchmarkError(f"status {answer.status}: {answer.body[:200]!r}")


def conversion(title: str, text: str, values: object, scratch: Path) -> Figure:
    folder = scratch / title.replace(" ", "-")
    folder.mkdir()
    (folder / "predict.py").write_text(text)
    done = subprocess.run(
        [str(Ours().python()), "-c", CONVERT],
        input=json.dumps(values),
        cwd=folder,
        env=clean_variables(None),
        capture_output=True,
        text=True,
        check=True,
    )
    return Figure(f"conversion of {FIELDS} {title}", float(done.stdout), None, CONVERSION_LIMIT_MS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/sdk.py", description="What the SDK costs, beside the original.")
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    servers: list[CogServer] = [Ours(), Original()]
    try:
        for server in servers:
            server.prepare()
        with tempfile.TemporaryDirectory(prefix="cog-bench-") as folder:
            figures = imports(servers, rounds)
            figures.append(predictions(servers, rounds, Path(folder)))
            figures.append(conversion("parameters", FLAT, VALUES, Path(folder)))
            figures.append(conversion("fields of a dataclass", NESTED, {"record": VALUES}, Path(folder)))
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    print(", ".join([f"{name} {value}" for name, value in machine.description()]) + f"; medians of {rounds} rounds\n")
    print(f"| milliseconds | {servers[0].title} | {servers[1].title} | target |\n| --- | --- | --- | --- |")
    for figure in figures:
        original = "–" if figure.original is None else f"{figure.original:.2f}"
        limit = "" if figure.limit is None else f"≤ {figure.limit:g}{' **missed**' if figure.is_missed else ''}"
        print(f"| {figure.title} | {figure.ours:.2f} | {original} | {limit} |")
    return 1 if any(figure.is_missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
