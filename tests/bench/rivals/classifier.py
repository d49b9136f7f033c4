"""What the rivals share: the network in eager torch, and preprocessing like torchvision's transforms.

The network keeps its batch norms, as usual when a trained network is served. The photo is decoded at full
size, then scaled and cropped: the same geometry as ours, without its short cuts.
"""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from gourmetgram.classes import CLASSES
from predictor.images import SHORTER_SIDE, SIDE
from predictor.training import FLOAT32
from predictor.training.architecture import Classifier, MobileNetV2, from_onnx


def network() -> Classifier:
    """Load the network, whose outputs are probabilities (n, classes)."""
    classifier = from_onnx(FLOAT32)
    classifier.network = _with_batch_norms(classifier.network)
    return classifier


def _with_batch_norms(folded: nn.Module) -> nn.Module:
    """Undo the folding: each batch norm gets the bias of its convolution, so the outputs stay the same."""
    network = MobileNetV2(len(CLASSES)).eval()
    network.classifier.load_state_dict(folded.get_submodule("classifier").state_dict())
    for path, module in network.features.named_modules():
        if isinstance(module, nn.Conv2d):
            convolution = folded.get_submodule(f"features.{path}")
            module.weight.data = convolution.weight.data
        elif isinstance(module, nn.BatchNorm2d):
            module.bias.data = convolution.bias.data
            module.running_var.fill_(1 - module.eps)
    return network


def to_tensor(body: bytes) -> Tensor:
    """Decode a photo: float32 (1, 3, SIDE, SIDE) in [-1, 1]."""
    photo = Image.open(io.BytesIO(body)).convert("RGB")
    scale = SHORTER_SIDE / min(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.BILINEAR)
    left, top = (photo.width - SIDE) // 2, (photo.height - SIDE) // 2
    square = photo.crop((left, top, left + SIDE, top + SIDE))
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1).contiguous().float()
    return pixels.div(127.5).sub(1)[None]
