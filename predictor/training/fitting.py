"""Fits a network to batches: the optimizer, its schedule, and the running average that is kept at the end."""

from __future__ import annotations

import copy
import math
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from predictor.images.tensors import normalise
from predictor.training.architecture import MobileNetV2
from predictor.training.recipe import Recipe
from predictor.training.workers import processes

_WARM_UP_STEPS = 20
"""At least: Adam's first steps change every weight by the learning rate, whatever the gradient."""


class Fit:
    """A network in training; `average` is the one to use."""

    def __init__(self, network: MobileNetV2, recipe: Recipe, steps: int) -> None:
        self._before = copy.deepcopy(network).eval() if recipe.remembered or recipe.kept else None
        self._network = network.to(memory_format=torch.channels_last)
        self._recipe = recipe
        self._steps = steps
        self._step = 0
        self._freeze()
        self._logits: nn.Module = DistributedDataParallel(network) if processes() > 1 else network
        self._optimizer = torch.optim.AdamW(_groups(network, recipe.weight_decay), lr=recipe.learning_rate)
        self._average = AveragedModel(
            network,
            multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        if recipe.remembered:
            self._average.update_parameters(network)  # few steps can't take it far from what is served

    @property
    def average(self) -> MobileNetV2:
        """The network whose weights are the running average of all steps so far.

        The recipe's share of them is the original network's: that keeps most of what was learned, and most
        of what was known before (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).
        """
        average = cast(MobileNetV2, self._average.module.eval())
        return average if self._before is None else between(average, self._before, self._recipe.kept)

    def step(self, pixels: NDArray[np.float32], targets: NDArray[np.float32]) -> float:
        """Learn from pixels (N, 3, H, W) in [-1, 1] and class shares (N, classes); returns the loss.

        What a photo's shares lack of 1, and the recipe's share of the rest, go to what the network answered
        before training (Li and Hoiem, "Learning without Forgetting", 2016).

        Of several processes, each gives its share of a batch, and all learn from the mean of their gradients.
        """
        self._freeze()
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.peak_rate(self._steps) * self._schedule()
        photos = _channels_last(pixels)
        loss = functional.cross_entropy(
            self._logits(photos),
            self._remembering(photos, torch.from_numpy(targets)),
            label_smoothing=self._recipe.label_smoothing,
        )
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._average.update_parameters(self._network)
        self._step += 1
        return loss.item()

    def _remembering(self, photos: Tensor, targets: Tensor) -> Tensor:
        if self._before is None:
            return targets
        learned = (1 - self._recipe.remembered) * targets
        with torch.no_grad():
            said = torch.softmax(self._before(photos), dim=1)
        return learned + (1 - learned.sum(dim=1, keepdim=True)) * said

    def _freeze(self) -> None:
        """Train all but the first blocks; those keep their batch statistics too."""
        self._network.train()
        for block in self._network.features[: self._recipe.frozen_blocks]:
            block.eval().requires_grad_(False)

    def _schedule(self) -> float:
        """Linear warm-up, then half a cosine; as a share of the highest learning rate."""
        warm_up = max(_WARM_UP_STEPS, self._recipe.warm_up_epochs * self._steps / self._recipe.epochs)
        return min(1, (self._step + 1) / warm_up) * (1 + math.cos(math.pi * self._step / self._steps)) / 2

    def state(self) -> dict[str, Any]:
        """Return everything needed to resume in another process."""
        return {
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self._step,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from where `state` was taken."""
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._step = state["step"]


def between(network: MobileNetV2, other: MobileNetV2, share: float) -> MobileNetV2:
    """Return the network whose weights are the mean of two, with that share of the other's."""
    mixed, others = copy.deepcopy(network), other.state_dict()
    with torch.no_grad():
        for name, values in mixed.state_dict().items():
            if values.is_floating_point():
                values.lerp_(others[name], share)
    return mixed


@torch.inference_mode()
def logits(network: MobileNetV2, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Compute the logits (N, classes) of pixels (N, 3, H, W)."""
    answer: NDArray[np.float32] = network(_channels_last(normalise(pixels))).numpy()
    return answer


def _channels_last(pixels: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last)


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Apply weight decay to matrices and filters, but not to biases or batch norms."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim == 1], "weight_decay": 0.0},
    ]
