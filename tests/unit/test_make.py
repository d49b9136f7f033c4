"""A make target that can't do its work says so in a sentence."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


def made(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("evaluate", "Say where the photos are: make evaluate DATA=<Food-11>"),
        ("model", "Say what to train on and to start from: make model DATA=<Food-11> BACKBONE="),
        ("delete", "Say which: make delete ID=<prediction id>"),
        ("gate", "Say which: make gate VERSION=<version>"),
    ],
)
def test_a_target_that_needs_to_be_told_something_asks_for_it(target: str, sentence: str) -> None:
    asked = made(ROOT, "--dry-run", target)
    assert (asked.returncode, sentence in asked.stderr) == (2, True)


def test_an_old_python_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for needed in ("manifests/versions.env", "charts/gourmetgram/Chart.yaml"):
        (tmp_path / needed).parent.mkdir(parents=True)
        shutil.copy(ROOT / needed, tmp_path / needed)
    old = program(tmp_path / "bin", "python3.9", "exit 1")
    asked = made(tmp_path, ".venv/bin/uv", "PYTHON=python3.9", path=old)
    assert (asked.returncode, "python3.9 is not Python 3.11 or later" in asked.stderr) == (2, True)
    assert not (tmp_path / ".venv").exists()


def test_a_backup_without_a_cluster_ends_with_the_reason(tmp_path: Path) -> None:
    away = program(tmp_path / "bin", "kubectl", "echo 'The connection was refused' >&2; exit 1")
    asked = subprocess.run(
        [ROOT / "manifests/cluster-backup.sh", "save", tmp_path / "backup", "gourmetgram"],
        env={**os.environ, "PATH": f"{away}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr.splitlines() == [
        "The connection was refused",
        "The store of gourmetgram in gourmetgram can't be reached; the reason is above.",
    ]
