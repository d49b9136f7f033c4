"""What is deleted in the real Label Studio is withdrawn, before and after processing."""

import itertools
from datetime import UTC, datetime, timedelta

from cronjobs.sampling import Sampling
from gourmetgram import keys
from gourmetgram.records import LabelRecord, PredictionRecord
from gourmetgram.sources import Source
from tests.labelling import ask, names, upload
from tests.loop import Loop

FLAG = Source.USER_FLAG
NUMBERS = itertools.count(1)


def asked(loop: Loop, source: Source = FLAG, at: datetime | None = None) -> tuple[PredictionRecord, int]:
    """Create a task about a new photo; return its prediction and the task's id."""
    record = upload(loop.store, next(NUMBERS), at=at or datetime.now(UTC))
    ask(loop.store, record, source)
    loop.sync(source)
    return record, loop.tasks(source)[record.prediction_id]


def move_on(loop: Loop, *, is_processed: bool) -> None:
    """Run sync and, if wanted, processing."""
    loop.sync(FLAG)
    if is_processed:
        loop.process()


def traces(loop: Loop, record: PredictionRecord) -> list[str]:
    """Return the photo's places in the data set, its label, and where its task is."""
    left = [key for key in names(loop.store, FLAG.dataset) if record.prediction_id in key]
    if loop.store.exists(keys.label(record.prediction_id, FLAG)):
        left.append(loop.store.get_record(keys.label(record.prediction_id, FLAG), LabelRecord).actual)
    task = keys.task(record.prediction_id, FLAG)
    left += [
        place.key.split("/")[0]
        for place in (task, keys.processed(task), keys.quarantined(task))
        if loop.store.exists(place)
    ]
    return left


def test_a_deleted_annotation_is_withdrawn_and_its_task_waits_again(loop: Loop) -> None:
    for is_processed in (False, True):
        record, task = asked(loop)
        annotation = loop.annotate(task, "Rice")
        move_on(loop, is_processed=is_processed)
        loop.delete_annotation(annotation)
        assert loop.sync(FLAG) == {"withdrawn": 1}
        assert loop.process()["withdrawn"] == {"userfeedback": 1}
        assert traces(loop, record) == ["tasks"]
        assert loop.sync(FLAG) == {}
        assert loop.tasks(FLAG)[record.prediction_id] == task

        loop.annotate(task, "Soup")
        assert loop.sync(FLAG) == {"exported": 1}
        loop.process()
        assert traces(loop, record) == [f"class_09/{record.prediction_id}.jpg", "Soup", "processed"]


def test_a_deleted_task_is_withdrawn_and_does_not_come_back(loop: Loop) -> None:
    for is_answered, is_processed in itertools.product((False, True), repeat=2):
        record, task = asked(loop)
        if is_answered:
            loop.annotate(task, "Rice")
        move_on(loop, is_processed=is_processed)
        loop.delete_task(task)
        assert loop.sync(FLAG) == {"withdrawn": 1}
        loop.process()
        assert traces(loop, record) == ["processed"]
        assert loop.sync(FLAG) == {}
        loop.process()
        assert loop.tasks(FLAG) == {}
        assert traces(loop, record) == ["processed"]
        assert names(loop.store, keys.LABELSTUDIO, f"{keys.outputs(FLAG)}") == [keys.FOLDER_NOTE]


def test_a_task_that_is_deleted_after_its_annotation_does_not_come_back(loop: Loop) -> None:
    record, task = asked(loop)
    annotation = loop.annotate(task, "Rice")
    move_on(loop, is_processed=True)
    loop.delete_annotation(annotation)
    loop.sync(FLAG)
    loop.delete_task(task)
    assert loop.sync(FLAG) == {"withdrawn": 1}
    loop.process()
    assert loop.sync(FLAG) == {}
    assert traces(loop, record) == ["processed"]


