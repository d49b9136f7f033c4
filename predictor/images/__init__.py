"""From a photo's bytes to a model's input; shared by training, evaluation and serving."""

from predictor.images.mending import MAX_PROFILE_BYTES
from predictor.images.square import (
    MAX_PIXELS,
    SHORTER_SIDE,
    SIDE,
    Box,
    ImageRejected,
    to_square,
)

__all__ = ["MAX_PIXELS", "MAX_PROFILE_BYTES", "SHORTER_SIDE", "SIDE", "Box", "ImageRejected", "to_square"]
