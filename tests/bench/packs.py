"""`python -m tests.bench.packs`: what storing many predictions' records in one object would save.

Writes the same records as single objects and as packs, then reads a whole day, looks one up by its id and
deletes one, on the object store of `make up`. Prints requests, times and the cost of a month in Markdown.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gourmetgram import keys
from gourmetgram.ids import created_at, created_on
from gourmetgram.keys import TRACKING, Location
from gourmetgram.records import PredictionRecord
from gourmetgram.settings import StoreSettings
from gourmetgram.store import JSON, Store
from tests.bench.prices import PACK, request_prices
from tests.bench.tables import table
from tests.conftest import new_store_server
from tests.labelling import prediction
from tests.processes import Server
from tests.proxy import Proxy, proxied

START = datetime(2026, 1, 2, tzinfo=UTC)
THREADS = 16
"""Threads with which the jobs read."""

APPENDS = 200

Rows = dict[str, tuple[float, Counter[str]]]


class Single:
    """Each record is an object, as in the real system."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def write(self, records: Sequence[PredictionRecord]) -> None:
        """Write each record."""
        for record in records:
            self.store.put_record(keys.prediction(record.prediction_id), record)

    def read_day(self, day: datetime) -> int:
        """List a day's records and read them all."""
        with ThreadPoolExecutor(THREADS) as pool:
            listed = self.store.keys(TRACKING, keys.predictions_on(day.date()))
            places = [Location(TRACKING, key) for key in listed]
            return len(list(pool.map(lambda place: self.store.get_record(place, PredictionRecord), places)))

    def find(self, prediction_id: str) -> PredictionRecord:
        """Read the record of an id."""
        return self.store.get_record(keys.prediction(prediction_id), PredictionRecord)

    def delete(self, prediction_id: str) -> None:
        """Delete the record of an id."""
        self.store.delete(keys.prediction(prediction_id))


class Packed:
    """Records are lines of an object, which is named after the last one's id."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def write(self, records: Sequence[PredictionRecord]) -> None:
        """Write the records, a pack at a time."""
        for start in range(0, len(records), PACK):
            self._put(records[start : start + PACK])

    def read_day(self, day: datetime) -> int:
        """List a day's packs and read all of them."""
        with ThreadPoolExecutor(THREADS) as pool:
            places = self.store.keys(TRACKING, _folder(day))
            return sum(map(len, pool.map(self._read, places)))

    def find(self, prediction_id: str) -> PredictionRecord:
        """Read the packs closed next after the id was created, until one contains it."""
        for key in self._candidates(prediction_id):
            for record in self._read(key):
                if record.prediction_id == prediction_id:
                    return record
        raise LookupError(prediction_id)

    def delete(self, prediction_id: str) -> None:
        """Rewrite the pack that contains an id, without its record."""
        for key in self._candidates(prediction_id):
            records = self._read(key)
            rest = [record for record in records if record.prediction_id != prediction_id]
            if len(rest) < len(records):
                self._put(rest, key)
                return

    def _candidates(self, prediction_id: str) -> list[str]:
        """List the four packs that follow the id, one per replica."""
        folder = _folder(created_at(prediction_id))
        bucket = f"{self.store.bucket_prefix}{TRACKING}"
        before = f"{folder}{prediction_id[:-1]}"
        page = self.store.client.list_objects_v2(Bucket=bucket, Prefix=folder, StartAfter=before, MaxKeys=4)
        return [entry["Key"] for entry in page["Contents"]]

    def _put(self, records: Sequence[PredictionRecord], key: str = "") -> None:
        last = records[-1].prediction_id
        lines = "".join(f"{record.model_dump_json()}\n" for record in records)
        self.store.put(Location(TRACKING, key or f"{_folder(created_at(last))}{last}"), lines.encode(), JSON)

    def _read(self, key: str) -> list[PredictionRecord]:
        lines = self.store.get(Location(TRACKING, key)).splitlines()
        return [PredictionRecord.model_validate_json(line) for line in lines]


def _folder(day: datetime) -> str:
    return f"packs/{day:%Y-%m-%d}/"


def made(count: int) -> list[PredictionRecord]:
    """Make the records of predictions that are a millisecond apart."""
    records = [prediction(number, at=START + timedelta(milliseconds=number)) for number in range(count)]
    assert {created_on(record.prediction_id) for record in records} == {START.date()}
    return records


def measure(kept: Single | Packed, records: Sequence[PredictionRecord], proxy: Proxy) -> Rows:
    """Run each of the four operations and count its requests."""
    wanted = records[len(records) // 3].prediction_id
    return {
        "write all": _took(lambda: kept.write(records), proxy),
        "list the day and read all": _took(lambda: kept.read_day(START), proxy),
        "look one up by its id": _took(lambda: kept.find(wanted), proxy),
        "delete one": _took(lambda: kept.delete(wanted), proxy),
    }


def _took(work: Callable[[], object], proxy: Proxy) -> tuple[float, Counter[str]]:
    proxy.watch(None)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started, Counter(proxy.counts)


def _cell(seconds: float, requests: Counter[str]) -> str:
    return (
        f"{', '.join(f'{count:,} {method}' for method, count in sorted(requests.items()))}; {seconds:.2f} s"
    )


def compare(server: Server, count: int) -> str:
    """Measure both ways behind a proxy that counts requests."""
    os.environ.update({name: value for name, value in server.env.items() if name.startswith("AWS_")})
    records = made(count)
    with proxied(server.url) as proxy:
        os.environ["AWS_ENDPOINT_URL_S3"] = proxy.url
        store = Store(StoreSettings())
        store.create_buckets()
        single, packed = (measure(kept(store), records, proxy) for kept in (Single, Packed))
    rows = [[what, _cell(*single[what]), _cell(*packed[what])] for what in single]
    return table([f"{count:,} records", "one to an object", f"{PACK} to an object"], rows)


def durably(folder: Path) -> str:
    """Measure how long it takes to append a record to a file so that it survives a crash."""
    line = made(1)[0].model_dump_json().encode()
    with (folder / "journal").open("ab", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(APPENDS):
            file.write(line)
            os.fsync(file.fileno())
    return f"Appending a record durably takes {1000 * (time.perf_counter() - started) / APPENDS:.2f} ms.\n"


def main() -> None:
    """Start a store, measure, and print the results."""
    parser = argparse.ArgumentParser(description="Compare records as single objects with packs of records.")
    parser.add_argument("--records", type=int, default=10_000)
    with tempfile.TemporaryDirectory() as scratch:
        server = new_store_server(Path(scratch)).start()
        try:
            measured = compare(server, parser.parse_args().records)
            sys.stdout.write("\n".join([measured, durably(Path(scratch)), request_prices()]))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
