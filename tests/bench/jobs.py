"""`python -m tests.bench.jobs`: the cost of the jobs for the same new data, by the amount of older data.

Prints a table in Markdown: seconds and requests to the store, including Label Studio's own.
"""

import argparse
import contextlib
import logging
import os
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cronjobs.archive import archive, archive_name
from cronjobs.exports import Exported
from cronjobs.label_studio.annotations import changed_since
from cronjobs.label_studio.client import connect
from cronjobs.processing import Processing
from cronjobs.quality import read
from cronjobs.sampling import Sampling
from cronjobs.settings import CronjobSettings
from cronjobs.sync import OVERLAP
from gourmetgram import keys
from gourmetgram.classes import class_dir
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord, Task
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.conftest import new_label_studio, new_store_server
from tests.labelling import annotation, ask, prediction, upload
from tests.loop import Loop
from tests.proxy import Proxy, proxied

NEW = 20
LONG_AGO = timedelta(days=60)
SOURCE = Source.LOW_CONFIDENCE


class Cost(NamedTuple):
    """The cost of one run of a job."""

    job: str
    requests: int
    seconds: float


def write(folder: Path, prefix: str, location: Location, body: bytes) -> None:
    """Write an object directly into the store's folder."""
    path = folder / f"{prefix}{location.bucket}" / location.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def fill(folder: Path, prefix: str, count: int, now: datetime) -> None:
    """Write the data of earlier predictions, all labelled, directly into the store's folder."""
    for number in range(count):
        record = prediction(number, at=now - LONG_AGO + timedelta(seconds=number))
        label = LabelRecord(
            prediction_id=record.prediction_id,
            predicted="Egg",
            actual="Rice",
            source=SOURCE,
            annotator="ann@example.org",
            labelled_at=record.created_at,
        )
        task = Task.of(record, SOURCE, prefix, preselect=True).model_dump_json().encode()
        name = archive_name(str(number), record.created_at)
        kept = Location(keys.LABELSTUDIO, f"{archive(SOURCE, record.prediction_id)}{name}")
        write(folder, prefix, record.image.location, b"photo")
        write(folder, prefix, keys.prediction(record.prediction_id), record.model_dump_json().encode())
        write(folder, prefix, keys.label(record.prediction_id, SOURCE), label.model_dump_json().encode())
        write(folder, prefix, keys.processed(keys.task(record.prediction_id, SOURCE)), task)
        write(folder, prefix, keys.processed(kept), annotation(record, "Rice", number=number))
        photo = keys.photo(SOURCE.dataset, class_dir("Rice"), record.prediction_id, "jpg")
        write(folder, prefix, photo, b"photo")


def fill_label_studio(loop: Loop, database: Path, count: int, now: datetime) -> None:
    """Create annotated tasks in the project, as if runs long ago had imported and exported them."""
    value = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": ["Rice"]}}
    tasks = []
    for number in range(count):
        record = prediction(number, at=now - LONG_AGO + timedelta(seconds=number))
        data = Task.of(record, SOURCE, loop.store.bucket_prefix, preselect=False).data
        tasks.append({"data": data.model_dump(mode="json"), "annotations": [{"result": [value]}]})
    for start in range(0, count, 1000):
        loop.studio.projects.import_tasks(loop.project(SOURCE), request=tasks[start : start + 1000])
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        for table in ("task", "task_completion"):
            statement = f"UPDATE {table} SET created_at = ?, updated_at = ?"  # noqa: S608 - two names of ours
            connection.execute(statement, [str(now - LONG_AGO)[:26]] * 2)
    until = Exported(until=now)
    loop.store.put_record(keys.exported_until(SOURCE), until)


def costs(loop: Loop, studio_requests: Proxy, now: datetime) -> Iterator[Cost]:
    """Run each job once, on the same new data."""

    def measure(job: str, work: Callable[[], object]) -> Cost:
        counted = 0

        def count(**_: object) -> None:
            nonlocal counted
            counted += 1

        studio_requests.watch(None)
        loop.store.client.meta.events.register("before-send.s3", count)
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        loop.store.client.meta.events.unregister("before-send.s3", count)
        return Cost(job, counted + studio_requests.counts.total(), seconds)

    for number in range(NEW):
        ask(loop.store, upload(loop.store, number, at=now), SOURCE)
    yield measure("sampling", lambda: Sampling(loop.store, loop.settings).run(now.date()))
    yield measure("sync: import", lambda: loop.sync(SOURCE))
    for task in changed_since(loop.studio, loop.project(SOURCE), datetime.now(UTC) - OVERLAP):
        if not task.annotations:
            loop.annotate(task.id, "Rice")
    yield measure("sync: export", lambda: loop.sync(SOURCE))
    yield measure("processing", lambda: Processing(loop.store, loop.settings).run())
    yield measure("report, 30 days", lambda: read(loop.store, 16, now.date(), 30))


