"""The parts of one machine under load, and what became of every upload that was acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from gourmetgram import keys
from gourmetgram.records import PredictionRecord
from gourmetgram.store import Store
from tests.conftest import new_predictor, new_webapp
from tests.proxy import Proxy
from tests.uploads import metric, photo, upload

PHOTOS = [photo(seed) for seed in range(20)]
PAUSE_SECONDS = 0.5
"""Of each client between two uploads."""


class Machine:
    """A store behind a proxy, a predictor and a web application, each its own process."""

    def __init__(self, folder: Path, proxy: Proxy, store_env: dict[str, str], **settings: str) -> None:
        self.proxy = proxy
        self.predictor = new_predictor(folder)
        env = {**store_env, "AWS_ENDPOINT_URL_S3": proxy.url, **settings}
        self.webapp = new_webapp(folder, env, self.predictor)
        self.acknowledged: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self._stop = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def load(self, clients: int) -> Iterator[None]:
        """Upload from some clients at once, each its next photo after the last answer."""
        threads = [threading.Thread(target=self._client, args=[number]) for number in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self._stop.clear()

    def recovered(self, within_seconds: float) -> float:
        """Wait until an upload is stored and nothing waits; return the seconds that this took."""
        started = time.monotonic()
        while not self._is_well():
            if time.monotonic() - started > within_seconds:
                raise AssertionError(f"not recovered after {within_seconds} s: {self.webapp.tail()}")
            time.sleep(0.1)
        return time.monotonic() - started

    def _client(self, number: int) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self._upload(PHOTOS[number % len(PHOTOS)])

    def _upload(self, body: bytes) -> bool:
        try:
            answer = upload(self.webapp, body)
        except requests.RequestException:
            with self._lock:
                self.statuses[0] += 1
            return False
        with self._lock:
            self.statuses[answer.status_code] += 1
            if answer.ok:
                self.acknowledged.add(answer.json()["prediction_id"])
        return answer.ok and answer.json()["stored"] == "stored"

    def _is_well(self) -> bool:
        try:
            return self._upload(PHOTOS[0]) and metric(self.webapp, "gourmetgram_spool_entries") == 0
        except (requests.RequestException, StopIteration):
            return False


def lost_and_doubled(store: Store, acknowledged: set[str]) -> tuple[int, int]:
    """Count the acknowledged uploads that are not there whole, and the photos that are there twice."""
    photos = Counter(keys.prediction_id_of(key) for key in store.keys(keys.PRODUCTION, ""))
    lost = sum(not _is_whole(store, each, photos) for each in acknowledged)
    return lost, sum(count > 1 for count in photos.values())


def _is_whole(store: Store, prediction_id: str, photos: Counter[str]) -> bool:
    place = keys.prediction(prediction_id)
    return store.exists(place) and bool(photos[store.get_record(place, PredictionRecord).prediction_id])
