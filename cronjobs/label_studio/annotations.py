"""What changed in a project since some time, so that nobody has to walk all that was ever annotated.

The times are the server's own: those of a task, of the newest annotation of a finished one (the task's own
time does not change when the store was away while it was annotated), and of each annotation.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from label_studio_sdk.client import LabelStudio
from pydantic import AwareDatetime, ConfigDict

from cronjobs.label_studio.client import failures
from gourmetgram.records import Record


class Annotation(Record):
    """A version of an annotation."""

    id: int
    updated_at: AwareDatetime


class StudioTask(Record):
    """A task as the server knows it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    data: dict[str, object]
    updated_at: AwareDatetime
    completed_at: AwareDatetime | None
    annotations: list[Annotation]

    @property
    def prediction_id(self) -> str | None:
        """Give the prediction that it asks about; none for a task that a person imported."""
        prediction_id = self.data.get("prediction_id")
        return prediction_id if isinstance(prediction_id, str) else None

    @property
    def changed_at(self) -> datetime:
        """Tell when anything about it last changed."""
        times = [self.updated_at, self.completed_at, *(each.updated_at for each in self.annotations)]
        return max(time for time in times if time is not None)


def changed_since(studio: LabelStudio, project: int, since: datetime) -> list[StudioTask]:
    """List the tasks of a project that changed after a time, with their annotations.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    after = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    filters = [
        {"filter": f"filter:tasks:{time}", "operator": "greater", "type": "Datetime", "value": after}
        for time in ("updated_at", "completed_at")
    ]
    query = json.dumps({"filters": {"conjunction": "or", "items": filters}})
    with failures(f"list what changed in project {project}"):
        listed: Iterable[object] = studio.tasks.list(project=project, fields="all", query=query)
        return [StudioTask.model_validate(task) for task in listed]


def drop_duplicates(studio: LabelStudio, tasks: Sequence[StudioTask]) -> list[StudioTask]:
    """Delete the tasks that two imports at once made twice, unless somebody has answered both.

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
