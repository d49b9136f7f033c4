"""Sampling by the pods of an indexed Job: each reads a share of the new predictions, the last one draws.

A share is stored before its pod looks for the others', so at least one pod finds all of them. The ids decide
which predictions belong to a share, and a draw repeated by two pods is the same draw.
"""

import zlib
from collections.abc import Iterable, Iterator

from pydantic import AwareDatetime

from cronjobs.draws import Seen
from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.keys import TRACKING, Location
from gourmetgram.records import Record
from gourmetgram.store import ObjectNotFoundError, Store


class Share(Record):
    """What one pod has read."""

    listed_at: AwareDatetime
    """When it listed the predictions: it can't know of later ones."""
    seen: list[Seen]


def share_of(prediction_ids: Iterable[str], pod: int, pods: int) -> Iterator[str]:
    """Choose the predictions that a pod reads."""
    return (each for each in prediction_ids if zlib.crc32(each.encode()) % pods == pod)


def combined(store: Store, places: Iterable[Location]) -> list[Seen] | None:
    """Join all shares, up to the time that each of them knows of; None if one is missing.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    try:
        shares = [store.get_record(place, Share) for place in places]
    except ObjectNotFoundError:
        return None
    until = min(share.listed_at for share in shares)
    return [each for share in shares for each in share.seen if created_at(each.prediction_id) <= until]


def discard(store: Store) -> None:
    """Delete the shares of the draw that was made, and any that a restarted pod left behind.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    store.delete_all([Location(TRACKING, key) for key in store.keys(TRACKING, keys.SHARES)])
