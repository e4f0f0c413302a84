"""RESULTS.md."""

import re
import subprocess
from datetime import datetime, timezone

from . import machine, targets
from .environments import CHECKOUT
from .measures import Measure, Settings
from .medians import latencies_of, median_of
from .runner import Runner
from .servers import Server


def number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")


def microseconds(value: float) -> str:
    return f"{value:.0f} µs" if value < 1000 else f"{value / 1000:.1f} ms"


def cell(runner: Runner, measure: Measure, server: Server) -> str:
    value = median_of(runner.results, measure.name, server.name)
    if value is None:
        return "–"
    text = number(value, measure.digits)
    samples = runner.results[measure.name][server.name]
    if measure.name == "cancel" and not any(sample.good for sample in samples):
        return f"> {text}"
    if latencies := latencies_of(runner.results, measure.name, server.name):
        text += f" ({microseconds(latencies[0])}, {microseconds(latencies[1])})"
    bad, good = sum(sample.bad for sample in samples), sum(sample.good for sample in samples)
    if bad:
        text += f" **{100 * bad / (good + bad):.0f} % bad**"
    return text


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def verdicts(runner: Runner, measures: list[Measure]) -> list[targets.Verdict]:
    by_name = {measure.name: measure for measure in measures}
    titles = {server.name: server.title for server in runner.servers}
    judged = [
        targets.judge(target, by_name[target.measure], titles[target.peer], runner.results)
        for target in targets.TARGETS
        if target.measure in by_name and target.peer in titles
    ]
    return [verdict for verdict in judged if verdict] + targets.absolute_verdicts(runner.results)


def figures(runner: Runner, measures: list[Measure]) -> list[str]:
    rows = [
        [f"{measure.title}, {measure.unit}", *(cell(runner, measure, server) for server in runner.servers)]
        for measure in measures
        if measure.name in runner.results
    ]
    return table(["figure", *(server.title for server in runner.servers)], rows)


def ratios(runner: Runner, measures: list[Measure]) -> list[str]:
    """Ours divided by each peer's, as so many times better: above 1 is better for us in every row."""
    peers = [server for server in runner.servers if server.name != "ours"]
    rows = []
    for measure in measures:
        ours = median_of(runner.results, measure.name, "ours")
        if not ours:
            continue
        row = [measure.title]
        for peer in peers:
            theirs = median_of(runner.results, measure.name, peer.name)
            if not theirs:
                row.append("–")
                continue
            row.append(f"{ours / theirs if measure.higher_is_better else theirs / ours:.2f}")
        rows.append(row)
    return table(["times better than", *(peer.title for peer in peers)], rows)


def judged(runner: Runner, measures: list[Measure]) -> list[str]:
    rows = [
        [verdict.what, verdict.required, verdict.reached, "pass" if verdict.passed else "**miss**"]
        for verdict in verdicts(runner, measures)
    ]
    return table(["figure", "required", "reached", ""], rows)


def notes(runner: Runner, measures: list[Measure]) -> list[str]:
    lines = []
    for measure in measures:
        for server in runner.servers:
            samples = runner.results.get(measure.name, {}).get(server.name, [])
            for note in sorted({sample.note for sample in samples if sample.note})[:1]:
                lines.append(f"- {measure.title}, {server.title}: {note}.")
    lines += [f"- Not measured: {failure.splitlines()[0]}" for failure in runner.failures]
    return [*lines, ""] if lines else []


def shortened(command: str) -> str:
    """A command as one would type it in the checkout."""
    return re.sub(r"/\S*/cog-bench-\S*", "…", command.replace(f"{CHECKOUT}/", ""))


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    return done.stdout.strip() or "unknown"


def render(runner: Runner, measures: list[Measure], settings: Settings, busy: float, invocation: str) -> str:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    lines = [
        "# Results",
        "",
        f"Written by `{invocation}` on {now}, commit {commit()}. What each figure is: [README.md](README.md).",
        "",
    ]
    if busy > machine.BUSY_LIMIT:
        lines += [
            f"**The machine was busy with other work: {100 * busy:.0f} % of its processors' time was in use before the",
            "run. Absolute figures are too low and ratios blurred; take them again on a quiet machine.**",
            "",
        ]
    lines += ["## Targets", "", *judged(runner, measures)]
    lines += ["## Figures", "", "Medians; in brackets p50 and p99 of the latency.", "", *figures(runner, measures)]
    lines += ["![plot of the figures](results.svg)", ""]
    lines += ["## Ratios", "", "Above 1 is better for this server in every row.", "", *ratios(runner, measures)]
    lines += notes(runner, measures)
    lines += ["## Conditions", "", *table(["", ""], [list(row) for row in machine.description()])]
    lines += [
        f"{settings.rounds} rounds in alternation; wrk with one thread, {settings.seconds:g} s a measurement after "
        f"{settings.warm_up_seconds:g} s of warm-up; single requests after one that is not counted.",
        f"{100 * busy:.0f} % of the processors' time was in use by other programs before the run.",
        "",
    ]
    lines += table(
        ["server", "packages", "command"],
        [[s.title, s.version(), f"`{shortened(runner.commands.get(s.name, '–'))}`"] for s in runner.servers],
    )
    return "\n".join(lines)
