from unittest.mock import Mock

from cronjobs.label_studio.annotations import Annotation, StudioTask, drop_duplicates
from tests.labelling import NOON, prediction_id


def task(number: int, asks: str | None, annotations: int = 0) -> StudioTask:
    return StudioTask(
        id=number,
        data={"prediction_id": asks} if asks else {},
        created_at=NOON,
        updated_at=NOON,
        completed_at=None,
        annotations=[Annotation(id=each, updated_at=NOON) for each in range(annotations)],
    )


def dropped(*tasks: StudioTask) -> list[str]:
    studio = Mock()
    drop_duplicates(studio, tasks)
    return [call.args[0] for call in studio.tasks.delete.call_args_list]


def test_of_a_task_that_was_imported_twice_the_first_stays() -> None:
    assert dropped(task(3, prediction_id(1)), task(2, prediction_id(1)), task(4, prediction_id(2))) == ["3"]


def test_a_task_that_somebody_answered_stays() -> None:
    assert dropped(task(2, prediction_id(1)), task(3, prediction_id(1), annotations=1)) == []


def test_tasks_that_a_person_imported_stay() -> None:
    assert dropped(task(2, None), task(3, None)) == []
