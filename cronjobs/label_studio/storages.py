"""Label Studio's own sync of a source or target storage: start it and wait until it ends.

Without a job queue, the server syncs before it answers; with one, it answers at once. Either way the
storage's status says how it went. Concurrent syncs of a storage make each other fail; a later attempt then
finds the work done.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from label_studio_sdk.core.request_options import RequestOptions
from label_studio_sdk.types.s3export_storage import S3ExportStorage
from label_studio_sdk.types.s3import_storage import S3ImportStorage

from cronjobs.label_studio.client import LabelStudio, LabelStudioUnavailableError, failures

StorageType = TypeVar("StorageType", S3ImportStorage, S3ExportStorage)
Storage = S3ImportStorage | S3ExportStorage

RUNNING = {"queued", "in_progress"}
FAILED = "failed"
ATTEMPTS = 4
POLL_SECONDS = 0.5


def sync(
    studio: LabelStudio, storage: Storage, deadline_seconds: float, repair: Callable[[], object] = bool
) -> int:
    """Sync a storage; return how many objects were synced. ``repair`` is called before another attempt.

    Raises:
        LabelStudioUnavailableError: it did not answer, or kept failing.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            repair()
            time.sleep(attempt + random.random())  # noqa: S311 - jitter, so that two that collided don't again
        ended = _sync_once(studio, storage, deadline_seconds)
        if ended.status != FAILED:
            return ended.last_sync_count or 0
    reason = (ended.traceback or "").strip().splitlines()[-1:]
    message = f"Label Studio failed to sync {storage.bucket}/{storage.prefix}: {' '.join(reason)}"
    raise LabelStudioUnavailableError(message)


def _sync_once(studio: LabelStudio, storage: Storage, deadline_seconds: float) -> Storage:
    deadline = time.monotonic() + deadline_seconds
    options = RequestOptions(timeout=deadline_seconds, max_retries=0)
    client = studio.import_storage.s3 if isinstance(storage, S3ImportStorage) else studio.export_storage.s3
    number = storage.id or 0
    place = f"{storage.bucket}/{storage.prefix}"
    with failures(f"sync {place}"):
        current: Storage = client.sync(number, request_options=options)
        while current.status in RUNNING:
            if time.monotonic() > deadline:
                message = f"Label Studio did not finish syncing {place} in {deadline_seconds:.0f} s"
                raise LabelStudioUnavailableError(message)
            time.sleep(POLL_SECONDS)
            # Only when asked for its list does the server notice a sync that ended with its process.
            current = next(each for each in client.list(project=storage.project) if each.id == number)
    return current
