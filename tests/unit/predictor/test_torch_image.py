"""What the torch image installs if there is a package index with torch for CPUs."""

import re
import subprocess

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "predictor/torchserve"
OF_GPUS = ("torch==", "triton==", "nvidia-", "cuda-")


def split(lock: str) -> dict[str, str]:
    """Return each package of a lock file with its lines."""
    return {
        entry.split(" ")[0]: entry.rstrip() for entry in re.split(r"\n(?=[^ #\n])", lock) if "==" in entry
    }


def test_all_but_torch_and_its_gpu_libraries_is_installed_by_its_hash() -> None:
    lock = (FOLDER / "requirements.txt").read_text()
    less = subprocess.run(
        ["awk", "-f", "cpu.awk", "requirements.txt"], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    kept = split(less.stdout)
    assert kept == {name: lines for name, lines in split(lock).items() if not name.startswith(OF_GPUS)}
    assert all("--hash=sha256:" in lines for lines in kept.values())


@pytest.mark.parametrize(
    ("option", "told"), [("TORCH_INDEX=https://torch.example.org/cpu", True), ("", False)]
)
def test_the_build_is_told_of_the_index(option: str, told: bool) -> None:
    command = ["make", "--dry-run", "image-torch", *filter(None, [option])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (f"--build-arg {option} " in done.stdout) is told
