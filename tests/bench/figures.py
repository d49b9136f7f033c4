"""The measurements of a run, for each scenario and contender, and their JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from pydantic import BaseModel

from tests.bench.load import Load


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share (above 0, up to 1) of the values don't exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


class Figures(BaseModel):
    """Medians over the rounds."""

    p50_ms: float
    p99_ms: float
    per_second: float
    refused: int
    """Requests of all rounds with a status other than 200."""
    generator_ms: float
    """The load generator's CPU time per request."""

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
    """Whole uploads through the web application into a store."""

    one: Figures
    """With one client."""
    many: Figures
    """With 16 clients, all components on one machine."""
    predictor: Figures
    """Requests of one client to the predictor alone, in the same rounds."""
    cpu_ms: dict[str, float]
    """CPU time per upload, by component."""
    store_requests: float
    """Requests to the store per upload, on average."""


class Results(BaseModel):
    """One run."""

    machine: str
    date: str
    options: str
    load_before: float
    """The machine's load average before anything was started, from other work."""
    left_out: dict[str, str] = {}
    """Contenders that could not be measured on this machine, and why."""
    threads: dict[str, str] = {}
    """The settings of each rival, chosen by the pilot."""
    pilot: dict[str, dict[str, float]] = {}
    """Requests per second, by the settings tried."""
    same_answers: dict[str, float] = {}
    """Share of photos that get the same class as from our float32 model."""
    scenarios: dict[str, dict[str, Figures]] = {}
    limits: dict[str, float] = {}
    """Photos per second without a server, by the contender with that model."""
    cold_start_s: dict[str, float] = {}
    memory_mb: dict[str, dict[str, float]] = {}
    """Proportional set size after loads, by the number of clients."""
    largest_memory_mb: dict[str, float] = {}
    """Highest resident set size."""
    packages_mb: dict[str, float] = {}
    cpu_ms: dict[str, float] = {}
    """CPU time per request with 16 clients, by contender."""
    parts_cpu_ms: dict[str, float] = {}
    """CPU time of each part of a request, measured separately."""
    upload: Upload | None = None
