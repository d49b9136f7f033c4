"""Data is written to the store in time, or else waits in the spool."""

import threading

import pytest

from gourmetgram.keys import Location
from gourmetgram.records import RelabelRecord
from gourmetgram.store import StoreUnavailableError
from tests.unit.webapp.conftest import MemoryStore
from webapp.archive import Archive
from webapp.entries import Write
from webapp.services import Services

PHOTO = Write(Location("production", "a"), "image/jpeg", b"photo")


def test_a_store_that_answers_has_it(services: Services, store: MemoryStore) -> None:
    assert services.archive.keep([PHOTO])
    assert store.objects == {PHOTO.location: PHOTO.body}
    assert services.spool.is_empty()


def test_while_the_store_is_away_it_waits(services: Services, store: MemoryStore) -> None:
    store.away = True
    assert not services.archive.keep([PHOTO])
    assert services.spool.get(PHOTO.location) == PHOTO.body


def test_while_something_waits_the_store_is_not_asked(services: Services, store: MemoryStore) -> None:
    services.spool.add([PHOTO])
    assert not services.archive.keep([PHOTO])
    assert store.objects == {}


def test_a_store_that_hangs_is_not_waited_for(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = threading.Event()
    monkeypatch.setattr(services.store, "put", lambda *_: hang.wait())
    archive = Archive(services.store, services.spool, deadline_seconds=0.01, threads=1)
    assert not archive.keep([PHOTO])
    assert services.spool.get(PHOTO.location) == PHOTO.body
    hang.set()
    archive.close()


def test_a_write_that_never_began_is_not_made_after_its_deadline(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, written = threading.Event(), []
    monkeypatch.setattr(services.store, "put", lambda place, *_: (written.append(place), hang.wait()))
    archive = Archive(services.store, services.spool, deadline_seconds=0.01, threads=1)
    archive.keep([PHOTO])
    monkeypatch.setattr(services.spool, "is_empty", lambda: True)
    archive.keep([PHOTO])
    hang.set()
    archive.close()
    assert written == [PHOTO.location]


def test_a_store_that_is_away_is_not_an_empty_store(services: Services, store: MemoryStore) -> None:
    store.away = True
    with pytest.raises(StoreUnavailableError):
        services.archive.get_record(PHOTO.location, RelabelRecord)
