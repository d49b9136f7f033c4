"""Delivery: a thread that moves the spool's entries to the store, in order, once the store is back.

If a crash falls between an entry's delivery and its removal, it is delivered again. Keys are deterministic,
so that changes nothing; what was processed in between is not written again.
"""

import logging
import threading

from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.keys import LABELSTUDIO, Location
from gourmetgram.records import LabelRecord, RelabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError
from webapp.archive import Archive
from webapp.entries import Write

log = logging.getLogger(__name__)


class Delivery:
    """The thread that empties the spool."""

    def __init__(self, archive: Archive, retry_seconds: float) -> None:
        self.archive = archive
        self.spool = archive.spool
        self.store = archive.store
        self.retry_seconds = retry_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Start delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the current entry and stop."""
        self._stopped.set()
        self._thread.join()

    def deliver_all(self) -> int:
        """Deliver every entry of the spool; return how many there were.

        Raises:
            StoreUnavailableError: the store is unavailable; what was not delivered stays in the spool.
        """
        delivered = 0
        if not self.spool.is_empty():
            self.archive.wait_for_writes()
        while not self._stopped.is_set() and (waiting := self.spool.oldest()):
            entry, writes = waiting
            for write in writes:
                deliver(self.store, write)
            self.spool.remove(entry)
            delivered += 1
        return delivered

    def _run(self) -> None:
        while not self._stopped.wait(self.retry_seconds):
            try:
                if delivered := self.deliver_all():
                    log.info("the store is back: %d spool entries were delivered", delivered)
            except StoreUnavailableError as error:
                log.warning("%d spool entries wait for the store: %s", self.spool.usage().entries, error)
            except Exception:
                log.exception("the spool could not be delivered")


def deliver(store: Store, write: Write) -> None:
    """Write a spooled object, unless it is out of date by now.

    Raises:
        StoreUnavailableError: it may or may not have been written.
    """
    if write.location.bucket == LABELSTUDIO and (_is_deleted(store, write) or _out_of_date(store, write)):
        log.info("%s was superseded or deleted, and has been dropped", write.location)
    else:
        store.put(write.location, write.body, write.content_type)


def _is_deleted(store: Store, write: Write) -> bool:
    """Return whether the prediction is gone; an upload's record is delivered before its task."""
    return not store.exists(keys.prediction(keys.prediction_id_of(write.location.key)))


def _out_of_date(store: Store, write: Write) -> bool:
    if not write.location.key.startswith(keys.outputs(Source.USER_RELABEL)):
        return was_handled(store, write.location)
    try:
        return _newer_class_known(store, RelabelRecord.model_validate_json(write.body))
    except ValidationError:  # of a class that an upgrade removed: processing says so
        return False


def was_handled(store: Store, task: Location) -> bool:
    """Return whether a task has been through Label Studio already.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    return any(store.exists(place) for place in (keys.processed(task), keys.quarantined(task)))


def _newer_class_known(store: Store, relabel: RelabelRecord) -> bool:
    waiting = keys.relabel(relabel.prediction_id)
    done = keys.label(relabel.prediction_id, Source.USER_RELABEL)
    try:
        if store.get_record(waiting, RelabelRecord).created_at > relabel.created_at:
            return True
    except (ObjectNotFoundError, ValidationError):
        pass
    try:
        return store.get_record(done, LabelRecord).labelled_at >= relabel.created_at
    except (ObjectNotFoundError, ValidationError):
        return False
