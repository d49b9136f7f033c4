"""The parts of one machine under load, and what became of every upload and label that was acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

from gourmetgram.classes import CLASSES
from tests.conftest import new_predictor, new_webapp
from tests.drill.label_studio import Annotators
from tests.proxy import Proxy
from tests.uploads import metric, photo, upload

CLIENTS = 2
PHOTOS = [photo(seed) for seed in range(20)]
PAUSE_SECONDS = 0.5
"""Of each client between two uploads."""
RELABELLED_EACH = 3
"""Of so many uploads one is given another class by its user."""


class Machine:
    """A store behind a proxy, a predictor and a web application, each its own process."""

    def __init__(self, folder: Path, proxy: Proxy, store_env: dict[str, str], **settings: str) -> None:
        self.proxy = proxy
        self.predictor = new_predictor(folder)
        env = {**store_env, "AWS_ENDPOINT_URL_S3": proxy.url, **settings}
        self.webapp = new_webapp(folder, env, self.predictor)
        self.acknowledged: dict[str, bytes] = {}
        """The photo of each prediction that was answered."""
        self.relabelled: dict[str, str] = {}
        """The class that the user gave to a prediction, where that was acknowledged."""
        self.annotators: Annotators | None = None
        """Where the drill has a Label Studio."""
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def load(self, clients: int, photos: Sequence[bytes] = PHOTOS) -> Iterator[None]:
        """Upload from some clients at once, each again and again the same photo."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._client, args=[photos[number % len(photos)], stop])
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def recovered(self, within_seconds: float) -> float:
        """Wait until an upload is stored and nothing waits; return the seconds that this took."""
        started = time.monotonic()
        while not self._is_well():
            if time.monotonic() - started > within_seconds:
                raise AssertionError(f"not recovered after {within_seconds} s: {self.webapp.tail()}")
            time.sleep(0.1)
        return time.monotonic() - started

    def _client(self, body: bytes, stop: threading.Event) -> None:
        number = 0
        while not stop.wait(PAUSE_SECONDS):
            number += 1
            self._use(body, relabels=number % RELABELLED_EACH == 0)

    def _use(self, body: bytes, *, relabels: bool = False) -> bool:
        """Upload, and then relabel perhaps; return whether the upload is stored already."""
        try:
            answer = upload(self.webapp, body)
        except requests.RequestException:
            self._count(0)
            return False
        self._count(answer.status_code)
        if not answer.ok:
            return False
        said = answer.json()
        self.acknowledged[said["prediction_id"]] = body
        if relabels:
            self._relabel(said["prediction_id"], _another(said["prediction"]))
        return bool(said["stored"] == "stored")

    def _relabel(self, prediction_id: str, corrected: str) -> None:
        feedback = {"prediction_id": prediction_id, "corrected_class": corrected}
        try:
            answer = requests.post(f"{self.webapp.url}/feedback", json=feedback, timeout=30)
        except requests.RequestException:
            return
        if answer.ok:
            self.relabelled[prediction_id] = corrected

    def _count(self, status: int) -> None:
        with self._lock:
            self.statuses[status] += 1

    def _is_well(self) -> bool:
        try:
            return self._use(PHOTOS[0]) and metric(self.webapp, "gourmetgram_spool_entries") == 0
        except (requests.RequestException, StopIteration):
            return False


def _another(name: str) -> str:
    return CLASSES[(CLASSES.index(name) + 1) % len(CLASSES)]
