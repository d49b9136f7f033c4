"""What a run measured: the figures of each scenario and contender, as they are written and read again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from pydantic import BaseModel

from tests.bench.load import Load


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share (above 0, up to 1) of the values don't exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


class Figures(BaseModel):
    """Medians over the rounds."""

    p50_ms: float
    p99_ms: float
    per_second: float
    refused: int
    """Requests of all rounds that were not answered with 200."""
    generator_ms: float
    """Processor time that the load generator took for a request."""

    @classmethod
    def of(cls, loads: Sequence[Load]) -> Figures:
        """Summarise the loads of all rounds."""
        return cls(
            p50_ms=round(median(1000 * percentile(load.latencies, 0.50) for load in loads), 2),
            p99_ms=round(median(1000 * percentile(load.latencies, 0.99) for load in loads), 2),
            per_second=round(median(load.per_second for load in loads), 1),
            refused=sum(load.refused for load in loads),
            generator_ms=round(median(load.own_cpu_ms for load in loads), 3),
        )


class Upload(BaseModel):
    """Whole uploads through the web application with a store."""

    one: Figures
    """With one client."""
    many: Figures
    """With 16 clients, all parts on one machine."""
    predictor: Figures
    """The predictor asked by itself by one client, in the same rounds."""
    cpu_ms: dict[str, float]
    """Processor time of an upload, by part."""
    store_requests: float
    """Of an upload, on average."""


class Results(BaseModel):
    """One run."""

    machine: str
    date: str
    options: str
    load_before: float
    """The machine's load average before anything was started: what else it had to do."""
    left_out: dict[str, str] = {}
    """Who could not be measured on this machine, and why."""
    threads: dict[str, str] = {}
    """What each rival was given after the pilot."""
    pilot: dict[str, dict[str, float]] = {}
    """Requests a second by what was tried."""
    same_answers: dict[str, float] = {}
    """The share of photos that get the same class as from ours at float32."""
    scenarios: dict[str, dict[str, Figures]] = {}
    limits: dict[str, float] = {}
    """Photos a second without a server, by the name of the contender with that model."""
    cold_start_s: dict[str, float] = {}
    memory_mb: dict[str, dict[str, float]] = {}
    """Proportional set size after loads of so many clients."""
    largest_memory_mb: dict[str, float] = {}
    """Resident set size, the most that was seen."""
    packages_mb: dict[str, float] = {}
    cpu_ms: dict[str, float] = {}
    """Processor time of a request with 16 clients, by contender."""
    parts_cpu_ms: dict[str, float] = {}
    """Processor time of the parts of a request, each by itself."""
    upload: Upload | None = None
