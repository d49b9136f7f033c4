"""The numbers of a training run; they were chosen on `validation/` alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a network is fitted. Two runs of the same recipe and photos give the same network."""

    epochs: int = 20
    seed: int = 0
    batch: int = 32
    side: int = (
        192  # smaller than what is served: faster, and a cut-out shows things larger than a whole photo
    )
    frozen_blocks: int = 4  # edges and colours are the same on food
    learning_rate: float = 5e-4
    warm_up_epochs: float = 1
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    averaging: float = 0.99  # of the weights, exponentially, a step
    remembered: float = 0.0  # share of what the model said before in what it learns of each photo


RETRAINING = Recipe(epochs=6, learning_rate=3e-4, label_smoothing=0.0, averaging=0.98, remembered=0.3)
"""For a model that is good already: small steps, and what it knows is a part of what it learns."""
