"""RESULTS.md."""

import re
import subprocess
from datetime import datetime, timezone

from . import machine, targets
from .environments import CHECKOUT
from .measures import Measure, Settings
from .medians import Quantity, cpu_seconds, latencies_of, median_of, peak_mib
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


def sections(runner: Runner, measures: list[Measure]) -> list[tuple[str, list[Measure], list[Server]]]:
    """The headings of the tables, with the measures under each and the servers that take part in one of them."""
    found = []
    for title in dict.fromkeys(measure.table for measure in measures):
        rows = [measure for measure in measures if measure.table == title and measure.name in runner.results]
        servers = [s for s in runner.servers if any(s.name in runner.results[measure.name] for measure in rows)]
        if rows:
            found.append((title, rows, servers))
    return found


def figures(runner: Runner, measures: list[Measure]) -> list[str]:
    lines = []
    for title, shown, servers in sections(runner, measures):
        rows = [
            [f"{measure.title}, {measure.unit}", *(cell(runner, measure, server) for server in servers)]
            for measure in shown
        ]
        lines += [f"### {title}", "", *table(["figure", *(server.title for server in servers)], rows)]
    return lines


def costs(runner: Runner, measures: list[Measure]) -> list[str]:
    """What the servers needed for the answers that were counted with wrk."""
    quantities: list[tuple[str, Quantity, int]] = [
        ("Processor seconds for 1 000 good answers", cpu_seconds, 3),
        ("Peak memory while they were given, MiB", peak_mib, 0),
    ]
    lines = []
    for title, quantity, digits in quantities:
        shown = [m for m in measures if any(cost(runner, m, server, quantity) for server in runner.servers)]
        servers = [s for s in runner.servers if any(cost(runner, m, s, quantity) for m in shown)]
        rows = []
        for measure in shown:
            taken = [cost(runner, measure, server, quantity) for server in servers]
            rows.append([measure.title, *("–" if each is None else number(each, digits) for each in taken)])
        if rows:
            lines += [f"### {title}", "", *table(["", *(server.title for server in servers)], rows)]
    return lines


def cost(runner: Runner, measure: Measure, server: Server, quantity: Quantity) -> float | None:
    return median_of(runner.results, measure.name, server.name, quantity)


def ratios(runner: Runner, measures: list[Measure]) -> list[str]:
    """Ours divided by each peer's, as so many times better: above 1 is better for us in every row."""
    lines = []
    for title, shown, servers in sections(runner, measures):
        peers = [server for server in servers if server.name != "ours"]
        rows = [ratio_row(runner, measure, peers) for measure in shown]
        if peers and rows:
            header = ["times better than", *(peer.title for peer in peers)]
            lines += [f"### {title}", "", *table(header, rows)]
    return lines


def ratio_row(runner: Runner, measure: Measure, peers: list[Server]) -> list[str]:
    ours = median_of(runner.results, measure.name, "ours")
    row = [measure.title]
    for peer in peers:
        theirs = median_of(runner.results, measure.name, peer.name)
        if not ours or not theirs:
            row.append("–")
        else:
            row.append(f"{ours / theirs if measure.higher_is_better else theirs / ours:.2f}")
    return row


def judged(runner: Runner, measures: list[Measure]) -> list[str]:
    by_name = {measure.name: measure for measure in measures}
    titles = {server.name: server.title for server in runner.servers}
    rows = [
        [verdict.what, verdict.required, verdict.reached, "pass" if verdict.passed else "**miss**"]
        for verdict in targets.verdicts(by_name, titles, runner.results)
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
    lines += ["## Costs", "", "All processes of each server together.", "", *costs(runner, measures)]
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
