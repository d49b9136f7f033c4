"""What the report says about annotators, with the real store."""

import pytest

from cronjobs import report
from cronjobs.agreement import agreement, several, sway
from cronjobs.outputs import Deleted
from cronjobs.processing import Processing
from cronjobs.window import labels
from gourmetgram.sources import Source
from gourmetgram.store import Store
from tests.labelling import NOON, SETTINGS, annotation, answer, upload, withdraw

FLAG = Source.USER_FLAG
BOB = "bob@example.org"
TODAY = NOON.date()


def answered_by_both(store: Store, number: int, ann: str, bob: str) -> bytes:
    """Have two annotators answer; return the second one's annotation."""
    record = upload(store, number)
    answer(store, FLAG, annotation(record, ann, number=2 * number))
    second = annotation(record, bob, number=2 * number + 1, annotator=BOB)
    answer(store, FLAG, second)
    return second


def test_those_who_disagree_count_until_one_answer_is_withdrawn(empty_store: Store) -> None:
    answered_by_both(empty_store, 1, "Rice", "Rice")
    wrong = answered_by_both(empty_store, 2, "Rice", "Soup")
    Processing(empty_store, SETTINGS).run()

    def found() -> list[list[str]]:
        return list(several(empty_store, labels(empty_store, 4, TODAY, 0), [TODAY]))

    assert found() == [["Rice", "Rice"], ["Rice", "Soup"]]
    assert agreement(found())[:2] == (2, 1)
    withdraw(empty_store, FLAG, wrong, Deleted.ANNOTATION)
    Processing(empty_store, SETTINGS).run()
    assert found() == [["Rice", "Rice"]]


def test_the_report_tells_the_sway_where_both_kinds_of_labels_are(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = upload(empty_store, 1)
    shown = annotation(record, "Egg").replace(b'"total_predictions": 0', b'"total_predictions": 1')
    answer(empty_store, FLAG, shown)
    answer(empty_store, Source.RANDOM_SAMPLING, annotation(record, "Rice", number=2))
    Processing(empty_store, SETTINGS).run()
    assert sway(labels(empty_store, 4, TODAY, 0)) == (1, 1, 0)
    monkeypatch.setattr("sys.argv", ["report", "--until", str(TODAY)])
    said = "100.0% agreed with the model when shown, 0.0% when blind"
    assert said in "\n".join(report.main().details)
