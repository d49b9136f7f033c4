"""Retraining by two processes of torchrun: what one makes, also after all of them were killed."""

import subprocess
import sys
from pathlib import Path

import psutil

from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.registry.registry import Registry
from predictor.training.data import photos
from predictor.training.evaluate import evaluate
from tests.conftest import PHOTOS, ROOT
from tests.labelled_photos import label
from tests.processes import BIN
from tests.uploads import wait_until

TORCHRUN = [BIN / "torchrun", "--standalone", "--nproc-per-node=2"]


def retrain(launcher: list[Path | str], work: Path) -> "subprocess.Popen[bytes]":
    module = ["-m", "predictor.training.retrain", "--work", str(work), "--epochs", "2"]
    return subprocess.Popen([*launcher, *module], cwd=ROOT)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and its children at once."""
    everyone = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for each in everyone:
        each.kill()
    psutil.wait_procs(everyone[:-1], timeout=60)
    process.wait()


def made(registry: Registry, launcher: list[Path | str], work: Path) -> str:
    """Retrain and return the version that this makes; the gate refuses it, for want of evaluation photos."""
    before = set(registry.judged())
    assert retrain(launcher, work).wait() == 1
    return next(iter(set(registry.judged()) - before))


def test_two_processes_train_as_good_a_model_as_one_and_resume(empty_store: Store, tmp_path: Path) -> None:
    for number, photo in enumerate(photos(PHOTOS, "training") + photos(PHOTOS, "validation")):
        label(empty_store, number, photo, Source.USER_FLAG)
    registry = Registry(empty_store, "food11")
    process = retrain(TORCHRUN, tmp_path / "two")
    wait_until(lambda: any((tmp_path / "two").glob("*/checkpoint.pt")), "a checkpoint", seconds=240)
    kill(process)
    together, alone = (
        made(registry, launcher, tmp_path / name)
        for launcher, name in ((TORCHRUN, "two"), ([sys.executable], "one"))
    )
    accuracies = []
    for version in (together, alone):
        (tmp_path / "model.onnx").write_bytes(registry.model(version))
        accuracies.append(evaluate(tmp_path / "model.onnx", PHOTOS).accuracy)
    assert abs(accuracies[0] - accuracies[1]) < 1.5 / len(photos(PHOTOS, "evaluation"))
