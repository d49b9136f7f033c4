"""`python -m tests.bench.window`: what a month of a million predictions costs the jobs and the metrics.

Fills a store with a month of predictions, draws and labels, and with older predictions, and runs the jobs
as the scheduler does. Prints a table in Markdown.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cronjobs import draws
from cronjobs.choosing import Pool
from cronjobs.draws import Seen
from cronjobs.sampling import SOURCE, Sampling
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.quality import QualityRecord
from gourmetgram.records import LabelRecord, PredictionRecord
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.bench.jobs import write
from tests.conftest import new_store_server
from tests.labelling import prediction, prediction_id
from webapp import quality_metrics

DAYS = 30
LABELLED_LOW = 200
"""Predictions with low confidence that annotators label per day."""
LOW_SHARE = 0.15
LINKS = 10_000
"""Links to one file; ext4 allows 65,000."""
MEASURED = """
import atexit, re, runpy, sys
from pathlib import Path
atexit.register(lambda: print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""
"""Runs a job that finally prints its peak memory in KiB; wait4's figure would include its parent's memory."""


class Cost(NamedTuple):
    """The cost of a command."""

    seconds: float
    mebibytes: float


class Filling(Sampling):
    """Draws as the job does, from a day's predictions in memory."""

    def __init__(self, store: Store, settings: CronjobSettings, seen: Sequence[Seen]) -> None:
        super().__init__(store, settings)
        self.seen = seen

    def pool(self, start: date, today: date, number: int) -> Pool:  # noqa: ARG002 - the day is known
        """Treat them all as new."""
        return Pool(new=self.seen, older={})


def uploads(day: date, count: int) -> Iterator[PredictionRecord]:
    """Make the records of a day's predictions."""
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    for number in range(count):
        is_low = number % 100 < LOW_SHARE * 100
        record = prediction(number, at=midnight + timedelta(milliseconds=number))
        yield record.model_copy(
            update={"confidence": 0.4 if is_low else 0.95, "low_confidence": is_low},
        )


def fill_before(folder: Path, first: date, days: int, count: int) -> None:
    """Write the records of earlier days, as links to a few files, since no job reads them."""
    record = prediction(0).model_dump_json()
    for back in range(1, days + 1):
        midnight = datetime.combine(first - timedelta(days=back), datetime.min.time(), UTC)
        place = keys.prediction(prediction_id(0, midnight))
        day = (folder / place.bucket / place.key).parent
        day.mkdir(parents=True)
        for number in range(count):
            path = day / f"{prediction_id(number, midnight)}.json"
            if number % LINKS == 0:
                source = path
                source.write_text(record)
            else:
                os.link(source, path)


def label(record: PredictionRecord, source: Source, *, right: bool) -> LabelRecord:
    """Make a label as an annotator would."""
    return LabelRecord(
        prediction_id=record.prediction_id,
        predicted=record.prediction,
        actual=record.prediction if right else "Rice",
        source=source,
        annotator="ann@example.org",
        labelled_at=record.created_at,
        is_blind=True,
    )


def fill(folder: Path, day: date, count: int) -> list[Seen]:
    """Write a day's predictions, and labels for some of them, directly into the store's folder."""
    seen = []
    for number, record in enumerate(uploads(day, count)):
        place = keys.prediction(record.prediction_id)
        write(folder, "", place, record.model_dump_json().encode())
        low = bool(record.low_confidence)
        seen.append(Seen(record.prediction_id, low, record.model_version, record.confidence))
        if low and number < LABELLED_LOW / LOW_SHARE:
            given = label(record, Source.LOW_CONFIDENCE, right=number % 2 == 0)
            place = keys.label(record.prediction_id, Source.LOW_CONFIDENCE)
            write(folder, "", place, given.model_dump_json().encode())
    return seen


def draw(store: Store, settings: CronjobSettings, seen: Sequence[Seen], day: date) -> None:
    """Draw as on that day, and label the sample."""
    Filling(store, settings, seen).run(day)
    for drawn in draws.made_between(store, day, day)[-1].drawn:
        record = store.get_record(keys.prediction(drawn.prediction_id), PredictionRecord)
        place = keys.label(record.prediction_id, SOURCE)
        store.put_record(place, label(record, SOURCE, right=True))


def cost(module: str) -> Cost:
    """Run a job and measure its time and peak memory."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, module], capture_output=True, text=True, check=True
    )
    return Cost(time.perf_counter() - started, int(done.stdout.split()[-1]) / 1024)


def metrics_seconds(store: Store) -> float:
    """Measure how long the metrics take to read the results of processing."""
    started = time.perf_counter()
    record = store.get_record(keys.quality(), QualityRecord)
    list(quality_metrics.quality(record))
    return time.perf_counter() - started


def main() -> None:
    """Start the store, fill it, run the jobs, print the table."""
    parser = argparse.ArgumentParser(description="Measure what a month of many predictions costs.")
    parser.add_argument("--predictions", type=int, default=1_000_000, help="in 30 days")
    parser.add_argument("--days-before", type=int, default=0, help="with as many predictions a day")
    given = parser.parse_args()
    count = given.predictions // DAYS
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    with tempfile.TemporaryDirectory() as scratch:
        server = new_store_server(Path(scratch))
        seen = {day: fill(Path(scratch) / "data", day, count) for day in days}
        fill_before(Path(scratch) / "data", days[0], given.days_before, count)
        server.start()
        os.environ.update({name: value for name, value in server.env.items() if name.startswith("AWS_")})
        try:
            print_costs(seen, today, given.days_before * count)
        finally:
            server.stop()


def print_costs(seen: Mapping[date, Sequence[Seen]], today: date, before: int) -> None:
    """Draw for each day but today, leave today's predictions to the job, and print the costs."""
    settings = CronjobSettings()
    store = Store(settings)
    store.create_buckets()
    for day, predictions in seen.items():
        if day != today:
            draw(store, settings, predictions, day)
    rows = {
        "sampling, of the day": cost("cronjobs.sampling"),
        "processing, nothing waits": cost("cronjobs.processing"),
        "report, 30 days": cost("cronjobs.report"),
    }
    sys.stdout.write(f"{sum(map(len, seen.values())):,} predictions in {DAYS} days, {before:,} before\n\n")
    sys.stdout.write("| | seconds | memory |\n|---|---|---|\n")
    for name, row in rows.items():
        sys.stdout.write(f"| {name} | {row.seconds:.1f} | {row.mebibytes:.0f} MiB |\n")
    sys.stdout.write(f"| the metrics' reading | {metrics_seconds(store):.3f} | |\n")


if __name__ == "__main__":
    main()
