"""Pools of workers under fire for a given time; fails if a prediction is lost, ends twice, or leaves anything behind.

    python3 benchmarks/soak/fire.py [--seconds 300] [--python .venv/bin/python]

Needs nothing but Python's standard library and the product installed for the interpreter that is named.
"""

import argparse
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cogbench.processes import children, poll  # noqa: E402
from load.arson import Arsonist, state_of, stopped  # noqa: E402
from load.hazards import Hazards  # noqa: E402
from load.operations import Target, UnexpectedAnswer, ask, bad_requests, document, garbage  # noqa: E402
from load.served import BenchmarkError, Part, Served, quiet_moment, servers, show, verdict  # noqa: E402

INTERVAL_SECONDS = 60.0
"""Of fire between two quiet moments; a short run has two."""

WORKERS = 4
DRIVERS = 8
NOTICE_SECONDS = 60.0
"""In which a stopped worker must be noticed while there is load, and everything be whole again without."""

MODEL = HERE / "burning.py"
LIMITS = {
    "COG_WORKERS": str(WORKERS),
    "COG_PREDICTION_TIMEOUT": "2",
    "COG_CANCEL_GRACE": "0.5",
    "COG_SETUP_TIMEOUT": "10",
    "COG_QUEUE_LIMIT": "3",
    "COG_QUEUE_TIMEOUT": "1",
    "COG_WORKER_MAX_PREDICTIONS": "60",
    "COG_WORKER_MAX_RSS_BYTES": str(80 << 20),
}
KINDS = {
    "ok": 10, "sleep": 6, "leak": 1, "litter": 1, "raise": 1, "exit": 0.4, "segfault": 0.4, "orphan": 0.2, "hang": 0.3,
    "stubborn": 0.2,
}  # fmt: skip


@dataclass
class Pool:
    """One kind of pool."""

    part: Part
    kinds: dict[str, float]
    pieces: int = 3
    slots: int = 1
    """Predictions that a worker can run at a time."""
    others: int = 0
    """Processes besides the workers: a template, a standby."""


def pool(name: str, model: str, *, kinds: dict[str, float], pieces: int = 3, slots: int = 1, others: int = 0,
         **variables: str) -> Pool:  # fmt: skip
    part = Part(
        name, MODEL, model, DRIVERS, variables={**LIMITS, **variables}, replaces_workers=True, connections=DRIVERS
    )
    return Pool(part, {**KINDS, **kinds}, pieces, slots, others)


POOLS = [
    pool("sync", "Sync", kinds={"file": 1}),
    pool("async", "Async", kinds={"file": 1}, slots=4, COG_MAX_CONCURRENCY="4", COG_BUSY_STATUS="429"),
    pool("forked", "Sync", kinds={"file": 1}, others=1, COG_WORKER_START="fork", COG_BUSY_STATUS="503"),
    pool("standby", "Sync", kinds={"file": 1}, others=1, COG_STANDBY="1"),
    pool("batched", "Batched", kinds={"item": 1}, pieces=0, slots=8),
    pool("async batched", "AsyncBatched", kinds={"item": 1}, pieces=0, slots=16, COG_MAX_CONCURRENCY="2"),
]


def metrics(target: Target) -> dict[str, int]:
    """The counts of `/metrics`, by name and labels; without those of requests, which begin with the first answer."""
    text = ask(target, "GET", "/metrics")[1].decode()
    found = re.findall(r"^(?!cog_http_)(?!\S+_sum\b)(cog_\S+) (\d+)$", text, re.MULTILINE)
    return {name: int(value) for name, value in found}


def total(samples: dict[str, int], name: str) -> int:
    return sum(value for sample, value in samples.items() if sample.partition("{")[0] == name)


def health_of(target: Target) -> dict[str, Any]:
    status, text = ask(target, "GET", "/health-check")
    if status != 200:
        raise UnexpectedAnswer(f"health: {status} {text[:200]!r}")
    found: dict[str, Any] = json.loads(text)
    return found


def consistent_health(target: Target) -> None:
    """The status says what the list of workers says."""
    health = health_of(target)
    each = [worker["status"] for worker in health["workers"]]
    wanted = next((status for status in ("READY", "BUSY") if status in each), "STARTING")
    if len(each) != WORKERS or health["status"] != wanted:
        raise UnexpectedAnswer(f"health: {health}")


