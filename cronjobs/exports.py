"""Which annotations the store already has, so that the sync can skip most of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime, ValidationError

from cronjobs.archive import archive, archive_name, unreadable
from cronjobs.label_studio.annotations import Annotation, StudioTask
from cronjobs.outputs import UnreadableOutputError, read
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord, Record
from gourmetgram.sources import Asked
from gourmetgram.store import ObjectNotFoundError, Store


class Exported(Record):
    """The time, by Label Studio's clock, up to which all annotations are known to be in the store."""

    until: AwareDatetime = datetime(2000, 1, 1, tzinfo=UTC)


def exported_until(store: Store, source: Asked) -> datetime:
    """Read the time up to which an earlier run found all annotations; not one that a clock ahead wrote.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    try:
        until = store.get_record(keys.exported_until(source), Exported).until
    except (ObjectNotFoundError, ValidationError):
        return Exported().until
    return until if until <= datetime.now(UTC) else Exported().until


def missing(store: Store, source: Asked, tasks: Sequence[StudioTask]) -> Iterator[Annotation]:
    """Find the annotations that the store lacks, or has only in an older version.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    for task in tasks:
        if task.prediction_id is None:
            continue
        for annotation in task.annotations:
            waits = _waits(store, source, annotation)
            if not waits and not _is_kept(store, source, task.prediction_id, annotation):
                yield annotation


def _waits(store: Store, source: Asked, annotation: Annotation) -> bool:
    place = Location(keys.LABELSTUDIO, f"{keys.outputs(source)}{annotation.id}")
    try:
        return read(source, place.key, store.get(place)).version >= annotation.updated_at
    except ObjectNotFoundError:
        return False
    except UnreadableOutputError:
        return True  # processing reports what is wrong with it


def _is_kept(store: Store, source: Asked, prediction_id: str, annotation: Annotation) -> bool:
    name = archive_name(str(annotation.id), annotation.updated_at)
    answer = Location(keys.LABELSTUDIO, f"{archive(source, prediction_id)}{name}")
    kept = any(map(store.exists, (keys.processed(answer), keys.quarantined(answer))))
    return kept or _is_refused(store, source, f"{keys.outputs(source)}{annotation.id}")


def _is_refused(store: Store, source: Asked, key: str) -> bool:
    """Return whether an answer is unreadable; one that only an older version could not read is released."""
    place = unreadable(source, key)
    try:
        read(source, key, store.get_record(place, QuarantineRecord).body.encode())
    except ObjectNotFoundError:
        return False
    except (UnreadableOutputError, ValidationError):
        return True
    store.delete(place)
    return False