def processing_seconds(folder: Path, threads: int, count: int, now: datetime) -> float:
    """Measure the processing of many waiting answers, and check that all become labels."""
    prefix = f"{secrets.token_hex(4)}-"
    store = Store(CronjobSettings(bucket_prefix=prefix))
    for number in range(count):
        record = prediction(number, at=now)
        waits = Location(keys.LABELSTUDIO, f"{keys.outputs(SOURCE)}{number}")
        write(folder, prefix, record.image.location, b"photo")
        write(folder, prefix, keys.prediction(record.prediction_id), record.model_dump_json().encode())
        write(folder, prefix, waits, annotation(record, "Rice", number=number))
    time.sleep(1.5)
    store.create_buckets()
    job = Processing(store, CronjobSettings(bucket_prefix=prefix, processing_threads=threads))
    started = time.perf_counter()
    outcome = job.run()
    assert outcome.figures["labelled"] == {SOURCE.dataset: count}, outcome
    return time.perf_counter() - started


def main() -> None:
    """Start the servers, fill them, run the jobs, print the table."""
    parser = argparse.ArgumentParser(description="Measure the cost of the jobs.")
    parser.add_argument("--stored", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--answers", type=int, default=1000, help="answers to process with 1 and 16 threads")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    now = datetime.now(UTC)
    table: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as scratch, servers(Path(scratch)) as (folder, requests):
        database = Path(scratch) / "label-studio/label_studio.sqlite3"
        for stored in given.stored:
            prefix = os.environ["GOURMETGRAM_BUCKET_PREFIX"] = f"stored-{stored}-"
            settings = CronjobSettings()
            fill(folder, prefix, stored, now)
            time.sleep(1.5)
            Store(settings).create_buckets()
            with connect(settings) as studio:
                loop = Loop(Store(settings), studio, settings)
                fill_label_studio(loop, database, stored, now)
                for cost in costs(loop, requests, now):
                    table.setdefault(cost.job, []).append(cost)
        threads = {count: processing_seconds(folder, count, given.answers, now) for count in (1, 16)}
    print_table(given.stored, table)
    for count, seconds in threads.items():
        sys.stdout.write(f"{given.answers} answers with {count} threads: {seconds:.1f} s\n")


@contextlib.contextmanager
def servers(scratch: Path) -> Iterator[tuple[Path, Proxy]]:
    """Run a store and Label Studio, with a proxy that counts Label Studio's requests to the store."""
    store_server = new_store_server(scratch / "store")
    store_server.env = {**store_server.env, "RCLONE_DIR_CACHE_TIME": "1s"}  # sees what is written directly
    store_server.start()
    os.environ.update({name: value for name, value in store_server.env.items() if name.startswith("AWS_")})
    with proxied(store_server.url) as requests:
        studio_scratch = scratch / "label-studio"
        studio_scratch.mkdir()
        env = {**store_server.env, "AWS_ENDPOINT_URL_S3": requests.url}
        label_studio = new_label_studio(studio_scratch, env)
        label_studio.start()
        os.environ["GOURMETGRAM_LABEL_STUDIO_URL"] = label_studio.url
        os.environ["GOURMETGRAM_LABEL_STUDIO_TOKEN"] = label_studio.env["LABEL_STUDIO_USER_TOKEN"]
        yield scratch / "store/data", requests
        label_studio.stop()
    store_server.stop()


def print_table(stored: list[int], table: dict[str, list[Cost]]) -> None:
    """Print requests and seconds, a row a job, a column a size."""
    heads = " | ".join(f"{count:,} stored" for count in stored)
    sys.stdout.write(f"| job, {NEW} new predictions | {heads} |\n|---|{'---|' * len(stored)}\n")
    for job, row in table.items():
        cells = " | ".join(f"{cost.requests} requests, {cost.seconds:.2f} s" for cost in row)
        sys.stdout.write(f"| {job} | {cells} |\n")


if __name__ == "__main__":
    main()