def test_a_deleted_task_of_the_random_sample_is_not_drawn_again(loop: Loop) -> None:
    record = upload(loop.store, next(NUMBERS), at=datetime.now(UTC))
    sampling = Sampling(loop.store, loop.settings)
    sampling.run(record.created_at.date())
    loop.sync(Source.RANDOM_SAMPLING)
    loop.delete_task(loop.tasks(Source.RANDOM_SAMPLING)[record.prediction_id])
    loop.sync(Source.RANDOM_SAMPLING)
    assert sampling.run(record.created_at.date()).figures["drawn"] == 0
    assert loop.sync(Source.RANDOM_SAMPLING) == {}


def test_of_an_annotators_two_answers_the_deleted_newer_one_does_not_count(loop: Loop) -> None:
    for is_processed in (False, True):
        record, task = asked(loop)
        loop.annotate(task, "Rice")
        newer = loop.annotate(task, "Soup")
        move_on(loop, is_processed=is_processed)
        loop.delete_annotation(newer)
        loop.sync(FLAG)
        loop.process()
        assert traces(loop, record) == [f"class_07/{record.prediction_id}.jpg", "Rice", "processed"]


def test_the_deletion_of_the_wrong_answer_ends_a_disagreement(loop: Loop) -> None:
    for is_processed in (False, True):
        record, task = asked(loop)
        bob = loop.studio.users.create(
            email=f"{record.prediction_id}@example.org", username=record.prediction_id
        )
        loop.annotate(task, "Rice")
        wrong = loop.annotate(task, "Soup", completed_by=bob.id)
        move_on(loop, is_processed=is_processed)
        loop.delete_annotation(wrong)
        loop.sync(FLAG)
        loop.process()
        assert traces(loop, record) == [f"class_07/{record.prediction_id}.jpg", "Rice", "processed"]
        assert names(loop.store, keys.LABELSTUDIO, "quarantine/") == []


def test_who_left_has_still_answered(loop: Loop) -> None:
    for is_processed in (False, True):
        record, task = asked(loop)
        bob = loop.studio.users.create(
            email=f"{record.prediction_id}@example.org", username=record.prediction_id
        )
        loop.annotate(task, "Soup", completed_by=bob.id)
        move_on(loop, is_processed=is_processed)
        assert bob.id
        loop.studio.users.delete(bob.id)
        storage = next(iter(loop.studio.export_storage.s3.list(project=loop.project(FLAG))))
        loop.studio.export_storage.s3.sync(storage.id or 0)  # exports everything again, without the annotator
        loop.sync(FLAG)
        loop.process()
        assert traces(loop, record) == [f"class_09/{record.prediction_id}.jpg", "Soup", "processed"]
        assert names(loop.store, keys.LABELSTUDIO, "quarantine/") == []


def test_an_old_task_that_is_deleted_is_noticed_when_all_are_looked_at(loop: Loop) -> None:
    record, task = asked(loop, at=datetime.now(UTC) - timedelta(days=90))
    loop.annotate(task, "Rice")
    move_on(loop, is_processed=True)
    loop.delete_task(task)
    assert loop.sync(FLAG) == {}
    assert loop.sync(FLAG, looks_at_all=True)["withdrawn"] == 1
    loop.process()
    assert traces(loop, record) == ["processed"]


def test_an_old_task_that_waits_and_is_deleted_is_noticed_at_once(loop: Loop) -> None:
    record, task = asked(loop, at=datetime.now(UTC) - timedelta(days=90))
    loop.delete_task(task)
    assert loop.sync(FLAG) == {"withdrawn": 1}
    assert traces(loop, record) == ["processed"]


def test_a_project_that_is_made_anew_withdraws_nothing_and_asks_again_for_what_waits(loop: Loop) -> None:
    answered, task = asked(loop)
    loop.annotate(task, "Rice")
    move_on(loop, is_processed=True)
    waits = upload(loop.store, next(NUMBERS), at=datetime.now(UTC))
    ask(loop.store, waits, FLAG)
    loop.sync(FLAG)
    loop.delete_projects()
    assert loop.sync(FLAG, looks_at_all=True) == {"imported": 1}
    assert loop.process()["withdrawn"] == {}
    assert set(loop.tasks(FLAG)) == {waits.prediction_id}
    assert traces(loop, answered) == [f"class_07/{answered.prediction_id}.jpg", "Rice", "processed"]
