"""`python -m tests.bench.pair`: compares a few contenders with all their settings, to judge a change.

Prints a table in Markdown: median latency, throughput and CPU time with 1 and with 16 clients.
"""

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.alone import cpu_seconds
from tests.bench.contender import Contender
from tests.bench.contenders import CONTENDERS
from tests.bench.figures import percentile
from tests.bench.load import closed
from tests.bench.photos import small_photos
from tests.bench.scenarios import WARM_UP_SECONDS
from tests.bench.tables import table
from tests.processes import Server

CLIENTS = (1, 16)


class Turn(NamedTuple):
    """The results of one load of one server."""

    p50_ms: float
    per_second: float
    cpu_ms: float
    """CPU time per request."""


def turn(server: Server, requests: Sequence[bytes], clients: int, seconds: float) -> Turn:
    """Load a server."""
    closed(server.port, requests, clients, WARM_UP_SECONDS)
    before = cpu_seconds(server)
    load = closed(server.port, requests, clients, seconds)
    spent = cpu_seconds(server) - before
    answered = len(load.latencies)
    return Turn(1000 * percentile(load.latencies, 0.5), load.per_second, 1000 * spent / answered)


def in_turns(
    running: Mapping[str, tuple[Contender, Server]], rounds: int, seconds: float
) -> Mapping[str, Mapping[int, list[Turn]]]:
    """Load all servers in each round, each time in a different order."""
    photos = small_photos()
    asked = {name: [contender.request(each) for each in photos] for name, (contender, _) in running.items()}
    turns: dict[str, dict[int, list[Turn]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for name in random.Random(number).sample(list(running), len(running)):
            for clients in CLIENTS:
                turns[name][clients].append(turn(running[name][1], asked[name], clients, seconds))
    return turns


def rows(turns: Mapping[str, Mapping[int, Sequence[Turn]]]) -> Iterator[list[str]]:
    """Return each server's medians as rows of the table."""
    for name, of in turns.items():
        yield [
            name,
            *(f"{median(each):.2f}" for clients in CLIENTS for each in zip(*of[clients], strict=True)),
        ]


@contextmanager
def started(contenders: Iterable[Contender]) -> Iterator[dict[str, tuple[Contender, Server]]]:
    """Run each contender with each of its settings."""
    running: dict[str, tuple[Contender, Server]] = {}
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as ending:
        for contender in contenders:
            for threads in contender.choices:
                folder = Path(scratch) / str(len(running))
                folder.mkdir()
                server = contender.new_server(folder, threads).start()
                ending.callback(server.stop)
                running[f"{contender.name}, {threads}"] = (contender, server)
        yield running


def main() -> None:
    """Compare the contenders that the command line names."""
    known = {each.name: each for each in CONTENDERS}
    parser = argparse.ArgumentParser(description="Compare contenders of the benchmark, in turns.")
    parser.add_argument("contender", nargs="+", choices=known)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0)
    given = parser.parse_args()
    with started(known[name] for name in given.contender) as running:
        turns = in_turns(running, given.rounds, given.seconds)
    figures = [f"{clients}: {what}" for clients in CLIENTS for what in ("p50 ms", "a second", "CPU ms")]
    sys.stdout.write(table(["clients", *figures], list(rows(turns))))


if __name__ == "__main__":
    main()
