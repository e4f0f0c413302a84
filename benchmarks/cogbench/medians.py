"""Medians of samples."""

from statistics import median

from .runner import Results


def median_of(results: Results, measure: str, server: str) -> float | None:
    samples = results.get(measure, {}).get(server)
    return median(sample.value for sample in samples) if samples else None


def latencies_of(results: Results, measure: str, server: str) -> tuple[float, float] | None:
    """Medians of p50 and p99 in microseconds, where there are any."""
    samples = results.get(measure, {}).get(server, [])
    p50 = [sample.p50_microseconds for sample in samples if sample.p50_microseconds is not None]
    p99 = [sample.p99_microseconds for sample in samples if sample.p99_microseconds is not None]
    return (median(p50), median(p99)) if p50 and p99 else None
