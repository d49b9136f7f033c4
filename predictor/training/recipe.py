"""Hyperparameters of a training run, chosen on `validation/` alone."""

from __future__ import annotations

from dataclasses import dataclass

FEW_STEPS = 28


@dataclass(frozen=True)
class Recipe:
    """How a network is fitted. Two runs of the same recipe and photos give the same network."""

    epochs: int = 20
    seed: int = 0
    batch: int = 32
    side: int = 192  # smaller than in serving: faster, and a crop shows things larger than a whole photo
    frozen_blocks: int = 4  # edges and colours are the same on food
    learning_rate: float = 5e-4
    least_share: float = 1.0  # of the learning rate, in a run of many steps
    warm_up_epochs: float = 1
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    averaging: float = 0.99  # exponential, of the weights, per step
    remembered: float = 0.0  # share of the original model's answer in each photo's target
    kept: float = 0.0  # share of the original model's weights in the result

    def peak_rate(self, steps: int) -> float:
        """Return the highest learning rate: many steps are smaller ones, so as not to lead further away."""
        return self.learning_rate * max(self.least_share, min(1, FEW_STEPS / steps))


RETRAINING = Recipe(
    epochs=6,
    learning_rate=3e-4,
    least_share=1 / 3,
    label_smoothing=0.0,
    averaging=0.95,
    remembered=0.3,
    kept=0.25,
)
"""For a model that is already good: small steps, and parts of its answers and weights are kept."""
