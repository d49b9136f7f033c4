"""Spooled data is delivered once the store is back, and never replaces anything newer."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gourmetgram import keys
from gourmetgram.ids import new_prediction_id
from gourmetgram.records import LabelRecord, RelabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import JSON, StoreUnavailableError
from tests.unit.webapp.conftest import MemoryStore
from webapp.delivery import deliver
from webapp.entries import Write
from webapp.predictions import write_of
from webapp.services import Services

ID = new_prediction_id()
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def relabel(choice: str, when: datetime) -> Write:
    record = RelabelRecord(prediction_id=ID, prediction="Egg", corrected_class=choice, created_at=when)
    return write_of(keys.relabel(ID), record)


def label(choice: str, when: datetime) -> Write:
    record = LabelRecord(
        prediction_id=ID,
        predicted="Egg",
        actual=choice,
        source=Source.USER_RELABEL,
        annotator="user",
        labelled_at=when,
    )
    return write_of(keys.label(ID, Source.USER_RELABEL), record)


KNOWN = {keys.prediction(ID): b"{}"}
"""What the store holds at the start: the record of the prediction."""


@pytest.fixture
def store(store: MemoryStore) -> MemoryStore:
    """Return a store that knows the prediction."""
    store.objects.update(KNOWN)
    return store


def test_everything_that_waits_is_delivered_in_order(services: Services, store: MemoryStore) -> None:
    first = Write(keys.Location("production", "a"), "image/jpeg", b"1")
    second = Write(keys.Location("production", "a"), "image/jpeg", b"2")
    services.spool.add([first])
    services.spool.add([second])
    assert services.delivery.deliver_all() == 2
    assert store.objects == {**KNOWN, first.location: b"2"}
    assert services.spool.is_empty()


def test_nothing_is_dropped_while_the_store_is_away(services: Services, store: MemoryStore) -> None:
    services.spool.add([Write(keys.Location("production", "a"), "image/jpeg", b"1")])
    store.away = True
    with pytest.raises(StoreUnavailableError):
        services.delivery.deliver_all()
    assert services.spool.usage().entries == 1


def test_a_relabel_is_delivered_over_an_older_one(store: MemoryStore) -> None:
    deliver(store, relabel("Rice", NOON))
    deliver(store, newer := relabel("Soup", NOON + timedelta(seconds=1)))
    assert store.objects[newer.location] == newer.body


def test_a_relabel_that_waited_does_not_replace_a_newer_one(store: MemoryStore) -> None:
    deliver(store, newer := relabel("Soup", NOON + timedelta(seconds=1)))
    deliver(store, relabel("Rice", NOON))
    assert store.objects == {**KNOWN, newer.location: newer.body}


@pytest.mark.parametrize("later", [0, 1])
def test_a_relabel_that_has_been_processed_is_not_delivered_again(store: MemoryStore, later: int) -> None:
    processed = label("Soup", NOON + timedelta(seconds=later))
    store.put(processed.location, processed.body, JSON)
    deliver(store, relabel("Soup", NOON))
    assert list(store.objects) == [*KNOWN, processed.location]


def test_a_relabel_is_delivered_after_an_older_one_was_processed(store: MemoryStore) -> None:
    processed = label("Soup", NOON)
    store.put(processed.location, processed.body, JSON)
    deliver(store, newer := relabel("Rice", NOON + timedelta(seconds=1)))
    assert newer.location in store.objects


def test_what_lies_there_and_is_no_relabel_is_replaced(store: MemoryStore) -> None:
    newer = relabel("Rice", NOON)
    store.put(newer.location, b"garbage", JSON)
    deliver(store, newer)
    assert store.objects[newer.location] == newer.body


@pytest.mark.parametrize("moved", [keys.processed, keys.quarantined])
def test_a_task_that_was_handled_is_not_delivered_again(
    store: MemoryStore, moved: Callable[[keys.Location], keys.Location]
) -> None:
    task = keys.task(ID, Source.LOW_CONFIDENCE)
    store.put(moved(task), b"{}", JSON)
    deliver(store, Write(task, JSON, b"{}"))
    assert task not in store.objects


def test_feedback_on_a_prediction_that_was_deleted_meanwhile_is_dropped(store: MemoryStore) -> None:
    del store.objects[keys.prediction(ID)]
    deliver(store, relabel("Rice", NOON))
    deliver(store, Write(keys.task(ID, Source.USER_FLAG), JSON, b"{}"))
    assert not store.objects


def test_a_relabel_to_a_class_that_an_upgrade_removed_does_not_hold_up_the_rest(store: MemoryStore) -> None:
    removed = relabel("Rice", NOON)
    removed = removed._replace(body=removed.body.replace(b"Rice", b"Pizza"))
    deliver(store, removed)
    assert store.objects[removed.location] == removed.body


def test_a_write_that_missed_its_deadline_does_not_replace_what_is_delivered_after_it(
    services: Services, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, stalled, put = keys.Location("production", "a"), threading.Event(), store.put

    def stall(*write: Any) -> None:  # noqa: ANN401 - whatever is put
        stalled.wait()
        put(*write)

    monkeypatch.setattr(services.archive, "deadline_seconds", 0.01)
    monkeypatch.setattr(services.store, "put", stall)
    assert not services.archive.keep([Write(place, "image/jpeg", b"older")])
    services.archive.keep([Write(place, "image/jpeg", b"newer")])
    monkeypatch.setattr(services.store, "put", put)
    wait = services.archive.wait_for_writes
    monkeypatch.setattr(services.archive, "wait_for_writes", lambda: (stalled.set(), wait()))
    services.delivery.deliver_all()
    stalled.set()
    wait()
    assert store.objects[place] == b"newer"
