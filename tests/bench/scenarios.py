"""The loads for every contender, in rounds, each in a random order."""

import logging
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.contender import Contender
from tests.bench.figures import Figures
from tests.bench.load import Load, closed, paced
from tests.conftest import ROOT
from tests.processes import Server

log = logging.getLogger(__name__)

WARM_UP_SECONDS = 0.4
CLIENTS = (1, 4, 16, 64)
HALF = "half of its most"


@dataclass(frozen=True)
class Scenario:
    """A load of clients that each wait for their response."""

    name: str
    clients: int
    phone: bool = False
    """Whether to send a phone photo of 12 megapixels."""
    neighbour: bool = False
    """Whether another process keeps a CPU busy."""


SMALL = {clients: Scenario(f"{clients} client{'s' if clients > 1 else ''}", clients) for clients in CLIENTS}
PHONE = Scenario("phone photo, 4 clients", 4, phone=True)
NEIGHBOUR = Scenario("busy neighbour, 1 client", 1, neighbour=True)
SCENARIOS = (*SMALL.values(), PHONE, NEIGHBOUR)

Running = Mapping[str, tuple[Contender, Server]]
Row = dict[str, Figures]


@dataclass(frozen=True)
class Photos:
    """The photos to send."""

    small: Sequence[bytes]
    phone: bytes


class Length(NamedTuple):
    """The length of a run."""

    rounds: int
    seconds: float
    """Duration of each load."""


def measure(
    running: Running, photos: Photos, models: Mapping[str, Path], length: Length
) -> tuple[dict[str, Row], dict[str, float]]:
    """Load every server with every scenario, and run every model without a server, in turns.

    Returns the figures of the loads, and the photos a second of the models.
    """
    loads: dict[str, dict[str, list[Load]]] = defaultdict(lambda: defaultdict(list))
    limits: dict[str, list[float]] = defaultdict(list)
    turns: list[tuple[Scenario | None, str]] = [
        (scenario, name) for scenario in SCENARIOS for name in running
    ]
    turns += [(None, name) for name in models]
    for number in range(length.rounds):
        log.info("round %d of %d: %s", number + 1, length.rounds, ", ".join(each.name for each in SCENARIOS))
        for scenario, name in random.Random(number).sample(turns, len(turns)):
            if scenario is None:
                limits[name].append(_without_a_server(models[name], length.seconds))
            else:
                loads[scenario.name][name].append(_load(scenario, *running[name], photos, length.seconds))
    figures = {scenario.name: _summary(loads[scenario.name]) for scenario in SCENARIOS}
    return figures, {name: median(limits[name]) for name in models}


def _load(scenario: Scenario, contender: Contender, server: Server, photos: Photos, seconds: float) -> Load:
    requests = [contender.request(photo) for photo in ([photos.phone] if scenario.phone else photos.small)]
    with busy_neighbour() if scenario.neighbour else nullcontext():
        closed(server.port, requests, scenario.clients, WARM_UP_SECONDS)
        return closed(server.port, requests, scenario.clients, seconds)


def _without_a_server(model: Path, seconds: float) -> float:
    command = [sys.executable, "-m", "tests.bench.limit", str(model), str(seconds)]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def measure_half(running: Running, photos: Photos, most: Mapping[str, float], length: Length) -> Row:
    """Load every server at half of its highest throughput, at random times."""
    loads: dict[str, list[Load]] = defaultdict(list)
    for number in range(length.rounds):
        log.info("round %d of %d: %s", number + 1, length.rounds, HALF)
        for name in random.Random(number).sample(list(running), len(running)):
            contender, server = running[name]
            requests = [contender.request(photo) for photo in photos.small]
            closed(server.port, requests, 1, WARM_UP_SECONDS)
            loads[name].append(paced(server.port, requests, most[name] / 2, length.seconds, seed=number))
    return _summary(loads)


def most_served(scenarios: Mapping[str, Row]) -> dict[str, float]:
    """Return each contender's highest throughput with small photos, per second."""
    rows = [scenarios[scenario.name] for scenario in SMALL.values()]
    return {name: max(row[name].per_second for row in rows) for name in rows[0]}


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """Keep one CPU busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _summary(loads: Mapping[str, Sequence[Load]]) -> Row:
    return {name: Figures.of(rounds) for name, rounds in loads.items()}
