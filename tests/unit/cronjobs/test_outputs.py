import pytest

from cronjobs.archive import unreadable
from cronjobs.outputs import Deleted, UnreadableOutputError, is_answer, read, withdrawal
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
    assert (output.choices, output.place.key) == (("Rice",), "output/randomsampled/7")
    assert output.archive_name == "7-20260314T120000.000000Z.json"


def test_a_relabel_is_read_as_the_answer_of_a_user() -> None:
    key = f"output/userfeedback2/{RECORD.prediction_id}.json"
    output = read(Source.USER_RELABEL, key, RELABEL.model_dump_json().encode())
    assert (output.who, output.choices, output.place.key) == ("user", ("Rice",), key)


def test_annotators_whose_accounts_were_deleted_remain_two() -> None:
    def who(number: int) -> str:
        body = annotation(RECORD, "Rice", number=number, annotator=None)
        return read(Source.USER_FLAG, f"output/userfeedback/{number}", body).who

    assert (who(7), who(8)) == ("annotation 7", "annotation 8")


def test_an_answer_is_blind_if_its_task_had_no_prediction() -> None:
    blind = annotation(RECORD, "Rice")
    preselected = blind.replace(b'"total_predictions": 0', b'"total_predictions": 1')
    unknown = blind.replace(b'"total_predictions": 0', b'"total": 0')
    read_ones = [
        read(Source.USER_FLAG, "output/userfeedback/1", body) for body in (blind, preselected, unknown)
    ]
    assert [each.is_blind for each in read_ones] == [True, False, None]


@pytest.mark.parametrize("deleted", Deleted)
def test_a_withdrawal_waits_and_is_kept_under_names_of_its_own(deleted: Deleted) -> None:
    answer = read(Source.USER_FLAG, "output/userfeedback/7", annotation(RECORD, "Rice", number=7))
    written = withdrawal(answer, deleted)
    assert read(Source.USER_FLAG, written.place.key, written.body) == written
    assert written.place.key == f"output/userfeedback/7-{deleted}-withdrawn.json"
    assert written.archive_name == f"7-20260314T120000.000000Z-{deleted}-withdrawn.json"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("output/userfeedback/5", "5"),
        ("output/userfeedback/5/6", "5%2F6"),
        ("output/userfeedback/..", "%2E%2E"),
        ("output/userfeedback/a//b", "a%2F%2Fb"),
    ],
)
def test_what_is_unreadable_is_kept_under_a_name_that_every_store_accepts(key: str, name: str) -> None:
    assert unreadable(Source.USER_FLAG, key).key == f"quarantine/output/userfeedback/unreadable/{name}"


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
