"""What is deleted is gone everywhere, and everything else stays as it was."""

from collections import Counter
from datetime import timedelta
from typing import cast

import pytest

from cronjobs.deletion import Deletion
from cronjobs.imports import Imported
from cronjobs.label_studio.client import LabelStudio, LabelStudioUnavailableError
from cronjobs.processing import Processing
from gourmetgram import keys
from gourmetgram.keys import LABELSTUDIO, PRODUCTION, TRACKING, Location
from gourmetgram.records import PredictionRecord
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import Store
from tests.labelling import (
    NOON,
    SETTINGS,
    annotation,
    answer,
    ask,
    contents,
    names,
    prediction_id,
    relabel,
    upload,
)
from tests.loop import Loop

TODAY = NOON.date()
OLD = NOON - timedelta(days=31)


def labelled(store: Store, number: int, **more: object) -> PredictionRecord:
    """Give a prediction a label from every source, including one that its annotators disagree about."""
    record = upload(store, number, **more)  # type: ignore[arg-type]
    for place, source in enumerate(ANNOTATED_SOURCES):
        ask(store, record, source)
        note = keys.imported(record.prediction_id, source, "1-20260314T000000Z")
        store.put_record(note, Imported(task=number, created_at=NOON))
        answer(store, source, annotation(record, "Rice", number=10 * number + place))
    relabel(store, record, "Soup")
    Processing(store, SETTINGS).run()
    answer(
        store,
        Source.USER_FLAG,
        annotation(record, "Soup", number=10 * number + 5, annotator="bob@example.org"),
    )
    Processing(store, SETTINGS).run()
    return record


def waiting(store: Store, number: int, **more: object) -> PredictionRecord:
    """Leave tasks and answers about a prediction waiting."""
    record = upload(store, number, **more)  # type: ignore[arg-type]
    for place, source in enumerate(ANNOTATED_SOURCES):
        ask(store, record, source)
        answer(store, source, annotation(record, "Rice", number=10 * number + place))
    relabel(store, record, "Soup")
    return record


def test_one_prediction_is_deleted_with_all_that_followed_from_it(empty_store: Store) -> None:
    labelled(empty_store, 1)
    others = contents(empty_store)
    assert len(others) > 15
    kept = labelled(empty_store, 2)
    done = Deletion(empty_store, None).of_predictions([prediction_id(1)])
    assert not [
        place for place, body in contents(empty_store).items() if prediction_id(1) in place + body.decode()
    ]
    assert len(contents(empty_store)) == len(others) == done.figures["objects"]
    assert empty_store.get(kept.image.location) == b"photo 2"


class UnavailableStudio:
    """Does not answer when asked for a project."""

    def __getattr__(self, name: str) -> object:
        raise ConnectionError(name)


def test_a_deletion_that_is_not_complete_is_noted_until_it_is(empty_store: Store) -> None:
    upload(empty_store, 1)
    ask(empty_store, upload(empty_store, 3, at=OLD), Source.USER_FLAG)
    with pytest.raises(LabelStudioUnavailableError):
        Deletion(empty_store, cast("LabelStudio", UnavailableStudio())).of_predictions([prediction_id(1)])
    with pytest.raises(LabelStudioUnavailableError):
        Deletion(empty_store, cast("LabelStudio", UnavailableStudio())).older_than(30, TODAY)
    assert names(empty_store, TRACKING, keys.DELETIONS) == [f"{prediction_id(1)}.json", "retention.json"]
    Deletion(empty_store, None).of_predictions([prediction_id(1)])
    Deletion(empty_store, None).older_than(30, TODAY)
    assert names(empty_store, TRACKING, keys.DELETIONS) == []


def test_what_waits_is_deleted_too(empty_store: Store) -> None:
    waiting(empty_store, 2)
    rest = contents(empty_store)
    waiting(empty_store, 1)
    Deletion(empty_store, None).of_predictions([prediction_id(1)])
    assert contents(empty_store) == rest


