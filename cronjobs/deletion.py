"""`python -m cronjobs.deletion [ID ...]`: delete predictions and everything derived from them.

Without an id it deletes what is older than the retention period. Killed at any point, it completes
when run again: what to delete follows from the ids, or from the days, not from what an earlier run has read.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from cronjobs.command import Outcome, arguments, run
from cronjobs.holdings import BY_DAY, BY_ID, TASKS, about, older
from cronjobs.label_studio.client import LabelStudio, connect
from cronjobs.label_studio.removal import delete_tasks
from cronjobs.outputs import UnreadableOutputError, read
from cronjobs.settings import CronjobSettings
from cronjobs.settling import unless_gone
from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.keys import LABELSTUDIO, Location
from gourmetgram.records import DeletionRequest
from gourmetgram.sources import PROJECTS, Asked
from gourmetgram.store import DELETED_AT_ONCE, Store

RETENTION = "retention"
LEARNED = "what a model has learned from them stays in its weights"

log = logging.getLogger(__name__)


class Deletion:
    """Deletes from the store and from Label Studio, and counts."""

    def __init__(self, store: Store, studio: LabelStudio | None) -> None:
        self.store = store
        self.studio = studio
        self.objects = 0
        self.tasks = 0

    def of_predictions(self, prediction_ids: Sequence[str]) -> Outcome:
        """Delete predictions by their ids.

        Raises:
            LabelStudioUnavailableError: it did not answer; another run completes this one.
            StoreUnavailableError: the store did not answer; another run completes this one.
        """
        with self._asked(prediction_ids):
            unknown = [each for each in prediction_ids if not self._of_prediction(each)]
            for source in TASKS:
                self._delete_tasks(source, prediction_ids)
            self._answers_that_wait(frozenset(prediction_ids))
            for each in prediction_ids:  # what a job made of an answer in the meantime
                self._of_prediction(each)
        said = f"; nothing was stored about {', '.join(unknown)}" if unknown else ""
        return self._outcome(f"{len(prediction_ids)} predictions", said)

    def older_than(self, days: int, today: date) -> Outcome:
        """Delete the predictions that are more than some days older than today (UTC).

        Raises:
            LabelStudioUnavailableError: it did not answer; another run completes this one.
            StoreUnavailableError: the store did not answer; another run completes this one.
        """
        first_kept = today - timedelta(days=days)
        with self._asked([RETENTION]):
            for prefix in BY_DAY:
                self._older(prefix, first_kept)
            for source, tasks in TASKS.items():
                self._older_tasks(source, tasks, first_kept)
            for prefix in BY_ID:
                self._older(prefix, first_kept)
        return self._outcome(f"everything about predictions before {first_kept}", "")

    @contextmanager
    def _asked(self, what: Sequence[str]) -> Iterator[None]:
        """Note what is to be deleted until that is complete, so that the metrics show what is left undone."""
        notes = [keys.deletion(each) for each in what]
        for note in notes:
            self.store.put_record(note, DeletionRequest(asked_at=datetime.now(UTC)))
        yield
        self.store.delete_all(notes)

    def _of_prediction(self, prediction_id: str) -> bool:
        """Delete until nothing is left, since a running job may write again what was just deleted."""
        found = False
        while places := list(about(self.store, prediction_id)):
            found = True
            self._delete(places)
        return found

    def _older(self, prefix: Location, first_kept: date) -> None:
        while places := list(islice(older(self.store, prefix, first_kept), DELETED_AT_ONCE)):
            self._delete(places)

    def _older_tasks(self, source: Asked, tasks: Location, first_kept: date) -> None:
        """Delete in Label Studio first: if interrupted, these objects still list what it has."""
        for place in keys.pending_and_done(tasks):
            while places := list(islice(older(self.store, place, first_kept), DELETED_AT_ONCE)):
                prediction_ids = [keys.prediction_id_of(each.key) for each in places]
                self._delete_tasks(source, prediction_ids)
                self._delete(places)
                if place == tasks:  # it may have been imported again in between
                    self._delete_tasks(source, prediction_ids)

    def _delete_tasks(self, source: Asked, prediction_ids: Sequence[str]) -> None:
        if self.studio:
            self.tasks += delete_tasks(self.studio, source, self.store.bucket_prefix, prediction_ids)

    def _answers_that_wait(self, prediction_ids: frozenset[str]) -> None:
        """Delete the exported annotations that are not processed yet; their names don't say of what."""
        for source in PROJECTS:
            for place, prediction_id in self._waiting(source):
                if prediction_id in prediction_ids:
                    self._delete([place])

    def _waiting(self, source: Asked) -> Iterator[tuple[Location, str]]:
        for key in self.store.keys(LABELSTUDIO, keys.outputs(source)):
            place = Location(LABELSTUDIO, key)
            try:
                yield place, read(source, key, unless_gone(self.store, place) or b"").prediction_id
            except UnreadableOutputError:
                continue

    def _delete(self, places: Sequence[Location]) -> None:
        self.store.delete_all(places)
        self.objects += len(places)

    def _outcome(self, what: str, more: str) -> Outcome:
        summary = f"deleted {what}: {self.objects} objects, {self.tasks} tasks in Label Studio{more}"
        if self.objects:
            summary += f"; {LEARNED}"
        return Outcome(summary, {"objects": self.objects, "tasks": self.tasks}, items=self.objects)


def main() -> Outcome:
    """Delete the predictions named on the command line, or those that are too old."""
    settings = CronjobSettings()
    parser = arguments("Delete predictions and all that followed from them.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="of a prediction; none: those that are too old")
    given = parser.parse_args().ids or settings.deleted_predictions.split()
    try:
        for prediction_id in given:
            created_at(prediction_id)
    except ValueError:
        parser.error(f"{prediction_id!r} is not the id of a prediction; nothing was deleted")
    with _label_studio(settings) as studio:
        deletion = Deletion(Store(settings), studio)
        if given:
            return deletion.of_predictions(given)
        if settings.retention_days:
            return deletion.older_than(settings.retention_days, datetime.now(UTC).date())
    return Outcome("no id was given, and GOURMETGRAM_RETENTION_DAYS keeps everything", {})


def _label_studio(settings: CronjobSettings) -> AbstractContextManager[LabelStudio | None]:
    """Open a client, unless no Label Studio is configured."""
    return connect(settings) if settings.label_studio_token.get_secret_value() else nullcontext()


if __name__ == "__main__":
    run("deletion", main)
