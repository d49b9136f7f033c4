"""MobileNetV2 as in its paper (Sandler et al., 2018), with the padding of the TensorFlow original."""

from __future__ import annotations

import copy
from itertools import pairwise
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Table 2 of the paper: expansion, channels, repetitions, stride of the first repetition.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
_STEM, _HEAD = 32, 1280


def _convolution(
    inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    if stride > 1:
        conv = _PaddedConvolution(inputs, outputs, kernel, stride, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs, eps=1e-5), nn.ReLU6(inplace=True))


class _PaddedConvolution(nn.Conv2d):
    """Pads at the bottom and the right only, which is what TensorFlow's SAME means at a stride of 2."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.pad(x, (0, 1, 0, 1)))


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        widen = [_convolution(inputs, hidden)] if expansion > 1 else []
        depthwise = _convolution(hidden, hidden, kernel=3, stride=stride, groups=hidden)
        narrow = [nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs, eps=1e-5)]
        self.conv = nn.Sequential(*widen, depthwise, *narrow)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Turns photos into logits; parameters are named as in torchvision."""

    def __init__(self, classes: int, dropout: float = 0.2) -> None:
        super().__init__()
        blocks: list[nn.Module] = [_convolution(3, _STEM, kernel=3, stride=2)]
        width = _STEM
        for expansion, outputs, repetitions, stride in _STAGES:
            for repetition in range(repetitions):
                blocks.append(_InvertedResidual(width, outputs, stride if repetition == 0 else 1, expansion))
                width = outputs
        self.features = nn.Sequential(*blocks, _convolution(width, _HEAD))
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(_HEAD, classes))

    def forward(self, x: Tensor) -> Tensor:
        """Compute logits (N, classes) of photos, float32 (N, 3, H, W) in [-1, 1]."""
        logits: Tensor = self.classifier(self.features(x).mean(dim=(2, 3)))
        return logits


def from_backbone(path: Path, classes: int) -> MobileNetV2:
    """Build the network on ImageNet's features, with a new head of `classes` outputs."""
    model = MobileNetV2(classes)
    weights = {name: value.float() for name, value in load_file(path).items() if "classifier" not in name}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    absent = [name for name in missing if "classifier" not in name and "num_batches_tracked" not in name]
    if absent or unexpected:
        raise ValueError(f"{path} is no MobileNetV2: {(absent + unexpected)[:3]} do not fit")
    return model


class Classifier(nn.Module):
    """What is served: the network with its batch norms folded away, its temperature and the softmax."""

    temperature: Tensor

    def __init__(self, network: MobileNetV2, temperature: float) -> None:
        super().__init__()
        self.network = _folded(network.eval())
        self.register_buffer("temperature", torch.tensor(temperature))

    def forward(self, image: Tensor) -> Tensor:
        """Compute calibrated probabilities (N, classes) of photos, float32 (N, 3, H, W) in [-1, 1]."""
        return torch.softmax(self.network(image) / self.temperature, dim=1)


def _folded(network: nn.Module) -> nn.Module:
    """Give every convolution the scale and bias of the batch norm that follows it."""
    network = copy.deepcopy(network)
    for parent in list(network.modules()):
        for (name, conv), (after, norm) in pairwise(list(parent.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(parent, name, fuse_conv_bn_eval(conv, norm))
                setattr(parent, after, nn.Identity())
    return network


def from_onnx(path: Path) -> Classifier:
    """Load the weights of an exported classifier back: the ONNX file is the only copy of them."""
    graph = onnx.load(path).graph
    values = {
        value.name: torch.from_numpy(numpy_helper.to_array(value).copy()) for value in graph.initializer
    }
    classifier = Classifier(MobileNetV2(len(values["network.classifier.1.bias"])), temperature=1.0)
    classifier.load_state_dict({name: values[name] for name in classifier.state_dict()})
    return classifier.eval()
