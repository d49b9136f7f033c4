"""Food-11 is read in both its layouts, and each photo is shown differently each time."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from predictor.training.augmentation import mix, random_box
from predictor.training.data import Photo, centre_batches, photos, training_batches
from tests.conftest import PHOTOS

ONE = PHOTOS / "evaluation/class_06/000.jpg"


def test_a_folder_per_class_is_read() -> None:
    found = photos(PHOTOS, "training")
    assert [photo.label for photo in found] == [label for label in range(11) for _ in range(3)]


def test_the_flat_layout_of_food_11_is_read(tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    for name in ("3_12.jpg", "10_0.jpg", "11_0.jpg", "README.txt", "cover.jpg"):
        shutil.copy(ONE, tmp_path / "training" / name)
    assert [photo.label for photo in photos(tmp_path, "training")] == [10, 3]


def test_a_folder_without_photos_names_both_layouts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"class_XX.*<class>_<n>\.jpg"):
        photos(tmp_path, "training")


def test_every_photo_comes_once_an_epoch() -> None:
    chosen = [Photo(ONE, label) for label in range(10)]
    batches = list(training_batches(chosen, size=5, side=32, rng=np.random.default_rng(0)))
    assert sorted(np.concatenate([shares.argmax(axis=1) for _, shares in batches])) == list(range(10))
    assert batches[0][0].shape == (5, 3, 32, 32)


def test_the_same_photo_looks_different_each_time_and_the_same_for_the_same_seed() -> None:
    def epoch(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return next(training_batches([Photo(ONE, 0)] * 2, size=2, side=32, rng=rng))[0]

    assert not np.array_equal(*epoch(0))
    assert np.array_equal(epoch(0), epoch(0))


def test_centre_batches_keep_the_order() -> None:
    chosen = photos(PHOTOS, "validation")
    assert [len(batch) for batch in centre_batches(chosen, size=10)] == [10, 10, 2]


def test_a_random_box_lies_in_the_photo() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        left, top, right, bottom = random_box(300, 200, rng)
        assert 0 <= left < right <= 300 + 1e-6
        assert 0 <= top < bottom <= 200 + 1e-6


def test_a_mixed_batch_says_what_it_shows() -> None:
    """Each picture is grey in its class's tone, so that a mean shows the shares of the mixed classes."""
    greys = np.arange(4, dtype=np.float32)
    pixels = np.broadcast_to(greys[:, None, None, None], (4, 3, 20, 20)).copy()
    rng = np.random.default_rng(0)
    for _ in range(50):
        mixed, targets = mix(pixels, np.eye(4, dtype=np.float32), rng)
        assert mixed.dtype == targets.dtype == np.float32
        assert targets @ greys == pytest.approx(mixed.mean(axis=(1, 2, 3)), abs=1e-4)


def test_a_label_that_is_half_trusted_has_half_of_the_photo() -> None:
    chosen = [Photo(ONE, 3, weight=0.5)]
    _, shares = next(training_batches(chosen, size=1, side=32, rng=np.random.default_rng(0)))
    assert shares[0, 3] == shares.sum() == 0.5
