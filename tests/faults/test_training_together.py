"""Retraining on two nodes gives the same model as on one, even after all processes were killed."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.registry.registry import Registry
from predictor.training.data import photos
from predictor.training.evaluate import evaluate
from tests.conftest import PHOTOS, ROOT
from tests.labelled_photos import label
from tests.processes import BIN, free_port
from tests.uploads import wait_until

Processes = list["subprocess.Popen[bytes]"]


def retrain(nodes: int, work: Path) -> Processes:
    """Start the training on several nodes, each with a torchrun and the variables that Trainer sets."""
    command = ["-m", "predictor.training.retrain", "--work", str(work), "--epochs", "2"]
    if nodes == 1:
        return [subprocess.Popen([sys.executable, *command], cwd=ROOT)]
    there = {"PET_MASTER_ADDR": "127.0.0.1", "PET_MASTER_PORT": str(free_port())}
    told = os.environ | there | {"PET_NNODES": str(nodes), "PET_NPROC_PER_NODE": "1"}
    return [
        subprocess.Popen([BIN / "torchrun", *command], cwd=ROOT, env=told | {"PET_NODE_RANK": str(node)})
        for node in range(nodes)
    ]


def kill(processes: Processes) -> None:
    """Kill processes and their children at once."""
    children = [one for each in processes for one in psutil.Process(each.pid).children(recursive=True)]
    for each in [*children, *processes]:
        each.kill()
    psutil.wait_procs(children, timeout=60)
    for process in processes:
        process.wait()


def made(registry: Registry, nodes: int, work: Path) -> str:
    """Retrain and return the new version, which the gate refuses because there are no evaluation photos."""
    before = set(registry.judged())
    first, *others = retrain(nodes, work)
    assert first.wait() == 1
    assert [each.wait() for each in others] == [0] * len(others)
    return next(iter(set(registry.judged()) - before))


@pytest.mark.timeout(900)
def test_two_nodes_train_as_good_a_model_as_one_and_resume(empty_store: Store, tmp_path: Path) -> None:
    for number, photo in enumerate(photos(PHOTOS, "training") + photos(PHOTOS, "validation")):
        label(empty_store, number, photo, Source.USER_FLAG)
    registry = Registry(empty_store, "food11")
    processes = retrain(2, tmp_path / "2")

    def has_checkpoint() -> bool:
        assert all(process.poll() is None for process in processes), "a process ended before a checkpoint"
        return any((tmp_path / "2").glob("*/checkpoint.pt"))

    wait_until(has_checkpoint, "a checkpoint", seconds=240)
    kill(processes)
    accuracies = []
    for version in (made(registry, nodes, tmp_path / str(nodes)) for nodes in (2, 1)):
        (tmp_path / "model.onnx").write_bytes(registry.model(version))
        accuracies.append(evaluate(tmp_path / "model.onnx", PHOTOS).accuracy)
    assert abs(accuracies[0] - accuracies[1]) < 1.5 / len(photos(PHOTOS, "evaluation"))
