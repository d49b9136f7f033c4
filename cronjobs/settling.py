"""Settle one prediction: write its label, and move its task and its answers away.

What is written follows from all answers ever given about the prediction, and answers leave the place where
they wait last of all. So a run can be killed anywhere and repeated, and answers may come in any order.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from cronjobs import labels
from cronjobs.outputs import Output, UnreadableOutputError, archive, read
from cronjobs.verdict import UndecidedError, decide
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord
from gourmetgram.sources import Source
from gourmetgram.store import JSON, ObjectNotFoundError, Store

ROUNDS = 5

log = logging.getLogger(__name__)


class Waiting(NamedTuple):
    """An answer, and the object in which it waits."""

    place: Location
    answer: Output


class Settlement:
    """A prediction, and the source that it was labelled for."""

    def __init__(self, store: Store, source: Source, prediction_id: str) -> None:
        self.store = store
        self.source = source
        self.prediction_id = prediction_id

    def settle(self, waiting: Sequence[Waiting]) -> str | None:
        """Settle it; return the reason if it goes to quarantine, and "" if all answers were known already.

        Raises:
            StoreUnavailableError: the store did not answer; another run continues.
        """
        reason: str | None = ""
        for attempt in range(ROUNDS):
            kept = self.kept()
            names = {answer.archive_name for answer in kept.values()}
            if attempt or any(each.answer.archive_name not in names for each in waiting):
                reason = self.act(kept, waiting, everywhere=attempt > 0)
            waiting, disturbed = self.take_away(waiting)
            if not disturbed:
                return reason
        log.warning("the answers about %s keep changing; the next run goes on", self.prediction_id)
        return reason

    def kept(self) -> dict[Location, Output]:
        """Read the answers of earlier runs."""
        folder = Location(keys.LABELSTUDIO, archive(self.source, self.prediction_id))
        kept = {}
        for where in (keys.processed, keys.quarantined):
            for key in self.store.keys(folder.bucket, where(folder).key):
                place = Location(folder.bucket, key)
                if answer := self.kept_answer(place, is_quarantined=where is keys.quarantined):
                    kept[place] = answer
        return kept

    def kept_answer(self, place: Location, *, is_quarantined: bool) -> Output | None:
        """Read an answer of an earlier run; one that is being moved, or is spoilt, is passed over."""
        try:
            body = self.store.get(place)
            if is_quarantined:
                body = QuarantineRecord.model_validate_json(body).body.encode()
            return read(self.source, place.key, body)
        except (ObjectNotFoundError, UnreadableOutputError, ValidationError) as error:
            log.warning("%s is passed over: %s", place, error)
            return None

    def act(
        self, kept: Mapping[Location, Output], waiting: Sequence[Waiting], *, everywhere: bool
    ) -> str | None:
        """Do what all answers amount to, but leave them where they wait; return the reason for quarantine."""
        reason = None
        try:
            answer = decide([*kept.values(), *(each.answer for each in waiting)])
            labels.write(self.store, answer, everywhere=everywhere)
        except UndecidedError as error:
            reason = str(error)
            labels.remove(self.store, self.source, self.prediction_id, everywhere=everywhere)
        self.move_task(reason)
        for place, answer in kept.items():
            if self.keep(answer, reason) != place:
                self.store.delete(place)
        for each in waiting:
            self.keep(each.answer, reason)
        return reason

    def move_task(self, reason: str | None) -> None:
        """Move the task out of Label Studio's sight, or from where an earlier run moved it."""
        if self.source is Source.USER_RELABEL:
            return
        task = keys.task(self.prediction_id, self.source)
        done, failed = keys.processed(task), keys.quarantined(task)
        target, other = (failed, done) if reason else (done, failed)
        for place in (task, other):
            try:
                self.store.copy(place, target)
            except ObjectNotFoundError:
                continue
            self.store.delete(place)

    def keep(self, answer: Output, reason: str | None) -> Location:
        """Keep an answer under the name of its version, with the reason if there is one."""
        name = f"{archive(self.source, self.prediction_id)}{answer.archive_name}"
        place = Location(keys.LABELSTUDIO, name)
        if reason is None:
            self.store.put(keys.processed(place), answer.body, JSON)
            return keys.processed(place)
        record = QuarantineRecord(reason=reason, key=answer.key, body=answer.body.decode())
        self.store.put_record(keys.quarantined(place), record)
        return keys.quarantined(place)

    def take_away(self, waiting: Sequence[Waiting]) -> tuple[list[Waiting], bool]:
        """Delete what has been dealt with; return what has changed, and whether anything did or went away."""
        changed, disturbed = [], False
        for each in waiting:
            body = unless_gone(self.store, each.place)
            if body == each.answer.body:
                self.store.delete(each.place)
                continue
            disturbed = True
            if body is not None:
                with contextlib.suppress(UnreadableOutputError):  # the next run deals with it
                    changed.append(Waiting(each.place, read(self.source, each.place.key, body)))
        return changed, disturbed


def unless_gone(store: Store, place: Location) -> bytes | None:
    """Read an object that another run may have dealt with; None if it has.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    try:
        return store.get(place)
    except ObjectNotFoundError:
        return None
