"""Takes the samples: servers beside each other, in alternation, round after round."""

import sys
import tempfile
from pathlib import Path

from .measures import Measure, Sample, Settings
from .processes import BenchmarkError, Running, free_port
from .servers import Server
from .workloads import Workload

Results = dict[str, dict[str, list[Sample]]]
"""Samples in the order of the rounds, by measure and server."""


class Runner:
    """Measures and remembers; a figure that could not be taken is a failure with its reason, and the rest goes on."""

    def __init__(self, servers: list[Server], settings: Settings, scratch: Path) -> None:
        self.servers = servers
        self.settings = settings
        self.results: Results = {}
        self.failures: list[str] = []
        self.commands: dict[str, str] = {}
        self._scratch = scratch

    def run(self, measures: list[Measure]) -> None:
        """Measures that share a model share the running servers; the others start each server anew."""
        together = [measure for measure in measures if not measure.alone]
        for workload in dict.fromkeys(measure.workload for measure in together):
            self._run_group(workload, [measure for measure in together if measure.workload == workload])
        for measure in measures:
            if measure.alone:
                self._run_alone(measure)

    def _taking_part(self, measure: Measure) -> list[Server]:
        return [s for s in self.servers if s.name in measure.servers and measure.workload.name in s.serves]

    def _launch(self, server: Server, workload: Workload) -> Running:
        directory = Path(tempfile.mkdtemp(prefix=f"{server.name}-", dir=self._scratch)) / "model"
        running = server.launch(workload, directory, free_port())
        self.commands[server.name] = " ".join(running.command)
        return running

    def _run_group(self, workload: Workload, measures: list[Measure]) -> None:
        running: dict[str, Running] = {}
        try:
            wanted = {server.name: server for measure in measures for server in self._taking_part(measure)}
            for server in wanted.values():
                running[server.name] = self._launch(server, workload)
                try:
                    server.wait(running[server.name])
                except BenchmarkError as error:
                    self._failed(workload.name, server, error)
                    running.pop(server.name).stop()
            for measure in measures:
                self._alternate(measure, running)
        finally:
            for process in running.values():
                process.stop()

    def _alternate(self, measure: Measure, running: dict[str, Running]) -> None:
        servers = [server for server in self._taking_part(measure) if server.name in running]
        for server in list(servers):
            try:
                measure.warm_up(server, running[server.name], self.settings)
            except (BenchmarkError, OSError) as error:
                self._failed(measure.name, server, error)
                servers.remove(server)
        for _ in range(max(self.settings.rounds, measure.minimum_rounds)):
            for server in servers:
                self._take(measure, server, running[server.name])

    def _run_alone(self, measure: Measure) -> None:
        for _ in range(max(self.settings.rounds, measure.minimum_rounds)):
            for server in self._taking_part(measure):
                process = self._launch(server, measure.workload)
                try:
                    self._take(measure, server, process)
                finally:
                    process.stop()

    def _take(self, measure: Measure, server: Server, running: Running) -> None:
        try:
            sample = measure.take(server, running, self.settings)
        except (BenchmarkError, OSError) as error:
            self._failed(measure.name, server, error)
            return
        self.results.setdefault(measure.name, {}).setdefault(server.name, []).append(sample)
        bad = f", {sample.bad} bad" if sample.bad else ""
        note = f" ({sample.note})" if sample.note else ""
        print(f"{measure.name:20} {server.name:9} {sample.value:12,.3f} {measure.unit}{bad}{note}", file=sys.stderr)

    def _failed(self, what: str, server: Server, error: Exception) -> None:
        text = f"{what}, {server.title}: {error}"
        print(f"FAILED {text}", file=sys.stderr)
        if text not in self.failures:
            self.failures.append(text)
