"""What users and annotators say during drills; all of it must be a label once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from gourmetgram.sources import Source
from tests.cluster.release.drilled import kept
from tests.cluster.release.installed import Release
from tests.drill import invariant
from tests.drill.users import Users

TRUTH = "Soup"


def answer(release: Release, users: Users, most: int) -> dict[str, str]:
    """Answer some of the users' tasks in Label Studio, and return the class chosen for each prediction."""
    release.run_job("sync")
    with release.label_studio() as studio:
        tasks = [task for task in _tasks(studio) if task.data["prediction_id"] in users.acknowledged][:most]
        choice = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": [TRUTH]}}
        for task in tasks:
            studio.annotations.create(id=task.id, result=[choice])  # type: ignore[arg-type]
    return {task.data["prediction_id"]: TRUTH for task in tasks}


def count_everything(
    release: Release, users: Users, answered: dict[str, str], say: Callable[[str], None]
) -> None:
    """Make labels of all that was said, and count uploads and labels.

    Raises:
        AssertionError: One is lost or doubled.
    """
    photos, relabelled = dict(users.acknowledged), dict(users.relabelled)
    uploads = kept(release, photos)
    release.run_job("sync")
    release.run_job("processing")
    with release.store() as store, release.label_studio() as studio:
        labels = [
            invariant.labels(store, relabelled),
            invariant.labels(store, answered, Source.LOW_CONFIDENCE),
        ]
        asked = Counter(task.data["prediction_id"] for task in _tasks(studio))
    say(f"in all: uploads {uploads}, labels of users {labels[0]}, of annotators {labels[1]}")
    assert {(each.lost, each.doubled) for each in (uploads, *labels)} == {(0, 0)}
    assert [each for each, count in asked.items() if count > 1] == []


def _tasks(studio: Any) -> list[Any]:  # noqa: ANN401 (its client's tasks are of a type with no data)
    project = next(each for each in studio.projects.list() if each.title == "Low Confidence")
    return list(studio.tasks.list(project=project.id, fields="all", page_size=1000))
