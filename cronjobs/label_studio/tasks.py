"""Which tasks a project has: queried by creation time, or by the predictions that they are about."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime, ConfigDict

from cronjobs.label_studio.client import LabelStudio, failures
from gourmetgram.records import Record

PAGE = 1000
"""Page size; a task has only the fields named in ``FIELDS``."""

FIELDS = "id,created_at,data"

BATCH = 100
"""Predictions that one request can ask about: they are part of its URL."""


class AskedTask(Record):
    """A task, and the prediction that it asks about."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: AwareDatetime
    data: dict[str, object]

    @property
    def prediction_id(self) -> str | None:
        """Return the prediction that it asks about; None for a task that a person imported."""
        prediction_id = self.data.get("prediction_id")
        return prediction_id if isinstance(prediction_id, str) else None


def tasks_since(studio: LabelStudio, project: int, since: datetime) -> Iterator[AskedTask]:
    """List the tasks that a project got after a time.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    after = {"operator": "greater", "type": "Datetime", "value": timestamp(since)}
    yield from _listed(studio, project, {"filter": "filter:tasks:created_at", **after})


def tasks_about(studio: LabelStudio, project: int, prediction_ids: Sequence[str]) -> Iterator[AskedTask]:
    """List the tasks that a project has about some predictions.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    for start in range(0, len(prediction_ids), BATCH):
        among = {"operator": "in_list", "type": "String", "value": prediction_ids[start : start + BATCH]}
        yield from _listed(studio, project, {"filter": "filter:tasks:data.prediction_id", **among})


def timestamp(time: datetime) -> str:
    """Format a time as the server's filters expect it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _listed(studio: LabelStudio, project: int, condition: dict[str, object]) -> Iterator[AskedTask]:
    query = json.dumps({"filters": {"conjunction": "and", "items": [condition]}})
    with failures(f"list the tasks of project {project}"):
        listed: Iterable[object] = studio.tasks.list(
            project=project, include=FIELDS, page_size=PAGE, query=query, resolve_uri=False
        )
        for task in listed:
            yield AskedTask.model_validate(task)
