"""Processing with the real store."""

import pytest

from cronjobs.outputs import Deleted
from cronjobs.processing import Processing
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord, QuarantineRecord
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import Store
from tests.labelling import (
    SETTINGS,
    annotation,
    answer,
    ask,
    contents,
    names,
    prediction,
    relabel,
    upload,
    withdraw,
)

BOB = "bob@example.org"
FLAG = Source.USER_FLAG


def process(store: Store) -> dict[str, object]:
    return dict(Processing(store, SETTINGS).run().figures)


def reasons(store: Store) -> list[str]:
    found = [Location(keys.LABELSTUDIO, key) for key in store.keys(keys.LABELSTUDIO, "quarantine/output/")]
    return [store.get_record(place, QuarantineRecord).reason for place in found]


@pytest.mark.parametrize("source", ANNOTATED_SOURCES)
def test_an_annotated_photo_goes_to_the_data_set_of_its_source(empty_store: Store, source: Source) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, source)
    answer(empty_store, source, annotation(record, "Rice"))
    assert process(empty_store)["labelled"] == {source.dataset: 1}
    photo = Location(source.dataset, f"class_07/{record.prediction_id}.jpg")
    assert empty_store.get(photo) == b"photo 1"
    label = empty_store.get_record(keys.label(record.prediction_id, source), LabelRecord)
    assert (label.predicted, label.actual, label.annotator) == ("Egg", "Rice", "ann@example.org")


