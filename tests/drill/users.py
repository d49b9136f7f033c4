"""Users who upload photos and correct classes, and a record of everything acknowledged."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from gourmetgram.classes import CLASSES
from tests.uploads import photo

CLIENTS = 2
PHOTOS = [photo(seed) for seed in range(20)]
PAUSE_SECONDS = 0.5
"""Pause of each client between two uploads."""
RELABELLED_EACH = 3
"""One in so many uploads is corrected by its user."""
TIMEOUTS = (3, 30)
"""Time limits for a connection and for a response, in seconds."""


class Users:
    """Users of one web application, who carry on after errors."""

    def __init__(self, url: str, pause_seconds: float = PAUSE_SECONDS) -> None:
        self.url, self.pause_seconds = url, pause_seconds
        self.acknowledged: dict[str, bytes] = {}
        """The photo of each acknowledged prediction."""
        self.relabelled: dict[str, str] = {}
        """The class that users chose for predictions, if acknowledged."""
        self.statuses: Counter[int] = Counter()
        """Status codes of the responses to uploads; 0 if there was none."""
        self._lock = threading.Lock()

    def refused(self) -> int:
        """Count the uploads that got no prediction."""
        return sum(self.statuses.values()) - self.statuses[200]

    @contextmanager
    def load(self, clients: int = CLIENTS, photos: Sequence[bytes] = PHOTOS) -> Iterator[None]:
        """Upload from several clients at once, each repeating the same photo."""
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

    def upload(self, body: bytes = PHOTOS[0], *, relabels: bool = False) -> bool:
        """Upload, and sometimes relabel; return whether the upload is already stored."""
        answer = self._post("predict", files={"file": ("photo.jpg", body)})
        with self._lock:
            self.statuses[answer.status_code if answer is not None else 0] += 1
        if not answer:
            return False
        said = answer.json()
        self.acknowledged[said["prediction_id"]] = body
        if relabels:
            self._relabel(said["prediction_id"], _another(said["prediction"]))
        return bool(said["stored"] == "stored")

    def _client(self, body: bytes, stop: threading.Event) -> None:
        number = 0
        while not stop.wait(self.pause_seconds):
            number += 1
            self.upload(body, relabels=number % RELABELLED_EACH == 0)

    def _relabel(self, prediction_id: str, corrected: str) -> None:
        if self._post("feedback", json={"prediction_id": prediction_id, "corrected_class": corrected}):
            self.relabelled[prediction_id] = corrected

    def _post(self, path: str, **body: object) -> requests.Response | None:
        """Return the response, which is false if it is an error, or None."""
        accept = {"Accept": "application/json"}
        try:
            return requests.post(f"{self.url}/{path}", headers=accept, timeout=TIMEOUTS, **body)  # type: ignore[arg-type]
        except requests.RequestException:
            return None


def _another(name: str) -> str:
    return CLASSES[(CLASSES.index(name) + 1) % len(CLASSES)]
