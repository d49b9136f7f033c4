"""The spool: a bounded folder of writes that wait until the object store is back.

The name of an entry is its time of arrival in nanoseconds, so that names sort in the order of delivery.
"""

import fcntl
import logging
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gourmetgram.keys import Location
from webapp import entries
from webapp.entries import UnreadableEntryError, Write

log = logging.getLogger(__name__)

BLOCK_BYTES = 4096
"""Disk space of the smallest file; each entry counts at least this much, so their number is bounded too."""

SUFFIX = ".zip"


class SpoolFullError(Exception):
    """There is no room for an entry, by the spool's limit or on the disk."""


class Usage(NamedTuple):
    """How much is waiting, and since when."""

    entries: int
    bytes: int
    oldest_seconds: float
    unreadable: int


class _Entry(NamedTuple):
    size: int
    locations: Sequence[Location]


class Spool:
    """The entries of one folder, which belongs to one process at a time."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._used = 0
        self._last_name = 0
        self._entries: OrderedDict[Path, _Entry] = OrderedDict()
        self._newest: dict[Location, Path] = {}
        self._aside = folder / "unreadable"
        self._aside.mkdir(parents=True, exist_ok=True)
        entries.sync_folder(folder)
        entries.sync_folder(folder.parent)
        self._held = (folder / "lock").open("w")
        self._take()
        self._load()

    def close(self) -> None:
        """Release the folder for another process."""
        self._held.close()

    def add(self, writes: Sequence[Write]) -> None:
        """Save the writes of one request; once this returns they survive a crash.

        Raises:
            SpoolFullError: there is no room, and nothing was saved.
        """
        body = entries.pack(writes)
        path, size = self._reserve(len(body))
        try:
            entries.write_durably(path, body)
        except OSError as error:
            with self._lock:
                self._used -= size
            message = f"the spool could not be written: {error}"
            raise SpoolFullError(message) from error
        self._remember(path, _Entry(size, [write.location for write in writes]))

    def oldest(self) -> tuple[Path, list[Write]] | None:
        """Read the entry that has waited longest; one that can't be read is set aside.

        Raises:
            OSError: the entry could not be read from disk.
        """
        while path := self._first():
            try:
                return path, entries.read(path)
            except FileNotFoundError:
                log.error("%s was removed from the spool by another process", path.name)  # noqa: TRY400
                self._forget(path)
            except UnreadableEntryError as error:
                self._forget(path)
                self._set_aside(path, error)
        return None

    def remove(self, path: Path) -> None:
        """Drop an entry that has been delivered."""
        path.unlink(missing_ok=True)
        self._forget(path)

    def get(self, location: Location) -> bytes | None:
        """Read the newest spooled object for a location, if there is one."""
        with self._lock:
            path = self._newest.get(location)
        try:
            writes = entries.read(path) if path else []
        except (OSError, UnreadableEntryError):
            return None  # delivered in the meantime, or about to be set aside
        return next((write.body for write in writes if write.location == location), None)

    def is_empty(self) -> bool:
        """Return whether the spool is empty."""
        return not self._entries

    def has_room_for(self, size: int) -> bool:
        """Return whether an entry of ``size`` bytes would fit now."""
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError:
            return False
        writable = os.access(self.folder, os.W_OK)
        return writable and free > size and self._used + _cost(size) <= self.max_bytes

    def usage(self) -> Usage:
        """Return how much is waiting, and since when."""
        with self._lock:
            count, first = len(self._entries), next(iter(self._entries), None)
        waited = time.time() - int(first.stem) / 1e9 if first else 0.0
        return Usage(count, self._used, max(0.0, waited), len(list(self._aside.glob("*"))))

    def _take(self) -> None:
        """Wait for the folder, which a worker that is being replaced holds until its last request."""
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning("another process uses the spool %s: waiting for it to end", self.folder)
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def _load(self) -> None:
        for unfinished in self.folder.glob(f"*{entries.UNFINISHED}"):
            unfinished.unlink()
        for path in sorted(self.folder.glob(f"[0-9]*{SUFFIX}")):
            try:
                entry = _Entry(_cost(path.stat().st_size), entries.locations(path))
            except UnreadableEntryError as error:
                self._set_aside(path, error)
            else:
                self._remember(path, entry)
                self._used += entry.size
                self._last_name = int(path.stem)

    def _reserve(self, length: int) -> tuple[Path, int]:
        size = _cost(length)
        with self._lock:
            if self._used + size > self.max_bytes:
                message = f"{self._used} of {self.max_bytes} bytes are already waiting"
                raise SpoolFullError(message)
            self._used += size
            self._last_name = max(time.time_ns(), self._last_name + 1)
            return self.folder / f"{self._last_name:020d}{SUFFIX}", size

    def _remember(self, path: Path, entry: _Entry) -> None:
        with self._lock:
            self._entries[path] = entry
            self._newest.update(dict.fromkeys(entry.locations, path))

    def _first(self) -> Path | None:
        with self._lock:
            return next(iter(self._entries), None)

    def _forget(self, path: Path) -> None:
        with self._lock:
            entry = self._entries.pop(path)
            self._used -= entry.size
            for location in entry.locations:
                if self._newest[location] == path:
                    del self._newest[location]

    def _set_aside(self, path: Path, error: Exception) -> None:
        log.error("%s can't be read (%s); it is kept in %s", path.name, error, self._aside)
        path.rename(self._aside / path.name)


def _cost(size: int) -> int:
    return -(-size // BLOCK_BYTES) * BLOCK_BYTES
