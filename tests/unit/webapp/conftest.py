"""A whole application over a store in memory and a predictor that is an HTTP mock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import requests_mock
from flask import Flask
from flask.testing import FlaskClient

import webapp.services
from gourmetgram.classes import CLASSES
from gourmetgram.keys import Location
from gourmetgram.settings import StoreSettings
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError
from webapp import create_app
from webapp.services import EXTENSION, Services
from webapp.settings import WebappSettings

JPEG = b"\xff\xd8\xff\xe0 a photo"
PREDICT = "http://predictor/v1/models/food11:predict"


class MemoryStore(Store):
    """A store that can be taken away."""

    def __init__(self, settings: StoreSettings) -> None:
        self.bucket_prefix = settings.bucket_prefix
        self.client = MagicMock()  # boto3 takes long to make one
        self.objects: dict[Location, bytes] = {}
        self.away = False

    def put(self, location: Location, body: bytes, content_type: str) -> None:
        assert content_type
        self.check()
        self.objects[location] = body

    def get(self, location: Location) -> bytes:
        self.check()
        if location not in self.objects:
            raise ObjectNotFoundError(str(location))
        return self.objects[location]

    def exists(self, location: Location) -> bool:
        self.check()
        return location in self.objects

    def _entries(self, bucket: str, prefix: str) -> Iterator[Any]:
        self.check()
        for place, body in sorted(self.objects.items()):
            if place.bucket == bucket and place.key.startswith(prefix):
                yield {"Key": place.key, "ETag": hash(body), "LastModified": datetime(2026, 1, 1, tzinfo=UTC)}

    def check(self) -> None:
        if self.away:
            raise StoreUnavailableError("away")


def answer(prediction: str = "Soup", confidence: float = 0.9) -> dict[str, object]:
    """Give what the predictor answers."""
    rest = (1 - confidence) / (len(CLASSES) - 1)
    probabilities = {name: confidence if name == prediction else rest for name in CLASSES}
    return {
        "predictions": [
            {
                "prediction": prediction,
                "confidence": confidence,
                "probabilities": probabilities,
                "model_name": "food11",
                "model_version": "1",
            }
        ]
    }


@pytest.fixture
def settings(tmp_path: Path) -> WebappSettings:
    return WebappSettings(
        predictor_url="http://predictor", spool_dir=tmp_path / "spool", spool_retry_seconds=3600
    )


@pytest.fixture
def app(settings: WebappSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(webapp.services, "WritingStore", MemoryStore)
    app = create_app(settings)
    yield app
    app.extensions[EXTENSION].close()


@pytest.fixture
def services(app: Flask) -> Services:
    services = app.extensions[EXTENSION]
    assert isinstance(services, Services)
    return services


@pytest.fixture
def store(services: Services) -> MemoryStore:
    assert isinstance(services.store, MemoryStore)
    return services.store


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def predictor() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mock:
        mock.post(PREDICT, json=answer())
        mock.get("http://predictor/v2/health/ready", json={"ready": True})
        yield mock