@dataclass
class Burning:
    """A pool, and what is done to it."""

    pool: Pool
    served: Served
    hazards: Hazards
    arsonist: Arsonist
    sample_counts: set[int] = field(default_factory=set)
    """How many samples the metrics had at quiet moments."""
    descriptor_counts: set[int] = field(default_factory=set)
    """How many descriptors the server had then, apart from connections."""

    @classmethod
    def begin(cls, pool: Pool, served: Served) -> "Burning":
        hazards = Hazards(pool.kinds, pieces=pool.pieces)
        others = [document, bad_requests, garbage]
        if pool.pieces:
            # A batched model takes more than runs: its status may be READY while each worker is at it.
            others.append(consistent_health)
        served.start([others, *[[hazards.anything]] * pool.part.drivers])
        arsonist = Arsonist(served.running.pid)
        arsonist.start()
        return cls(pool, served, hazards, arsonist)

    def await_noticed(self) -> None:
        """Stopped workers are given something to do, don't do it, and are replaced. Nothing else shows it."""
        for _ in poll(0.1, NOTICE_SECONDS, f"{self.pool.part.name}: stopped workers to be replaced"):
            self.served.running.check_alive()
            pids = [worker["pid"] for worker in health_of(self.served.target)["workers"]]
            if not stopped([pid for pid in pids if pid]):
                break
        # A template or a standby has nothing to do as long as no worker dies.
        self.arsonist.resume_all()

    def await_whole(self) -> None:
        """All workers are back, all slots are free, and nothing is held any more."""
        wrong: list[str] = []
        pid = self.served.running.pid
        try:
            for _ in poll(0.1, NOTICE_SECONDS, f"{self.pool.part.name}: the pool to be whole"):
                self.served.running.check_alive()
                wrong = self._missing()
                if not wrong:
                    self.descriptor_counts.add(sum(not link.startswith("socket:") for link in links(pid)))
                    break
        except BenchmarkError as error:
            raise BenchmarkError(f"{error}: {'; '.join(wrong)}") from None

    def _missing(self) -> list[str]:
        samples = metrics(self.served.target)
        self.sample_counts.add(len(samples))
        pid = self.served.running.pid
        own = children(pid)
        slots = WORKERS * self.pool.slots
        expected = {
            "ready workers": (total(samples, "cog_worker_ready"), WORKERS),
            "slots": (samples["cog_slots"], slots),
            "running": (total(samples, "cog_predictions_running"), 0),
            "running by worker": (total(samples, "cog_worker_predictions_running"), 0),
            "queued": (samples["cog_predictions_queued"], 0),
            "webhooks": (samples["cog_webhooks_waiting"], 0),
            "bytes held": (total(samples, "cog_memory_taken_bytes"), 0),
            "predictions ended": (total(samples, "cog_predictions_total"), self.hazards.ledger.accepted),
            "processes": (len(own), WORKERS + self.pool.others),
            "zombies": (sum(state_of(child)[0] == "Z" for child in own), 0),
            "shared memory": (sum("memfd:coglet-worker" in link for link in links(pid)), WORKERS + self.pool.others),
            "temporary folders": (sum(1 for _ in self.served.temporary.glob("*/*/")), WORKERS + self.pool.others),
        }
        return [f"{what}: {found}, not {wanted}" for what, (found, wanted) in expected.items() if found != wanted]

    def complaints(self) -> list[str]:
        found = self.served.complaints()
        name = self.pool.part.name
        ends = dict(self.served.target.receiver.ends)
        found += [f"{name}: {text}" for text in self.hazards.ledger.differing(ends)[:20]]
        for what, counts in {"samples of metrics": self.sample_counts, "descriptors": self.descriptor_counts}.items():
            if len(counts) != 1:
                found.append(f"{name}: there were {sorted(counts)} {what} at quiet moments")
        return found

    def summary(self) -> list[str]:
        ledger, samples = self.hazards.ledger, metrics(self.served.target)
        strikes = ", ".join(f"{count} {how}" for how, count in sorted(self.arsonist.strikes.items()))
        by_cause = {sample.split('"')[1]: n for sample, n in samples.items() if sample.startswith("cog_worker_deaths")}
        deaths = ", ".join(f"{n} {cause}" for cause, n in by_cause.items() if n)
        first = f"{self.pool.part.name}: {ledger.accepted} predictions accepted, {ledger.refused} refused"
        starts = samples["cog_worker_starts_total"]
        return [first, f"  strikes: {strikes}", f"  {starts} starts; deaths: {deaths}", *ledger.lines()]


def links(pid: int) -> list[str]:
    """What the descriptors of a process are."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(os.readlink(entry))
        except OSError:
            continue  # closed meanwhile
    return found


def burn(pools: list[Burning], seconds: float) -> None:
    """Load and fire, then load until all is noticed, then a quiet moment."""
    for burning in pools:
        burning.served.load.set()
        burning.arsonist.fire.set()
    time.sleep(seconds)
    for burning in pools:
        burning.arsonist.put_out()
    for burning in pools:
        burning.await_noticed()
    quiet_moment([burning.served for burning in pools], [burning.await_whole for burning in pools])


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Pools under fire for a given time; fails if anything is lost or left."
    )
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--python", type=Path, default=HERE.parents[1] / ".venv" / "bin" / "python")
    chosen = parser.parse_args()
    try:
        with servers([pool.part for pool in POOLS], chosen.python.absolute()) as (all_served, receiver):
            pools = [Burning.begin(pool, served) for pool, served in zip(POOLS, all_served, strict=True)]
            intervals = max(2, round(chosen.seconds / INTERVAL_SECONDS))
            for _ in range(intervals):
                burn(pools, chosen.seconds / intervals)
                print(f"{sum(burning.hazards.ledger.accepted for burning in pools)} predictions", flush=True)
            complaints = [text for burning in pools for text in burning.complaints()] + receiver.wrong[:20]
            for burning in pools:
                print("\n".join(burning.summary()))
            for served in all_served:
                complaints += served.left_behind()
            show(all_served, receiver)
    except BenchmarkError as error:
        complaints = [str(error)]
    return verdict(complaints, "fire", "every accepted prediction has ended once, and nothing is left")


if __name__ == "__main__":
    sys.exit(main())
