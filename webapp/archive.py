"""Writes what must not be lost: to the object store, or to the spool while the store is unavailable.

While the spool is not empty, new writes queue behind its entries: order is kept, and no request waits for a
store that is known to be down.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from pydantic import ValidationError

from gourmetgram.keys import Location
from gourmetgram.store import ObjectNotFoundError, RecordType, Store, StoreUnavailableError
from webapp.entries import Write
from webapp.spool import Spool

log = logging.getLogger(__name__)


class Archive:
    """The store, with the spool as its fallback."""

    def __init__(self, store: Store, spool: Spool, deadline_seconds: float, threads: int) -> None:
        self.store = store
        self.spool = spool
        self.deadline_seconds = deadline_seconds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._writing: set[Future[None]] = set()

    def close(self) -> None:
        """Wait for the writes in progress."""
        self._threads.shutdown(cancel_futures=True)

    def store_answers(self, within_seconds: float) -> bool:
        """Return whether the store answers in time."""
        future = self._threads.submit(self.store.check)
        try:
            future.result(within_seconds)
        except (StoreUnavailableError, TimeoutError):
            future.cancel()
            return False
        return True

    def keep(self, writes: Sequence[Write]) -> bool:
        """Save objects in order; return whether they are in the store (otherwise they wait in the spool).

        Raises:
            SpoolFullError: they could not be saved.
        """
        if self.spool.is_empty() and self._written_in_time(writes):
            return True
        self.spool.add(writes)
        return False

    def wait_for_writes(self) -> None:
        """Wait for all writes, also those that missed the deadline: they may still reach the store.

        What is delivered from the spool after that can't be overwritten by something older.
        """
        wait(self._writing.copy())

    def get_record(self, location: Location, record_type: type[RecordType]) -> RecordType | None:
        """Read a record from the spool or the store; None if there is none.

        Raises:
            StoreUnavailableError: it is not in the spool, and the store did not answer.
        """
        waiting = self.spool.get(location)
        try:
            if waiting is not None:
                return record_type.model_validate_json(waiting)
            return self.store.get_record(location, record_type)
        except ObjectNotFoundError:
            return None
        except ValidationError as error:
            log.error("%s is not a %s: %s", location, record_type.__name__, error)  # noqa: TRY400
            return None

    def _written_in_time(self, writes: Sequence[Write]) -> bool:
        future = self._threads.submit(self._write, writes)
        self._writing.add(future)
        future.add_done_callback(self._writing.discard)
        try:
            future.result(self.deadline_seconds)
        except (StoreUnavailableError, TimeoutError) as error:
            future.cancel()
            log.warning("the store is unavailable, writes wait in the spool: %s", error or "deadline passed")
            return False
        return True

    def _write(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self.store.put(write.location, write.body, write.content_type)
