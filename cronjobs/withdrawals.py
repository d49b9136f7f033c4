"""Withdraws what has been deleted in Label Studio, as the sync notices it.

A withdrawal is written beside the pending answers, and processing settles it like them. Deleting an
annotation changes its task's time; deleted tasks are found by comparison with the imports.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from cronjobs.imports import Imports
from cronjobs.label_studio.annotations import StudioTask, exists
from cronjobs.label_studio.client import LabelStudio
from cronjobs.label_studio.projects import Project
from cronjobs.outputs import Deleted, Output, UnreadableOutputError, is_answer, read, withdrawal
from cronjobs.settling import kept_answers, move_task, unless_gone
from cronjobs.window import is_prediction_id
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.sources import Asked
from gourmetgram.store import JSON, Store


class Withdrawals:
    """The answers of one project, and which of them Label Studio no longer has."""

    def __init__(self, studio: LabelStudio, store: Store, source: Asked, project: Project) -> None:
        """Read the pending answers.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        self.studio = studio
        self.store = store
        self.source = source
        self.project = project
        self.waiting: defaultdict[str, list[Output]] = defaultdict(list)
        for answer in self._waiting():
            self.waiting[answer.prediction_id].append(answer)

    def of_deleted_tasks(self, imports: Imports) -> int:
        """Withdraw all answers about deleted tasks, and prevent their reimport; return how many.

        Raises:
            LabelStudioUnavailableError: it did not answer.
            StoreUnavailableError: the store did not answer.
        """
        answered = {each for each, answers in self.waiting.items() if any(map(self.is_ours, answers))}
        withdrawn = 0
        for prediction_id in imports.gone(answered):
            answers = self.stored(prediction_id, unless={Deleted.TASK})
            for answer in answers:
                self.withdraw(answer, Deleted.TASK)
            task = keys.task(prediction_id, self.source)
            move_task(self.store, task, keys.processed(task))
            withdrawn += bool(answers) or prediction_id in imports.noted
            imports.forget(prediction_id)
        return withdrawn

    def of_changed_tasks(self, changed: Sequence[StudioTask]) -> int:
        """Withdraw the answers deleted from existing tasks; return how many.

        Raises:
            LabelStudioUnavailableError: it did not answer.
            StoreUnavailableError: the store did not answer.
        """
        there: defaultdict[str, set[str]] = defaultdict(set)
        for task in changed:
            if task.prediction_id and is_prediction_id(task.prediction_id):
                there[task.prediction_id] |= {str(annotation.id) for annotation in task.annotations}
        withdrawn = 0
        for prediction_id, names in there.items():
            for answer in self.stored(prediction_id, unless=set(Deleted)):
                if answer.name not in names and not exists(self.studio, answer.name):
                    self.withdraw(answer, Deleted.ANNOTATION)
                    withdrawn += 1
        return withdrawn

    def stored(self, prediction_id: str, *, unless: Set[Deleted]) -> list[Output]:
        """Read the newest version of each answer that this project gave, unless it is already withdrawn."""
        kept = kept_answers(self.store, self.source, prediction_id).values()
        newest: dict[str, Output] = {}
        for answer in sorted([*kept, *self.waiting[prediction_id]], key=lambda answer: answer.age):
            if answer.withdrawn_with or self.is_ours(answer):
                newest[answer.name] = answer
        return [answer for answer in newest.values() if answer.withdrawn_with not in unless]

    def is_ours(self, answer: Output) -> bool:
        """Return whether this project gave an answer; a deleted project may have had the same number."""
        return answer.project == self.project.number and answer.version >= self.project.created_at

    def withdraw(self, answer: Output, deleted: Deleted) -> None:
        """Write a withdrawal for processing."""
        withdrawn = withdrawal(answer, deleted)
        self.store.put(withdrawn.place, withdrawn.body, JSON)

    def _waiting(self) -> Iterator[Output]:
        for key in self.store.keys(keys.LABELSTUDIO, keys.outputs(self.source)):
            body = unless_gone(self.store, Location(keys.LABELSTUDIO, key))
            if body is not None and is_answer(self.source, key):
                with contextlib.suppress(UnreadableOutputError):  # processing reports what is wrong with it
                    yield read(self.source, key, body)
