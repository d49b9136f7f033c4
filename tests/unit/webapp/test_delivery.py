"""Spooled data is delivered once the store is back, and never replaces anything newer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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


def test_everything_that_waits_is_delivered_in_order(services: Services, store: MemoryStore) -> None:
    first = Write(keys.Location("production", "a"), "image/jpeg", b"1")
    second = Write(keys.Location("production", "a"), "image/jpeg", b"2")
    services.spool.add([first])
    services.spool.add([second])
    assert services.delivery.deliver_all() == 2
    assert store.objects == {first.location: b"2"}
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
    assert store.objects == {newer.location: newer.body}


@pytest.mark.parametrize("later", [0, 1])
def test_a_relabel_that_has_been_processed_is_not_delivered_again(store: MemoryStore, later: int) -> None:
    processed = label("Soup", NOON + timedelta(seconds=later))
    store.put(processed.location, processed.body, JSON)
    deliver(store, relabel("Soup", NOON))
    assert list(store.objects) == [processed.location]


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
