"""A server of this checkout under a program that counts what its processes do."""

import contextlib
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cogbench.processes import BenchmarkError, Running, free_port, poll, start, tree
from cogbench.servers import Ours, clean_variables
from cogbench.workloads import Workload

_START_LIMIT_SECONDS = 300.0


@dataclass(frozen=True)
class Count:
    """What something took of each process."""

    server: float
    worker: float

    @property
    def both(self) -> float:
        return self.server + self.worker

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.server - other.server, self.worker - other.worker)

    def __truediv__(self, divisor: float) -> "Count":
        return Count(self.server / divisor, self.worker / divisor)


class Counter:
    """A running server whose processes are counted.

    Args:
        running: the server.
        directory: what the counting program may write to.
    """

    def __init__(self, running: Running, directory: Path) -> None:
        self.port = running.port
        self._directory = directory
        processes = tree(running.pid)
        if len(processes) != 2:
            raise BenchmarkError(f"a server and one worker were expected, there are the processes {processes}")
        self._processes = processes

    def during(self, work: Callable[[], object]) -> Count:
        """Return what the processes do while `work` runs."""
        raise NotImplementedError


class Instructions(Counter):
    """Counts instructions, with callgrind, which runs one thread at a time and some fifty times slower."""

    @staticmethod
    def command(directory: Path) -> list[str]:
        # The worker has a folder for temporary files of its own, where vgdb wouldn't look for it.
        return [
            *["valgrind", "--quiet", "--tool=callgrind", "--trace-children=yes", f"--vgdb-prefix={directory}/vgdb"],
            f"--callgrind-out-file={directory}/%p",
        ]

    def during(self, work: Callable[[], object]) -> Count:
        for process in self._processes:
            self._dumped(process)
        work()
        return Count(*map(self._dumped, self._processes))

    def _dumped(self, process: int) -> int:
        """Instructions since the last time."""
        command = ["vgdb", f"--vgdb-prefix={self._directory}/vgdb", f"--pid={process}", "dump"]
        before = self._dumps(process)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        new = self._dumps(process) - before
        if done.returncode != 0 or len(new) != 1:
            raise BenchmarkError(f"callgrind gave no count of process {process}: {done.stdout}{done.stderr}")
        total = re.search(r"^(?:totals|summary): (\d+)", new.pop().read_text(), re.MULTILINE)
        return int(total[1]) if total else 0

    def _dumps(self, process: int) -> set[Path]:
        return set(self._directory.glob(f"{process}.*"))


class SystemCalls(Counter):
    """Counts system calls, with strace."""

    @staticmethod
    def command(directory: Path) -> list[str]:
        return []

    def during(self, work: Callable[[], object]) -> Count:
        outputs = [self._directory / f"calls-{process}" for process in self._processes]
        tracers = []
        for process, output in zip(self._processes, outputs, strict=True):
            command = ["strace", "-c", "-f", "-p", str(process), "-o", str(output)]
            tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            tracers.append(tracer)
            assert tracer.stderr is not None
            if "attached" not in (said := tracer.stderr.readline()):
                raise BenchmarkError(f"strace can't be attached to process {process}: {said}")
        work()
        for tracer in tracers:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
        return Count(*map(self._total, outputs))

    @staticmethod
    def _total(output: Path) -> int:
        calls = 0
        for line in output.read_text().splitlines():
            fields = line.split()
            if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
                calls += int(fields[3])
        return calls


def _stripped(python: Path, variables: dict[str, str], directory: Path) -> Path:
    """Copy the programs without their debugging information, which valgrind may not know; return the server's."""
    server = Path(
        variables.get("COGLET_BINARY")
        or subprocess.run(
            [python, "-c", "import coglet; print(coglet.binary_path('coglet'))"],
            env=clean_variables(python.parent),
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    for program in (server, server.with_name("coglet-worker")):
        subprocess.run(["strip", "--strip-debug", "-o", directory / program.name, program], check=True)
    return directory / server.name


@contextlib.contextmanager
def serving(counter: type[Instructions] | type[SystemCalls], workload: Workload) -> Iterator[Counter]:
    """Run the server of the checkout with a model, and count."""
    ours = Ours()
    ours.prepare()
    with tempfile.TemporaryDirectory(prefix="cog-counts-") as scratch:
        directory = Path(scratch)
        counted = directory / "counts"
        counted.mkdir()
        workload.stage(directory / "model", with_document=False)
        variables = ours.own_variables(workload) | {
            # How often a worker looks for the next request while there is none depends on the machine.
            "COG_WORKER_POLLING": "0",
            # Callgrind counts `rep movsb` once for each byte.
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS",
        }
        variables["COGLET_BINARY"] = str(_stripped(ours.python(), variables, counted))
        port = free_port()
        command = [*counter.command(counted), str(ours.python()), "-m", "cog.server.http", "--host", "127.0.0.1"]
        running = start(
            command,
            port,
            directory / "model",
            clean_variables(
                ours.python().parent,
                PORT=str(port),
                COG_PREDICT_TYPE_STUB=f"{workload.file}:{workload.reference}",
                COG_MAX_CONCURRENCY=str(workload.slots),
                **variables,
            ),
        )
        try:
            for _ in poll(0.1, _START_LIMIT_SECONDS, "the server under " + (command[0])):
                running.check_alive()
                with contextlib.suppress(OSError):
                    if ours.ready(running):
                        break
            yield counter(running, counted)
        finally:
            running.stop(patience=60.0)
