"""`python -m tests.bench.soak`: predictor and web application under load for a quarter of an hour.

Prints their memory and whether it stayed flat, and writes that to docs/benchmark.md.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import median

from tests.bench import document
from tests.bench.alone import resident_mb
from tests.bench.contenders import CONTENDERS, OURS
from tests.bench.load import Load, closed
from tests.bench.photos import phone_photo, small_photos
from tests.bench.run import machine
from tests.bench.tables import table
from tests.bench.uploads import form, new_store, new_web_application
from tests.conftest import new_predictor
from tests.processes import Server

CLIENTS = 16
LOAD_SECONDS = 5
"""Seconds between two samples."""
FLAT = 1.03
"""Highest ratio of the last third's memory to the middle third's that counts as flat."""

Samples = Mapping[str, Sequence[float]]


def main() -> None:
    """Run the soak test, then print and write its results."""
    parser = argparse.ArgumentParser(description="Run a long load and watch the components' memory.")
    parser.add_argument("--minutes", type=float, default=15)
    minutes: float = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as scratch:
        predictor = new_predictor(Path(scratch)).start()
        try:
            samples, loads = soak(Path(scratch), predictor, minutes)
        finally:
            predictor.stop()
    text = markdown(samples, loads, minutes)
    sys.stdout.write(text)
    document.write("make soak", text)


def soak(folder: Path, predictor: Server, minutes: float) -> tuple[Samples, Sequence[Load]]:
    """Load web application and predictor in turns; return the MiB of each after every load, and the loads."""
    photos = [*small_photos(), phone_photo()]
    ours = next(each for each in CONTENDERS if each.name == OURS)
    samples: dict[str, list[float]] = defaultdict(list)
    loads = []
    with new_store(folder) as store, new_web_application(folder, store.env, predictor) as webapp:
        parts = {"predictor": predictor, "web application": webapp}
        asked = {
            webapp.port: [form(each) for each in photos],
            predictor.port: [ours.request(each) for each in photos],
        }
        until, turns = time.monotonic() + 60 * minutes, cycle(asked)
        while time.monotonic() < until:
            port = next(turns)
            loads.append(closed(port, asked[port], CLIENTS, LOAD_SECONDS))
            for part, server in parts.items():
                samples[part].append(resident_mb(server))
    return samples, loads


def is_flat(samples: Sequence[float]) -> bool:
    """Return whether memory stops growing after the warm-up."""
    third = len(samples) // 3
    return median(samples[-third:]) <= FLAT * median(samples[third : 2 * third])


def markdown(samples: Samples, loads: Sequence[Load], minutes: float) -> str:
    """Report the memory at the start, in each third and at most, and the number of responses."""
    heads = ["resident MB", "first", "median of the thirds", "most", ""]
    rows = [
        [part, *_figures(each), "flat" if is_flat(each) else "**grows**"] for part, each in samples.items()
    ]
    answered, refused = sum(len(load.latencies) for load in loads), sum(load.refused for load in loads)
    said = f"{machine()}, {datetime.now(UTC):%Y-%m-%d}; {minutes:g} minutes, {CLIENTS} clients: "
    return f"{said}{answered:,} requests answered, {refused} refused.\n\n{table(heads, rows)}"


def _figures(samples: Sequence[float]) -> list[str]:
    third = len(samples) // 3
    thirds = [median(samples[start : start + third]) for start in (0, third, 2 * third)]
    return [f"{samples[0]:.0f}", " / ".join(f"{each:.1f}" for each in thirds), f"{max(samples):.0f}"]


if __name__ == "__main__":
    main()
