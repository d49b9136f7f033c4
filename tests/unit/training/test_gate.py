"""The gate passes a better model, and refuses each bad one for the right reason."""

from pathlib import Path

import pytest
from onnx import helper

from gourmetgram.classes import CLASSES
from predictor.registry.records import Check
from predictor.training.costs import MIB, peak_memory
from predictor.training.gate import Gate
from predictor.training.gathering import Found
from predictor.training.manifest import Entry, Manifest, Side
from predictor.training.settings import GateSettings
from predictor.training.truths import RelabelPrecision
from tests import colour_models
from tests.labelling import NOON

RIGHT = list(range(len(CLASSES)))
CONFUSES_TWO = [1, 0, *RIGHT[2:]]
SHUFFLED = [*RIGHT[1:], 0]
SOUP = CLASSES.index("Soup")
LOOSE = GateSettings(same_architecture=False)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    return colour_models.photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture
def current(tmp_path: Path) -> Path:
    return colour_models.write(tmp_path / "current.onnx", answers=CONFUSES_TWO)


def manifest(photos: list[Found], side: Side) -> Manifest:
    entries = [
        Entry(
            object=each.object,
            sha256=each.sha256,
            fingerprint=each.fingerprint,
            label=each.known.label,
            source="user_flag",
            label_record=None,
            weight=1,
            side=side,
        )
        for each in photos
    ]
    nobody = RelabelPrecision(compared=0, right=0, low=0)
    return Manifest(
        name="food11",
        starts_from="1",
        until=NOON.date(),
        relabels=nobody,
        photos=entries,
        excluded=[],
    )


def refused(
    candidate: Path,
    current: Path,
    photos: list[Found],
    settings: GateSettings = LOOSE,
    learned: Manifest | None = None,
) -> dict[str, str]:
    gate = Gate((candidate, current), learned or manifest([], "training"), settings)
    checks: list[Check] = list(gate.checks({"production": photos}))
    return {check.name: check.detail for check in checks if not check.passed}


def test_a_better_model_passes(tmp_path: Path, current: Path, photos: list[Found]) -> None:
    better = colour_models.write(tmp_path / "better.onnx")
    assert refused(better, current, photos, GateSettings()) == {}


def test_an_equal_model_is_refused(tmp_path: Path, current: Path, photos: list[Found]) -> None:
    equal = colour_models.write(tmp_path / "equal.onnx", answers=CONFUSES_TWO)
    assert refused(equal, current, photos).keys() == {"better"}


def test_a_model_of_shuffled_labels_is_refused(tmp_path: Path, current: Path, photos: list[Found]) -> None:
    shuffled = colour_models.write(tmp_path / "shuffled.onnx", answers=SHUFFLED)
    reasons = refused(shuffled, current, photos)
    assert {"better", "not worse on production", "calibration"} < reasons.keys()
    assert reasons["better"].startswith("Accuracy 0.0%, 81.8% before, on 88 photos")


def test_a_better_model_with_one_class_broken_is_refused(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    broken = colour_models.write(tmp_path / "broken.onnx", answers=[*RIGHT[:SOUP], 0, *RIGHT[SOUP + 1 :]])
    reasons = refused(broken, current, photos)
    assert "Soup: recall 0.0% on 8 photos, 100.0% before" in reasons["recall of Soup"]


def test_a_model_that_learned_the_evaluation_photos_is_refused(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    better = colour_models.write(tmp_path / "better.onnx")
    reasons = refused(better, current, photos, learned=manifest(photos[:3], "training"))
    assert reasons == {
        "unseen photos": "It was trained on 3 of the 88 evaluation photos or their near-duplicates."
    }


def test_a_model_of_which_nobody_knows_what_it_learned_from_is_refused(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    better = colour_models.write(tmp_path / "better.onnx")
    gate = Gate((better, current), None, GateSettings())
    reasons = [check.detail for check in gate.checks({"production": photos}) if not check.passed]
    assert reasons == ["It has no manifest, so its training photos are unknown."]


def test_a_good_model_that_is_three_times_slower_is_refused(tmp_path: Path, photos: list[Found]) -> None:
    slow = colour_models.write(tmp_path / "slow.onnx", more=colour_models.idling(30))
    quick = colour_models.write(tmp_path / "quick.onnx", more=colour_models.idling(6), answers=CONFUSES_TWO)
    assert refused(slow, quick, photos, GateSettings(same_architecture=False, larger=9)).keys() == {"latency"}


def test_without_labels_nothing_passes(tmp_path: Path, current: Path) -> None:
    better = colour_models.write(tmp_path / "better.onnx")
    reasons = refused(better, current, [])
    assert reasons == {"labels": "0 labelled photos to evaluate on; at least 50 are needed."}


def test_a_model_of_another_architecture_is_refused(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    more = [helper.make_node("Mul", ["zero", "zero"], ["nothing"])]
    other = colour_models.write(tmp_path / "other.onnx", more=more)
    assert refused(other, current, photos, GateSettings()) == {"architecture": "It has another architecture."}


def test_a_model_of_other_classes_is_refused(tmp_path: Path, current: Path, photos: list[Found]) -> None:
    other = colour_models.write(tmp_path / "other.onnx", classes=CLASSES[::-1])
    assert "other classes" in refused(other, current, photos)["served"]


def test_what_is_no_model_is_refused(tmp_path: Path, current: Path, photos: list[Found]) -> None:
    (tmp_path / "none.onnx").write_bytes(b"none")
    assert "can't load" in refused(tmp_path / "none.onnx", current, photos)["served"]


def test_a_model_that_takes_more_memory_than_a_pod_has_is_refused(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    hoarder = colour_models.write(tmp_path / "hoarder.onnx", more=colour_models.hoarding())
    settings = GateSettings(same_architecture=False, memory_mib=300, slower=1e9)
    assert refused(hoarder, current, photos, settings).keys() == {"memory"}


def test_the_memory_of_the_process_that_judges_is_not_the_models(current: Path, photos: list[Found]) -> None:
    lots = b"x" * 600 * MIB
    assert peak_memory(current, photos[0].path) < len(lots)


def test_a_file_that_is_larger_than_a_pods_memory_is_not_even_loaded(
    tmp_path: Path, current: Path, photos: list[Found]
) -> None:
    (tmp_path / "huge.onnx").write_bytes(bytes(2 * 1024 * 1024))
    reasons = refused(tmp_path / "huge.onnx", current, photos, GateSettings(memory_mib=1))
    assert reasons.keys() == {"size", "memory"}
