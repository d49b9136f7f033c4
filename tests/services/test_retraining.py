"""Labels in the store become a version in the registry; a killed run ends as one that was not."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.keys import MODELS, Location
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.registry.registry import Registry
from predictor.training.data import Photo, photos
from predictor.training.manifest import Manifest
from tests.conftest import PHOTOS
from tests.labelling import prediction_id

TODAY = datetime.now(UTC)
SPLITS = ("evaluation", "training", "validation")


def label(store: Store, number: int, photo: Photo, source: Source) -> None:
    """Put the label of a photo and its place in the data set into the store, as the processing does."""
    made, actual = prediction_id(number, TODAY - timedelta(days=1)), CLASSES[photo.label]
    folder = f"class_{photo.label:02d}"
    store.put(keys.photo(source.dataset, folder, made, "jpg"), photo.path.read_bytes(), "image/jpeg")
    record = LabelRecord(
        prediction_id=made,
        predicted=actual,
        actual=actual,
        source=source,
        annotator="ann",
        labelled_at=TODAY,
    )
    store.put_record(keys.label(made, source), record)


@pytest.fixture
def registry(empty_store: Store, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Give a store with labels of all photos of the repository: a quarter of them is the random sample."""
    monkeypatch.setenv("GOURMETGRAM_GATE_MIN_PHOTOS", "10")
    every = [photo for split in SPLITS for photo in photos(PHOTOS, split)]
    for number, photo in enumerate(every):
        source = Source.RANDOM_SAMPLING if number % 4 == 0 else Source.USER_FLAG
        label(empty_store, number, photo, source)
    return Registry(empty_store, "food11")


def retraining(work: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "predictor.training.retrain", "--work", str(work), "--epochs", "2"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def kill_at(process: subprocess.Popen[str], work: Path, sign: str) -> None:
    deadline = time.monotonic() + 240
    while not list(work.rglob(sign)):
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def kept(store: Store) -> dict[str, bytes]:
    found = [key for key in store.keys(MODELS, "") if "/verdicts/" not in key]
    return {key: store.get(Location(MODELS, key)) for key in found}


@pytest.mark.timeout(900)
def test_a_run_that_is_killed_at_its_steps_ends_as_an_undisturbed_one(
    registry: Registry, tmp_path: Path
) -> None:
    for sign in ("photos/*.jpg", "checkpoint.pt", "integers.onnx"):
        kill_at(retraining(tmp_path / "killed"), tmp_path / "killed", sign)
    outputs = [retraining(tmp_path / "killed").communicate()[0]]
    before = kept(registry.store)
    outputs.append(retraining(tmp_path / "undisturbed").communicate()[0])
    assert kept(registry.store) == before
    (made,) = {key.split("/")[1] for key in before if key.endswith("/card.md")}
    assert all(made in output for output in outputs)
    manifest = registry.store.get_record(keys.model_part("food11", made, "manifest.json"), Manifest)
    judged = {entry.object.partition("/")[0] for entry in manifest.of("evaluation")}
    assert judged == {Source.RANDOM_SAMPLING.dataset}
    (verdict,) = registry.verdicts(made)
    assert verdict.comparisons["production"].photos == len(manifest.of("evaluation"))
    assert (registry.candidate() is not None) == verdict.passed


def test_without_labels_there_is_nothing_to_learn(empty_store: Store, tmp_path: Path) -> None:
    output, _ = retraining(tmp_path).communicate()
    assert "no candidate: 0 photos to learn from are less than a batch of 32" in output
    assert Registry(empty_store, "food11").candidate() is None
