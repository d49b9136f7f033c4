"""What `make retrain` says when it can't train."""

import subprocess
import sys
from pathlib import Path

from gourmetgram.store import Store
from predictor.registry.registry import Registry

RETRAIN = [sys.executable, "-m", "predictor.training.retrain", "--work"]


def test_without_labels_there_is_nothing_to_learn(empty_store: Store, tmp_path: Path) -> None:
    done = subprocess.run([*RETRAIN, tmp_path], capture_output=True, text=True, check=False)
    assert "no candidate: 0 photos to learn from are fewer than a batch of 32" in done.stderr
    assert (done.returncode, Registry(empty_store, "food11").candidate()) == (1, None)
