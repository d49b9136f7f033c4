"""Training on the repository's few photos works, and a killed run ends like an uninterrupted one."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gourmetgram.classes import CLASSES
from predictor.training.architecture import MobileNetV2
from predictor.training.checkpoint import OtherRunError, Run
from predictor.training.recipe import Recipe
from predictor.training.train import refit, train
from tests.conftest import PHOTOS

QUICK = Recipe(epochs=2, batch=16, side=64)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("backbone") / "random.safetensors"
    weights = MobileNetV2(1001).state_dict()
    save_file({name: value for name, value in weights.items() if value.ndim}, path)
    return path


@pytest.fixture(scope="module")
def unbroken(backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run(tmp_path_factory.mktemp("unbroken"))
    train(PHOTOS, backbone, run, QUICK)
    return run


def killed_after_an_epoch(run: Run, backbone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = Run.save

    def save_and_die(*args: object, **state: object) -> None:
        save(*args, **state)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Run, "save", save_and_die)
        with pytest.raises(KeyboardInterrupt):
            train(PHOTOS, backbone, run, QUICK)


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(
    unbroken: Run, backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path)
    killed_after_an_epoch(run, backbone, monkeypatch)
    train(PHOTOS, backbone, run, QUICK)
    weights, temperature = run.trained()
    expected, expected_temperature = unbroken.trained()
    assert temperature == expected_temperature
    assert all(torch.equal(weights[name], value) for name, value in expected.items())


def test_a_refit_learns_from_more_photos_at_the_same_temperature(
    unbroken: Run, backbone: Path, tmp_path: Path
) -> None:
    refit(PHOTOS, backbone, Run(tmp_path), QUICK, held_out=unbroken)
    weights, temperature = Run(tmp_path).trained()
    expected, expected_temperature = unbroken.trained()
    assert temperature == expected_temperature
    assert not torch.equal(weights["classifier.1.weight"], expected["classifier.1.weight"])


def test_training_moves_the_network_but_not_its_first_blocks(unbroken: Run) -> None:
    weights, _ = unbroken.trained()
    torch.manual_seed(0)
    start = MobileNetV2(1001).state_dict()
    assert torch.equal(weights["features.2.conv.0.0.weight"], start["features.2.conv.0.0.weight"])
    assert torch.equal(weights["features.2.conv.1.1.running_mean"], start["features.2.conv.1.1.running_mean"])
    assert not torch.equal(weights["features.9.conv.0.0.weight"], start["features.9.conv.0.0.weight"])


def test_a_folder_with_another_run_is_left_alone(unbroken: Run, backbone: Path) -> None:
    with pytest.raises(OtherRunError, match="--run"):
        train(PHOTOS, backbone, unbroken, Recipe(epochs=3, batch=16, side=64))


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    save_file({"features.0.0.bias": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="is no MobileNetV2"):
        train(PHOTOS, tmp_path / "other.safetensors", Run(tmp_path), QUICK)


def test_the_run_keeps_a_network_for_our_classes(unbroken: Run) -> None:
    weights, temperature = unbroken.trained()
    assert weights["classifier.1.weight"].shape == (len(CLASSES), 1280)
    assert temperature > 0
