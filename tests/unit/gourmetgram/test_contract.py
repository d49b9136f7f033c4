"""What processes exchange survives the round trip for any input: ids, keys and records."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from gourmetgram import keys
from gourmetgram.classes import CLASS_DIRS, CLASSES, class_dir
from gourmetgram.ids import created_at, created_on
from gourmetgram.keys import EXTENSIONS
from gourmetgram.records import Image, PredictionRecord, RelabelRecord, Task
from gourmetgram.sources import Source
from tests.labelling import prediction_id

NUMBERS = st.integers(0, 2**62 - 1)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
IDS = st.builds(prediction_id, NUMBERS, TIMES)
PROBABILITIES = st.lists(st.floats(0, 1), min_size=11, max_size=11)


@st.composite
def records(draw: st.DrawFn) -> PredictionRecord:
    made, predicted = draw(IDS), draw(st.sampled_from(CLASSES))
    image = keys.photo(
        keys.PRODUCTION, class_dir(predicted), made, draw(st.sampled_from(list(EXTENSIONS.values())))
    )
    return PredictionRecord(
        prediction_id=made,
        filename=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=300)),
        prediction=predicted,
        confidence=draw(st.floats(0, 1)),
        probabilities=dict(zip(CLASSES, draw(PROBABILITIES), strict=True)),
        image=Image(bucket=image.bucket, key=image.key),
        class_dir=class_dir(predicted),
        model_name="food11",
        model_version=draw(st.text(string.hexdigits, min_size=1, max_size=12)),
        created_at=created_at(made),
    )


@given(NUMBERS, TIMES)
def test_an_id_tells_when_it_was_made(number: int, time: datetime) -> None:
    assert abs((created_at(prediction_id(number, time)) - time).total_seconds()) < 0.0015
    assert len(prediction_id(number, time)) == 36


@given(IDS, IDS)
def test_ids_sort_by_time(one: str, other: str) -> None:
    if created_at(one) != created_at(other):
        assert (one < other) == (created_at(one) < created_at(other))


@given(st.text(max_size=80) | st.uuids().map(str))
@example("ffffffff-ffff-7fff-bfff-ffffffffffff")
def test_what_is_no_id_is_refused_and_never_becomes_a_key(text: str) -> None:
    try:
        day = created_on(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            keys.prediction(text)
    else:
        assert keys.prediction(text).key == f"predictions/{day}/{text}.json"


@given(IDS, st.sampled_from(Source), st.sampled_from(CLASS_DIRS), st.sampled_from(list(EXTENSIONS.values())))
def test_every_key_tells_its_id_and_none_is_the_prefix_of_another(
    made: str, source: Source, folder: str, extension: str
) -> None:
    places = [
        keys.prediction(made),
        *(keys.label(made, each) for each in Source),
        *(keys.task(made, each) for each in Source),
        keys.photo(source.dataset, folder, made, extension),
    ]
    assert {keys.prediction_id_of(place.key) for place in places} == {made}
    names = [str(place) for place in places]
    assert not [name for name in names for other in names if other.startswith(f"{name}/")]


@given(records())
def test_a_record_survives_being_written_and_read(record: PredictionRecord) -> None:
    assert PredictionRecord.model_validate_json(record.model_dump_json()) == record
    task = Task.of(record, Source.USER_FLAG, "food-", preselect=True)
    assert Task.model_validate_json(task.model_dump_json()) == task


@given(records(), st.text(max_size=30).filter(lambda name: name not in CLASSES))
def test_a_class_that_is_none_is_refused(record: PredictionRecord, name: str) -> None:
    given = record.model_dump() | {"corrected_class": name}
    with pytest.raises(ValidationError, match="is not one of the classes"):
        RelabelRecord.model_validate(given)
