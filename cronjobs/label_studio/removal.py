"""Tasks that are deleted in Label Studio, with their annotations, because their predictions are."""

from collections.abc import Sequence

from cronjobs.label_studio.client import LabelStudio, failures
from cronjobs.label_studio.projects import project_id
from cronjobs.label_studio.tasks import tasks_about
from gourmetgram.sources import Asked


def delete_tasks(
    studio: LabelStudio, source: Asked, bucket_prefix: str, prediction_ids: Sequence[str]
) -> int:
    """Delete the tasks of a source's project about some predictions; return how many there were.

    Raises:
        LabelStudioUnavailableError: it did not answer; another run deletes the rest.
    """
    project = project_id(studio, source, bucket_prefix) if prediction_ids else None
    if project is None:
        return 0
    found = list(tasks_about(studio, project, prediction_ids))
    for task in found:
        with failures(f"delete task {task.id}", unless_gone=True):
            studio.tasks.delete(str(task.id))
    return len(found)
