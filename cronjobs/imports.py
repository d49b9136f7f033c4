"""Which tasks a project has had: imports are recorded, as a deleted task leaves no trace.

Only the tasks about a window's predictions and all pending ones are checked, so the cost does not grow with
earlier imports.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import UTC, date, datetime, time

from pydantic import AwareDatetime

from cronjobs.label_studio.client import LabelStudio
from cronjobs.label_studio.projects import Project
from cronjobs.label_studio.tasks import AskedTask, tasks_about, tasks_since
from cronjobs.window import days, is_prediction_id
from gourmetgram import keys
from gourmetgram.ids import created_on
from gourmetgram.records import Record
from gourmetgram.sources import Asked
from gourmetgram.store import Store

WINDOW_DAYS = 30
"""Days before today: of older predictions, only pending tasks are checked."""


class Imported(Record):
    """Records that a project has had a task about a prediction."""

    task: int
    created_at: AwareDatetime


class Imports:
    """The tasks that a project has had about the predictions since a given day."""

    def __init__(
        self, studio: LabelStudio, store: Store, source: Asked, project: Project, first: date | None
    ) -> None:
        """Read what earlier runs recorded since the first day, or everything if that is None.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        self.studio = studio
        self.store = store
        self.source = source
        self.project = project
        self.first = first
        names = map(keys.prediction_id_of, store.keys(keys.LABELSTUDIO, keys.tasks(source)))
        self.waiting = set(filter(is_prediction_id, names))
        self.noted = set(self._noted())

    def gone(self, answered: Set[str]) -> list[str]:
        """List the predictions whose task the project no longer has.

        Args:
            answered: predictions with answers, which therefore had a task, recorded or not.

        Raises:
            LabelStudioUnavailableError: it did not answer.
            StoreUnavailableError: the store did not answer.
        """
        since = datetime.combine(self.first or date(2000, 1, 1), time(), UTC)
        there = list(tasks_since(self.studio, self.project.number, since))
        listed = {task.prediction_id for task in there}
        older = {each for each in self.waiting if self.first and created_on(each) < self.first}
        unsure = sorted((self.noted | older | answered) - listed)
        there += tasks_about(self.studio, self.project.number, unsure)
        self.note(there)
        found = {task.prediction_id for task in there}
        return [each for each in unsure if each not in found and each not in older - self.noted - answered]

    def note(self, tasks: Iterable[AskedTask]) -> None:
        """Record the tasks that the project has.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        for task in tasks:
            asks = task.prediction_id
            if asks and asks not in self.noted and is_prediction_id(asks):
                self.store.put_record(self._note(asks), Imported(task=task.id, created_at=task.created_at))
                self.noted.add(asks)

    def forget(self, prediction_id: str) -> None:
        """Stop checking for the task about a prediction.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        self.store.delete(self._note(prediction_id))
        self.noted.discard(prediction_id)

    def _note(self, prediction_id: str) -> keys.Location:
        return keys.imported(prediction_id, self.source, self.project.name)

    def _noted(self) -> Iterator[str]:
        for prefix in self._prefixes():
            for key in self.store.keys(keys.TRACKING, prefix):
                prediction_id = key.rpartition("/")[2].partition(".")[0]
                if is_prediction_id(prediction_id) and key == self._note(prediction_id).key:
                    yield prediction_id

    def _prefixes(self) -> Iterator[str]:
        if self.first is None:
            yield keys.IMPORTS
            return
        today = datetime.now(UTC).date()
        window = set(days(today, (today - self.first).days))
        for day in sorted(window | {created_on(each) for each in self.waiting}):
            yield keys.imported_on(day, self.source)
