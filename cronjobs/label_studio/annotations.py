"""What changed in a project since some time, so that no run has to read every annotation ever made.

The times are the server's own: those of a task, of the newest annotation of a finished one (the task's own
time does not change if the store was unavailable while it was annotated), and of each annotation.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus

from label_studio_sdk.core.api_error import ApiError
from pydantic import AwareDatetime

from cronjobs.label_studio.client import LabelStudio, failures
from cronjobs.label_studio.tasks import AskedTask, timestamp
from gourmetgram.records import Record


class Annotation(Record):
    """A version of an annotation."""

    id: int
    updated_at: AwareDatetime


class StudioTask(AskedTask):
    """A task with its annotations; deleting one changes the task's own time."""

    updated_at: AwareDatetime
    completed_at: AwareDatetime | None
    annotations: list[Annotation]

    @property
    def changed_at(self) -> datetime:
        """Return when anything about it last changed."""
        times = [self.updated_at, self.completed_at, *(each.updated_at for each in self.annotations)]
        return max(time for time in times if time is not None)


def changed_since(studio: LabelStudio, project: int, since: datetime) -> list[StudioTask]:
    """List the tasks of a project that changed after a time, with their annotations.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    after = {"operator": "greater", "type": "Datetime", "value": timestamp(since)}
    filters = [{"filter": f"filter:tasks:{time}", **after} for time in ("updated_at", "completed_at")]
    query = json.dumps({"filters": {"conjunction": "or", "items": filters}})
    with failures(f"list what changed in project {project}"):
        listed: Iterable[object] = studio.tasks.list(project=project, fields="all", query=query)
        return [StudioTask.model_validate(task) for task in listed]


def exists(studio: LabelStudio, annotation: str) -> bool:
    """Return whether the server still has an annotation.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"show annotation {annotation}"):
        try:
            studio.annotations.get(int(annotation))
        except ApiError as error:
            if error.status_code == HTTPStatus.NOT_FOUND:
                return False
            raise
    return True


def drop_duplicates(studio: LabelStudio, tasks: Sequence[StudioTask]) -> list[StudioTask]:
    """Delete tasks that concurrent imports duplicated, unless somebody has answered both.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    first: dict[str, int] = {}
    for task in sorted(tasks, key=lambda task: task.id):
        if task.prediction_id:
            first.setdefault(task.prediction_id, task.id)
    superfluous = [
        task
        for task in tasks
        if task.prediction_id and first[task.prediction_id] != task.id and not task.annotations
    ]
    for task in superfluous:
        with failures(f"delete task {task.id}", unless_gone=True):
            studio.tasks.delete(str(task.id))
    return [task for task in tasks if task not in superfluous]
