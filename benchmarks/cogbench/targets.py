"""What this server must reach, as ratios of medians taken in one run."""

from dataclasses import dataclass

from .measures import Measure
from .medians import median_of
from .runner import Results


@dataclass(frozen=True)
class Target:
    """`factor` times the peer's figure: at least, or where less is better at most."""

    measure: str
    peer: str
    factor: float


TARGETS = [
    Target("sync-1", "coglet", 6),
    Target("sync-1", "mosec", 1.2),
    Target("sync-1", "nginx", 0.65),
    Target("health-32", "coglet", 1.5),
    Target("health-32", "nginx", 0.8),
    Target("async-32", "coglet", 15),
    Target("async-32", "mosec", 2.5),
    Target("yields-json", "coglet", 12),
    Target("yields-stream", "coglet", 12),
    Target("file-in", "coglet", 4),
    Target("file-out", "coglet", 4),
    Target("text", "coglet", 3),
    Target("start", "coglet", 0.5),
    Target("memory", "coglet", 0.6),
]

CANCEL_LIMIT_MILLISECONDS = 100.0


@dataclass(frozen=True)
class Verdict:
    """A target, what was reached, and whether that is enough."""

    what: str
    required: str
    reached: str
    passed: bool


def judge(target: Target, measure: Measure, peer_title: str, results: Results) -> Verdict | None:
    """None if one of the two figures was not taken."""
    ours = median_of(results, target.measure, "ours")
    theirs = median_of(results, target.measure, target.peer)
    if ours is None or not theirs:
        return None
    ratio = ours / theirs
    passed = ratio >= target.factor if measure.higher_is_better else ratio <= target.factor
    sign = "≥" if measure.higher_is_better else "≤"
    return Verdict(measure.title, f"{sign} {target.factor:g} × {peer_title}", f"{ratio:.2f} ×", passed)


def absolute_verdicts(results: Results) -> list[Verdict]:
    """The targets that compare with nobody."""
    verdicts = []
    if samples := results.get("sync-1", {}).get("ours"):
        good, bad = sum(sample.good for sample in samples), sum(sample.bad for sample in samples)
        verdicts.append(
            Verdict("no-op, sync model, 1 connection", "no answer but 200", f"{bad} of {good + bad} bad", not bad)
        )
    milliseconds = median_of(results, "cancel", "ours")
    if milliseconds is not None:
        verdicts.append(
            Verdict(
                "cancel of `time.sleep(60)`",
                f"< {CANCEL_LIMIT_MILLISECONDS:g} ms",
                f"{milliseconds:.1f} ms",
                milliseconds < CANCEL_LIMIT_MILLISECONDS,
            )
        )
    return verdicts
