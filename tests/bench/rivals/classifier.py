"""What the rivals share: the network in eager torch, and a photo's way to it, as in torchvision's.

The photo is decoded at full size, then scaled and cut: the same geometry as ours, without its short cuts. The
network has its batch norms folded away, which the course's and KServe's have not: that makes them faster.
"""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from predictor.images import SHORTER_SIDE, SIDE
from predictor.training import FLOAT32
from predictor.training.architecture import Classifier, from_onnx


def network() -> Classifier:
    """Load the network, whose outputs are probabilities (n, classes)."""
    return from_onnx(FLOAT32)


def to_tensor(body: bytes) -> Tensor:
    """Decode a photo: float32 (1, 3, SIDE, SIDE) in [-1, 1]."""
    photo = Image.open(io.BytesIO(body)).convert("RGB")
    scale = SHORTER_SIDE / min(photo.size)
    photo = photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.BILINEAR)
    left, top = (photo.width - SIDE) // 2, (photo.height - SIDE) // 2
    square = photo.crop((left, top, left + SIDE, top + SIDE))
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1).contiguous().float()
    return pixels.div(127.5).sub(1)[None]
