import pytest

from cronjobs.outputs import UnreadableOutputError, is_answer, read
from gourmetgram.records import RelabelRecord
from gourmetgram.sources import Source
from tests.labelling import NOON, annotation, prediction, prediction_id

RECORD = prediction(1)
RELABEL = RelabelRecord(
    prediction_id=RECORD.prediction_id, prediction="Egg", corrected_class="Rice", created_at=NOON
)


def test_an_annotation_is_read() -> None:
    output = read(Source.RANDOM_SAMPLING, "output/randomsampled/7", annotation(RECORD, "Rice", number=7))
    assert (output.prediction_id, output.annotator) == (RECORD.prediction_id, "ann@example.org")
    assert (output.choices, output.key) == (("Rice",), "output/randomsampled/7")
    assert output.archive_name == "7-20260314T120000.000000Z.json"


def test_a_relabel_is_read_as_the_answer_of_a_user() -> None:
    key = f"output/userfeedback2/{RECORD.prediction_id}.json"
    output = read(Source.USER_RELABEL, key, RELABEL.model_dump_json().encode())
    assert (output.annotator, output.choices, output.key) == ("user", ("Rice",), key)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"\xff\xd8\xff", "Invalid JSON"),
        (b"[]", "should be an object"),
        (annotation(RECORD, "Rice").replace(RECORD.prediction_id.encode(), b"../../x"), "prediction_id"),
        (annotation(RECORD, "Rice").replace(b'"updated_at"', b'"changed_at"'), "updated_at: Field required"),
        (annotation(RECORD, "Rice").replace(b'"completed_by"', b'"made_by"'), "completed_by: Field required"),
    ],
)
def test_what_is_no_annotation_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableOutputError, match=reason):
        read(Source.USER_FLAG, "output/userfeedback/1", body)


def test_a_relabel_under_the_name_of_another_prediction_is_refused() -> None:
    with pytest.raises(UnreadableOutputError, match="its name is not"):
        read(
            Source.USER_RELABEL,
            f"output/userfeedback2/{prediction_id(2)}.json",
            RELABEL.model_dump_json().encode(),
        )


def test_the_note_of_a_folder_is_no_answer() -> None:
    assert not is_answer(Source.USER_FLAG, "output/userfeedback/README.txt")
    assert is_answer(Source.USER_FLAG, "output/userfeedback/12")
