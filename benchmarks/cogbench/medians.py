"""Medians of samples."""

from collections.abc import Callable
from statistics import median

from .measures import Sample
from .runner import Results

Quantity = Callable[[Sample], float | None]
"""What of a sample is looked at."""


def value(sample: Sample) -> float | None:
    """The figure itself."""
    return sample.value


def cpu_seconds(sample: Sample) -> float | None:
    return sample.cpu_seconds


def peak_mib(sample: Sample) -> float | None:
    return sample.peak_mib


def median_of(results: Results, measure: str, server: str, quantity: Quantity = value) -> float | None:
    """None where nothing was taken."""
    found = [quantity(sample) for sample in results.get(measure, {}).get(server, [])]
    taken = [number for number in found if number is not None]
    return median(taken) if taken else None


def latencies_of(results: Results, measure: str, server: str) -> tuple[float, float] | None:
    """Medians of p50 and p99 in microseconds, where there are any."""
    p50 = median_of(results, measure, server, lambda sample: sample.p50_microseconds)
    p99 = median_of(results, measure, server, lambda sample: sample.p99_microseconds)
    return (p50, p99) if p50 is not None and p99 is not None else None
