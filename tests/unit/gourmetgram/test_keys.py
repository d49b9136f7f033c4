"""The keys are exactly those in the documentation."""

import pytest

from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.sources import ANNOTATED_SOURCES, Source

ID = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_a_photo_lies_under_its_class() -> None:
    assert str(keys.photo(keys.PRODUCTION, "class_06", ID, "jpg")) == f"production/class_06/{ID}.jpg"


def test_records_lie_under_the_date_of_the_prediction() -> None:
    assert str(keys.prediction(ID)) == f"tracking/predictions/2022-02-22/{ID}.json"
    assert str(keys.label(ID, Source.USER_FLAG)) == f"tracking/labels/2022-02-22/user_flag/{ID}.json"


def test_each_source_has_its_folder_of_tasks_and_its_data_set() -> None:
    places = {source.value: (keys.task(ID, source).key, source.dataset) for source in ANNOTATED_SOURCES}
    assert places == {
        "random_sampling": (f"tasks/randomsampled/{ID}.json", "cleanproduction"),
        "low_confidence": (f"tasks/lowconfidence/{ID}.json", "lowconfidence"),
        "user_flag": (f"tasks/userfeedback/{ID}.json", "userfeedback"),
    }


def test_a_relabel_lies_among_the_outputs() -> None:
    assert str(keys.relabel(ID)) == f"labelstudio/output/userfeedback2/{ID}.json"


def test_what_is_done_moves_to_processed_or_quarantine() -> None:
    output = Location(keys.LABELSTUDIO, "output/randomsampled/12")
    assert keys.processed(output).key == "processed/output/randomsampled/12"
    assert keys.quarantined(output).key == "quarantine/output/randomsampled/12"


def test_no_bucket_is_missing() -> None:
    assert set(keys.BUCKETS) == {
        "production",
        "tracking",
        "labelstudio",
        "cleanproduction",
        "lowconfidence",
        "userfeedback",
        "userfeedback2",
    }


def test_an_id_is_read_back_from_every_key() -> None:
    places = [
        keys.prediction(ID),
        keys.task(ID, Source.LOW_CONFIDENCE),
        keys.photo("x", "class_00", ID, "webp"),
    ]
    assert {keys.prediction_id_of(place.key) for place in places} == {ID}


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("class_00/a.jpg", "a"),
        ("tasks/x/a.json", "a"),
        ("a", "a"),
        ("folder/", ""),
        ("folder/a.b.json", "a.b"),
    ],
)
def test_the_prediction_id_is_what_a_name_begins_with(key: str, read: str) -> None:
    assert keys.prediction_id_of(key) == read