def test_task_and_output_move_to_processed(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    process(empty_store)
    assert names(empty_store, keys.LABELSTUDIO) == [
        f"processed/output/userfeedback/{record.prediction_id}/1-20260314T120000.000000Z.json",
        f"processed/tasks/userfeedback/{record.prediction_id}.json",
    ]


def test_a_relabel_goes_to_its_data_set(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    relabel(empty_store, record, "Soup")
    process(empty_store)
    assert names(empty_store, "userfeedback2") == [f"class_09/{record.prediction_id}.jpg"]
    assert names(empty_store, keys.LABELSTUDIO, "output/") == []


def test_a_second_relabel_moves_the_photo(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    for minutes, corrected in enumerate(["Soup", "Rice"]):
        relabel(empty_store, record, corrected, minutes)
        process(empty_store)
    assert names(empty_store, "userfeedback2") == [f"class_07/{record.prediction_id}.jpg"]


def test_a_changed_annotation_moves_the_photo_and_replaces_the_label(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    for minutes, choice in enumerate(["Soup", "Rice"]):
        answer(empty_store, FLAG, annotation(record, choice, minutes=minutes))
        process(empty_store)
    assert names(empty_store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]
    assert empty_store.get_record(keys.label(record.prediction_id, FLAG), LabelRecord).actual == "Rice"


def test_an_older_version_that_comes_late_changes_nothing(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    for minutes, choice in [(5, "Rice"), (0, "Soup")]:
        answer(empty_store, FLAG, annotation(record, choice, minutes=minutes))
        process(empty_store)
    assert names(empty_store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]


def test_an_export_that_is_repeated_changes_nothing(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    process(empty_store)
    before = contents(empty_store)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    assert process(empty_store)["labelled"] == {}
    assert contents(empty_store) == before


def test_annotators_who_disagree_are_quarantined_together(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    answer(empty_store, FLAG, annotation(record, "Soup", number=2, annotator=BOB))
    assert process(empty_store)["quarantined"] == {"userfeedback": 1}
    assert (
        reasons(empty_store)
        == ["the annotators disagree: ann@example.org says Rice, bob@example.org says Soup"] * 2
    )
    assert names(empty_store, "userfeedback") == []


def test_it_does_not_matter_whether_who_disagrees_comes_at_once_or_later(empty_store: Store) -> None:
    states = []
    record = upload(empty_store, 1)
    answers = [annotation(record, "Rice"), annotation(record, "Soup", number=2, annotator=BOB)]
    for runs in ([answers], [answers[:1], answers[1:]], [answers[1:], answers[:1]]):
        ask(empty_store, record, FLAG)
        for run in runs:
            for body in run:
                answer(empty_store, FLAG, body)
            process(empty_store)
        states.append(contents(empty_store))
        for key in names(empty_store, keys.LABELSTUDIO):
            empty_store.delete(Location(keys.LABELSTUDIO, key))
    assert states[0] == states[1] == states[2]


def test_an_annotator_who_comes_round_empties_the_quarantine(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    answer(empty_store, FLAG, annotation(record, "Soup", number=2, annotator=BOB))
    process(empty_store)
    answer(empty_store, FLAG, annotation(record, "Rice", number=2, annotator=BOB, minutes=5))
    process(empty_store)
    assert names(empty_store, keys.LABELSTUDIO, "quarantine/") == []
    assert len(names(empty_store, keys.LABELSTUDIO, "processed/output/")) == 3
    assert names(empty_store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]


def test_a_skipped_photo_stays_with_its_reason_until_somebody_answers(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, skipped=True))
    process(empty_store)
    assert reasons(empty_store) == ["skipped by ann@example.org"]
    answer(empty_store, FLAG, annotation(record, "Rice", number=2, annotator=BOB))
    process(empty_store)
    assert names(empty_store, "userfeedback") == [f"class_07/{record.prediction_id}.jpg"]
    assert reasons(empty_store) == []


def test_what_cannot_be_processed_is_kept_with_its_reason_and_the_rest_goes_on(empty_store: Store) -> None:
    good, photoless, unknown = upload(empty_store, 1), upload(empty_store, 2), prediction(3)
    empty_store.delete(photoless.image.location)
    answer(empty_store, FLAG, annotation(good, "Rice", number=1))
    answer(empty_store, FLAG, annotation(photoless, "Rice", number=2))
    answer(empty_store, FLAG, annotation(unknown, "Rice", number=3))
    empty_store.put(Location(keys.LABELSTUDIO, "output/userfeedback/5"), b"\xff garbage", "text/plain")
    process(empty_store)
    assert sorted(reasons(empty_store)) == sorted(
        [
            f"the photo production/{photoless.image.key} is missing",
            f"there is no prediction {unknown.prediction_id}",
            "not an answer: Invalid JSON: expected value at line 1 column 1",
        ]
    )
    assert names(empty_store, "userfeedback") == [f"class_07/{good.prediction_id}.jpg"]
    assert names(empty_store, keys.LABELSTUDIO, "output/") == []


def test_garbage_is_kept_whole(empty_store: Store) -> None:
    empty_store.put(Location(keys.LABELSTUDIO, "output/userfeedback/5"), b"\xff garbage", "text/plain")
    process(empty_store)
    kept = Location(keys.LABELSTUDIO, "quarantine/output/userfeedback/unreadable/5")
    assert empty_store.get_record(kept, QuarantineRecord).body == "\\xff garbage"


def test_a_class_that_the_model_does_not_know_is_quarantined(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    answer(empty_store, FLAG, annotation(record, "Pizza"))
    process(empty_store)
    assert reasons(empty_store) == ["ann@example.org chose 'Pizza', which is not one of the classes"]


def test_the_note_of_a_folder_stays(empty_store: Store) -> None:
    note = Location(keys.LABELSTUDIO, f"{keys.outputs(FLAG)}{keys.FOLDER_NOTE}")
    empty_store.put(note, b"note", "text/plain")
    process(empty_store)
    assert empty_store.exists(note)


def test_what_lies_deeper_than_answers_do_is_quarantined_and_the_rest_goes_on(empty_store: Store) -> None:
    for name in ("5", "a/b", "a/b.c"):
        empty_store.put(Location(keys.LABELSTUDIO, f"{keys.outputs(FLAG)}{name}"), b"garbage", "text/plain")
    assert process(empty_store)["quarantined"] == {"userfeedback": 3}
    assert names(empty_store, keys.LABELSTUDIO, "output/") == []


def test_a_withdrawn_answer_takes_its_label_and_photo_along(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    ask(empty_store, record, FLAG)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    process(empty_store)
    withdraw(empty_store, FLAG, annotation(record, "Rice"), Deleted.ANNOTATION)
    assert process(empty_store)["withdrawn"] == {"userfeedback": 1}
    assert names(empty_store, "userfeedback") == []
    assert not empty_store.exists(keys.label(record.prediction_id, FLAG))
    assert names(empty_store, keys.LABELSTUDIO) == [
        f"processed/output/userfeedback/{record.prediction_id}/1-20260314T120000.000000Z-annotation-withdrawn.json",
        f"processed/output/userfeedback/{record.prediction_id}/1-20260314T120000.000000Z.json",
        f"tasks/userfeedback/{record.prediction_id}.json",
    ]


def test_a_label_tells_whether_it_is_blind_and_what_each_annotator_chose(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    answer(empty_store, FLAG, annotation(record, "Rice", number=2, annotator=BOB))
    process(empty_store)
    label = empty_store.get_record(keys.label(record.prediction_id, FLAG), LabelRecord)
    assert (label.is_blind, label.answers) == (True, {"ann@example.org": "Rice", BOB: "Rice"})


def test_an_answer_whose_annotator_has_left_since_is_no_new_one(empty_store: Store) -> None:
    record = upload(empty_store, 1)
    answer(empty_store, FLAG, annotation(record, "Rice"))
    process(empty_store)
    before = contents(empty_store)
    answer(empty_store, FLAG, annotation(record, "Rice", annotator=None))
    process(empty_store)
    assert contents(empty_store) == before
