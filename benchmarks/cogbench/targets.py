"""What this server must reach, as ratios of medians taken in one run, or as figures that compare with nobody."""

from dataclasses import dataclass

from .measures import Measure
from .medians import Quantity, cpu_seconds, median_of, value
from .runner import Results


@dataclass(frozen=True)
class Target:
    """`factor` times the peer's figure: at least, or where less is better at most."""

    measure: str
    peer: str
    factor: float
    ours: str = "ours"
    """Which of ours."""
    of_measure: str = ""
    """The peer's measure, if it is another one."""
    quantity: Quantity = value


@dataclass(frozen=True)
class Limit:
    """What our figure is at most."""

    measure: str
    limit: float
    unit: str


TARGETS = [
    Target("sync-1", "coglet", 9),
    Target("sync-1", "mosec", 2),
    Target("sync-1", "nginx", 0.9),
    Target("health-32", "coglet", 1.7),
    Target("health-32", "nginx", 0.75),
    Target("async-1", "ours", 0.9, of_measure="sync-1"),
    Target("async-32", "coglet", 17),
    Target("async-32", "mosec", 3.5),
    Target("async-32", "nginx", 0.5),
    Target("busy-sync-1", "ours-asleep", 0.95),
    Target("busy-async-1", "ours-asleep", 0.95),
    *(
        Target(measure, "fastapi-orjson", factor, ours, quantity=cpu_seconds)
        for measure, factor in (("floats-1", 1.5), ("object-1", 1.1), ("jpeg-1", 0.7))
        for ours in ("ours", "ours-orjson")
    ),
    Target("yields-json", "coglet", 25),
    Target("yields-stream", "coglet", 25),
    Target("file-in", "coglet", 8),
    Target("file-out", "coglet", 5),
    Target("text", "coglet", 4),
    Target("start", "coglet", 0.3),
    Target("memory", "coglet", 0.4),
    Target("cpu-8", "ours-1", 1.9),
    Target("cpu-8", "mosec", 0.98),
    Target("cpu-8", "litserve", 1),
    Target("batch-32", "mosec", 0.98),
    Target("batch-32", "litserve", 1),
    Target("batch-32", "ray", 1),
    Target("pool-memory", "ours-1", 1.15),
]

LIMITS = [
    Limit("stall", 200, "ms"),
    *(Limit(f"peak-{body}", 4, "× body") for body in ("text", "floats", "keys", "objects")),
    Limit("cancel", 100, "ms"),
    Limit("batch-1", 10.5 + 1.0, "ms"),  # 10.5 ms are the model's
    Limit("restart", 50, "ms"),
]

# What a batch of 16 takes, see models/batched.py.
IDEAL_BATCHED_PER_SECOND = 16 / (0.010 + 16 * 0.0005)
LEAST_SHARE_OF_IDEAL = 0.9


@dataclass(frozen=True)
class Verdict:
    """A target, what was reached, and whether that is enough."""

    what: str
    required: str
    reached: str
    passed: bool


def judge(target: Target, measures: dict[str, Measure], titles: dict[str, str], results: Results) -> Verdict | None:
    """None if one of the two figures was not taken."""
    ours = median_of(results, target.measure, target.ours, target.quantity)
    theirs = median_of(results, target.of_measure or target.measure, target.peer, target.quantity)
    if ours is None or not theirs:
        return None
    ratio = ours / theirs
    more_is_better = measures[target.measure].higher_is_better and target.quantity is value
    passed = ratio >= target.factor if more_is_better else ratio <= target.factor
    what = measures[target.measure].title
    if target.quantity is cpu_seconds:
        what += ", processor time"
    if target.ours != "ours":
        what += f", {titles[target.ours]}"
    peer = measures[target.of_measure].title if target.of_measure else titles[target.peer]
    required = f"{'≥' if more_is_better else '≤'} {target.factor:g} × {peer}"
    return Verdict(what, required, f"{ratio:.2f} ×", passed)


def judge_limit(limit: Limit, measures: dict[str, Measure], results: Results) -> Verdict | None:
    """None if the figure was not taken."""
    ours = median_of(results, limit.measure, "ours")
    if ours is None:
        return None
    required, reached = f"≤ {limit.limit:g} {limit.unit}", f"{ours:.1f} {limit.unit}"
    return Verdict(measures[limit.measure].title, required, reached, ours <= limit.limit)


def verdicts(measures: dict[str, Measure], titles: dict[str, str], results: Results) -> list[Verdict]:
    """All that can be judged by what was taken."""
    ratios = [judge(target, measures, titles, results) for target in TARGETS if target.measure in measures]
    limits = [judge_limit(limit, measures, results) for limit in LIMITS if limit.measure in measures]
    found = [verdict for verdict in [*ratios, *limits] if verdict]
    if samples := results.get("sync-1", {}).get("ours"):
        good, bad = sum(sample.good for sample in samples), sum(sample.bad for sample in samples)
        title = measures["sync-1"].title
        found.append(Verdict(title, "no answer but 200", f"{bad} of {good + bad} bad", not bad))
    rate = median_of(results, "batch-32", "ours")
    if rate is not None:
        share = rate / IDEAL_BATCHED_PER_SECOND
        required = f"≥ {LEAST_SHARE_OF_IDEAL:g} of {IDEAL_BATCHED_PER_SECOND:.0f}/s"
        title = measures["batch-32"].title
        found.append(Verdict(title, required, f"{share:.2f}", share >= LEAST_SHARE_OF_IDEAL))
    return found