def test_what_processing_had_read_before_the_deletion_leaves_nothing_behind(empty_store: Store) -> None:
    processing, record = Processing(empty_store, SETTINGS), waiting(empty_store, 1)
    read = {
        source: [processing.read(source, key) for key in empty_store.keys(LABELSTUDIO, keys.outputs(source))]
        for source in Source
    }
    Deletion(empty_store, None).of_predictions([record.prediction_id])
    for source, answers in read.items():
        processing.settle(((source, record.prediction_id), [each for each in answers if each]))
    assert contents(empty_store) == {}


def test_what_processing_makes_of_an_answer_during_the_deletion_is_deleted_too(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(empty_store, 1)
    monkeypatch.setattr(Deletion, "_delete_tasks", lambda *_: Processing(empty_store, SETTINGS).run())
    Deletion(empty_store, None).of_predictions([prediction_id(1)])
    assert contents(empty_store) == {}


def test_deleting_again_says_that_there_is_nothing(empty_store: Store) -> None:
    upload(empty_store, 1)
    deletion = Deletion(empty_store, None)
    assert "weights" in deletion.of_predictions([prediction_id(1)]).summary
    again = Deletion(empty_store, None).of_predictions([prediction_id(1)])
    assert (again.complete, f"nothing was stored about {prediction_id(1)}" in again.summary) == (True, True)


def test_what_is_older_is_deleted_and_what_others_put_there_is_not(empty_store: Store) -> None:
    note = Location(LABELSTUDIO, f"{keys.tasks(Source.USER_FLAG)}{keys.FOLDER_NOTE}")
    empty_store.put(note, b"tasks", "text/plain")
    empty_store.put(Location(PRODUCTION, "class_00/0-not-ours.jpg"), b"?", "image/jpeg")
    labelled(empty_store, 1)
    old = labelled(empty_store, 3, at=OLD), upload(empty_store, 4, at=OLD - timedelta(days=500))
    waiting(empty_store, 2, at=NOON - timedelta(days=30))
    rest = {
        place: body
        for place, body in contents(empty_store).items()
        if not any(each.prediction_id in place for each in old)
    }
    Deletion(empty_store, None).older_than(30, TODAY)
    assert contents(empty_store) == rest


def test_the_cost_grows_with_what_is_old_and_not_with_what_stays(empty_store: Store) -> None:
    requests: Counter[str] = Counter()
    events = empty_store.client.meta.events

    def count(model: object, **_: object) -> None:
        requests[str(getattr(model, "name", ""))] += 1

    def cost() -> Counter[str]:
        requests.clear()
        upload(empty_store, 1, at=OLD)
        requests.clear()
        Deletion(empty_store, None).older_than(30, TODAY)
        return requests.copy()

    events.register("before-call.s3", count)
    try:
        few = cost()
        for number in range(30):
            upload(empty_store, number)
        assert cost() == few
    finally:
        events.unregister("before-call.s3", count)


def test_the_tasks_in_label_studio_go_with_their_predictions(loop: Loop) -> None:
    old = upload(loop.store, 1, at=OLD)
    named, kept = upload(loop.store, 2), upload(loop.store, 3)
    for record in (old, named, kept):
        ask(loop.store, record, Source.USER_FLAG)
    loop.sync(Source.USER_FLAG)
    loop.annotate(loop.tasks(Source.USER_FLAG)[named.prediction_id], "Soup")
    assert Deletion(loop.store, loop.studio).of_predictions([named.prediction_id]).figures["tasks"] == 1
    assert Deletion(loop.store, loop.studio).older_than(30, TODAY).figures["tasks"] == 1
    loop.sync(Source.USER_FLAG)
    loop.process()
    assert loop.tasks(Source.USER_FLAG).keys() == {kept.prediction_id}
    assert [
        name for name in names(loop.store, LABELSTUDIO, "tasks/userfeedback/") if name != keys.FOLDER_NOTE
    ] == [f"{kept.prediction_id}.json"]
    assert not [place for place in contents(loop.store) if named.prediction_id in place]
