"""Settles one prediction: writes its label, and archives its task and answers.

What is written follows from all answers ever given about the prediction, and pending answers are removed
last. So a run can be killed at any point and repeated, and answers may come in any order.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from pydantic import ValidationError

from cronjobs import labels
from cronjobs.archive import archive
from cronjobs.outputs import Output, UnreadableOutputError, read
from cronjobs.verdict import UndecidedError, WithdrawnError, decide
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord
from gourmetgram.sources import REVIEW, Asked, Source
from gourmetgram.store import JSON, ObjectNotFoundError, Store

ROUNDS = 5

log = logging.getLogger(__name__)


class Waiting(NamedTuple):
    """A pending answer, and the object that holds it."""

    place: Location
    answer: Output


class Kind(Enum):
    """What became of a prediction."""

    KNOWN = auto()
    """Nothing: all answers were already known."""
    LABELLED = auto()
    QUARANTINED = auto()
    WITHDRAWN = auto()
    """It has no label: its answers have been deleted in Label Studio."""


class Outcome(NamedTuple):
    """What became of a prediction, with the reason if it was quarantined."""

    kind: Kind
    reason: str | None = None


class Settlement:
    """A prediction, and the source that it was labelled for."""

    def __init__(self, store: Store, source: Source, prediction_id: str) -> None:
        self.store = store
        self.source = source
        self.prediction_id = prediction_id

    def settle(self, waiting: Sequence[Waiting]) -> Outcome:
        """Settle it with its pending answers.

        Raises:
            StoreUnavailableError: the store did not answer; another run continues.
        """
        outcome = Outcome(Kind.KNOWN)
        for attempt in range(ROUNDS):
            kept = self.kept()
            names = {answer.archive_name for answer in kept.values()}
            if attempt or any(each.answer.archive_name not in names for each in waiting):
                outcome = self.act(kept, waiting, everywhere=attempt > 0)
            waiting, disturbed = self.take_away(waiting)
            if not disturbed:
                return outcome
        log.warning("the answers about %s keep changing; the next run goes on", self.prediction_id)
        return outcome

    def kept(self) -> dict[Location, Output]:
        """Read the answers of earlier runs, those of a review among them."""
        kept = kept_answers(self.store, self.source, self.prediction_id)
        if self.source is not Source.USER_RELABEL:
            reviews = kept_answers(self.store, REVIEW, self.prediction_id)
            kept |= {place: answer for place, answer in reviews.items() if answer.source is self.source}
        return kept

    def act(
        self, kept: Mapping[Location, Output], waiting: Sequence[Waiting], *, everywhere: bool
    ) -> Outcome:
        """Act on the verdict of all answers, but leave the pending ones in place."""
        task = keys.task(self.prediction_id, self.source)
        answers = [*kept.values(), *(each.answer for each in waiting)]
        try:
            labels.write(self.store, decide(answers), everywhere=everywhere)
            outcome, task_to = Outcome(Kind.LABELLED), keys.processed(task)
        except UndecidedError as error:
            outcome, task_to = Outcome(Kind.QUARANTINED, str(error)), keys.quarantined(task)
        except WithdrawnError as error:
            outcome, task_to = Outcome(Kind.WITHDRAWN), task if error.is_asked else keys.processed(task)
        if outcome.kind is not Kind.LABELLED:
            labels.remove(self.store, self.source, self.prediction_id, everywhere=everywhere)
        self.move_tasks(task, task_to, answers)
        for place, answer in kept.items():
            if self.keep(answer, outcome.reason) != place:
                self.store.delete(place)
        for each in waiting:
            if outcome.kind is not Kind.QUARANTINED or self.store.exists(each.place):  # else it was deleted
                self.keep(each.answer, outcome.reason)
        return outcome

    def move_tasks(self, task: Location, target: Location, answers: Sequence[Output]) -> None:
        """Move the task, and the review's if that was answered; a relabel has none."""
        if self.source is not Source.USER_RELABEL:
            move_task(self.store, task, target)
        if reviews := [answer for answer in answers if answer.is_review]:
            review = keys.task(self.prediction_id, REVIEW)
            move_task(self.store, review, destination(review, reviews))

    def keep(self, answer: Output, reason: str | None) -> Location:
        """Archive an answer under the name of its version, with the reason if there is one."""
        name = f"{archive(answer.asked, self.prediction_id)}{answer.archive_name}"
        place = Location(keys.LABELSTUDIO, name)
        if reason is None:
            self.store.put(keys.processed(place), answer.body, JSON)
            return keys.processed(place)
        record = QuarantineRecord(reason=reason, key=answer.place.key, body=answer.body.decode())
        self.store.put_record(keys.quarantined(place), record)
        return keys.quarantined(place)

    def take_away(self, waiting: Sequence[Waiting]) -> tuple[list[Waiting], bool]:
        """Delete processed answers; return those that changed meanwhile, and whether any did or vanished."""
        changed, disturbed = [], False
        for each in waiting:
            body = unless_gone(self.store, each.place)
            if body == each.answer.body:
                self.store.delete(each.place)
                continue
            disturbed = True
            if body is not None:
                with contextlib.suppress(UnreadableOutputError):  # the next run deals with it
                    changed.append(Waiting(each.place, read(each.answer.asked, each.place.key, body)))
        return changed, disturbed


def kept_answers(store: Store, asked: Asked, prediction_id: str) -> dict[Location, Output]:
    """Read the answers of earlier runs to what was asked; those being moved, or unreadable, are skipped.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    folder = Location(keys.LABELSTUDIO, archive(asked, prediction_id))
    kept = {}
    for where in (keys.processed, keys.quarantined):
        for key in store.keys(folder.bucket, where(folder).key):
            place = Location(folder.bucket, key)
            try:
                body = store.get(place)
                if where is keys.quarantined:
                    body = QuarantineRecord.model_validate_json(body).body.encode()
                kept[place] = read(asked, key, body)
            except (ObjectNotFoundError, UnreadableOutputError, ValidationError) as error:
                log.warning("skipping %s: %s", place, error)
    return kept


def destination(task: Location, answers: Sequence[Output]) -> Location:
    """Return where a task belongs according to its answers."""
    try:
        decide(answers)
    except UndecidedError:
        return keys.quarantined(task)
    except WithdrawnError as error:
        return task if error.is_asked else keys.processed(task)
    return keys.processed(task)


def move_task(store: Store, task: Location, target: Location) -> None:
    """Move a task from wherever an earlier run left it.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    for place in keys.pending_and_done(task):
        if place == target:
            continue
        try:
            store.copy(place, target)
        except ObjectNotFoundError:
            continue
        store.delete(place)


def unless_gone(store: Store, place: Location) -> bytes | None:
    """Read an object that another run may have dealt with; None if it has.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    try:
        return store.get(place)
    except ObjectNotFoundError:
        return None
