"""Tasks that are deleted in Label Studio, with their annotations, because their predictions are."""

import json
from collections.abc import Iterable, Sequence

from label_studio_sdk.client import LabelStudio

from cronjobs.label_studio.client import failures
from cronjobs.label_studio.projects import project_id
from gourmetgram.sources import Source

BATCH = 100
"""Predictions that one request asks about: they are part of its address."""


def delete_tasks(
    studio: LabelStudio, source: Source, bucket_prefix: str, prediction_ids: Sequence[str]
) -> int:
    """Delete the tasks of a source's project about some predictions; return how many there were.

    Raises:
        LabelStudioUnavailableError: it did not answer; another run deletes the rest.
    """
    project = project_id(studio, source, bucket_prefix) if prediction_ids else None
    deleted = 0
    if project is None:
        return deleted
    for start in range(0, len(prediction_ids), BATCH):
        for task in _about(studio, project, prediction_ids[start : start + BATCH]):
            with failures(f"delete task {task}", unless_gone=True):
                studio.tasks.delete(str(task))
                deleted += 1
    return deleted


def _about(studio: LabelStudio, project: int, prediction_ids: Sequence[str]) -> list[int]:
    condition = {
        "filter": "filter:tasks:data.prediction_id",
        "operator": "in_list",
        "type": "String",
        "value": list(prediction_ids),
    }
    query = json.dumps({"filters": {"conjunction": "and", "items": [condition]}})
    with failures(f"list the tasks of project {project}"):
        listed: Iterable[object] = studio.tasks.list(
            project=project, include="id", query=query, resolve_uri=False
        )
        return [int(task.id) for task in listed]  # type: ignore[attr-defined]
