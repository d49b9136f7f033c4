"""The whole application, with a store in memory and a stub of the predictor."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webapp.services
from gourmetgram.keys import Location
from gourmetgram.settings import StoreSettings
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError
from tests.serving import serving
from tests.unit.webapp.stub_predictor import StubPredictor
from webapp import create_app
from webapp.services import EXTENSION, Services
from webapp.settings import WebappSettings

JPEG = b"\xff\xd8\xff\xda a photo"


class MemoryStore(Store):
    """A store in memory that can be made unavailable."""

    def __init__(self, settings: StoreSettings) -> None:
        self.bucket_prefix = settings.bucket_prefix
        self.client = MagicMock()  # boto3 takes long to create a client
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


@pytest.fixture(scope="session")
def predictor_server() -> Iterator[StubPredictor]:
    stub = StubPredictor()
    with serving(stub.server):
        yield stub


@pytest.fixture
def predictor(predictor_server: StubPredictor) -> StubPredictor:
    predictor_server.forget()
    return predictor_server


@pytest.fixture
def settings(tmp_path: Path, predictor: StubPredictor) -> WebappSettings:
    return WebappSettings(predictor_url=predictor.url, spool_dir=tmp_path / "spool", spool_retry_seconds=3600)


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
