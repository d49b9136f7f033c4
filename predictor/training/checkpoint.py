"""Saves a training run to disk, so that a killed one resumes after its last epoch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from predictor.training.recipe import Recipe


class OtherRunError(ValueError):
    """The folder holds a run with another recipe or other photos."""


@dataclass(frozen=True)
class Run:
    """A folder with the state after the last epoch and, at the end, what was trained."""

    folder: Path

    def save(self, *, epochs_done: int, recipe: Recipe, photos: int, fit: dict[str, Any]) -> None:
        """Replace the state atomically: a kill leaves the old or the new one."""
        _write(
            self.folder / "checkpoint.pt",
            {"epochs_done": epochs_done, "recipe": asdict(recipe), "photos": photos, "fit": fit},
        )

    def load(self, *, recipe: Recipe, photos: int) -> tuple[int, dict[str, Any]] | None:
        """Return the epochs done and the state of the fit, or None if no run has begun.

        Raises OtherRunError if the run has another recipe or other photos.
        """
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return None
        saved = torch.load(path, weights_only=True)
        if (saved["recipe"], saved["photos"]) != (asdict(recipe), photos):
            raise OtherRunError(
                f"{self.folder} holds another run: delete it or name another folder with --run"
            )
        return saved["epochs_done"], saved["fit"]

    def finish(self, network: dict[str, Any], temperature: float) -> None:
        """Save the weights of the trained network and its temperature."""
        _write(self.folder / "trained.pt", {"network": network, "temperature": temperature})

    def trained(self) -> tuple[dict[str, Any], float]:
        """Return the weights and the temperature; raises FileNotFoundError before the run has ended."""
        saved = torch.load(self.folder / "trained.pt", weights_only=True)
        return saved["network"], saved["temperature"]


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    torch.save(content, unfinished)
    unfinished.replace(path)
