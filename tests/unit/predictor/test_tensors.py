"""A square of pixels is laid out as each kind of model expects."""

import numpy as np
import pytest
from PIL import Image

from predictor.images import SIDE, to_square
from predictor.images.tensors import blocks, from_planes, planes
from tests.conftest import PHOTOS

PHOTO = min(PHOTOS.rglob("*.jpg"))


def test_planes_are_one_contiguous_float32_tensor_between_minus_one_and_one() -> None:
    tensor = planes(to_square(PHOTO.read_bytes()))
    assert (tensor.shape, tensor.dtype) == ((1, 3, SIDE, SIDE), np.float32)
    assert tensor.flags.c_contiguous
    assert -1 <= tensor.min() < -0.5 < 0.5 < tensor.max() <= 1


def test_planes_are_red_green_blue() -> None:
    tensor = planes(Image.new("RGB", (SIDE, SIDE), (255, 0, 127)))
    assert tensor[0, :, 0, 0] == pytest.approx([1, -1, 0], abs=0.01)


def test_planes_can_be_made_a_square_again() -> None:
    square = to_square(PHOTO.read_bytes())
    assert (np.asarray(from_planes(planes(square))) == np.asarray(square)).all()


def test_a_block_has_four_pixels_of_four_bytes() -> None:
    square = Image.fromarray(np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3))
    block = blocks(square)[0, 1, 0].reshape(2, 2, 4)
    assert blocks(square).shape == (1, 2, 2, 16)
    assert (block[:, :, :3] == np.asarray(square)[2:4, 0:2]).all()
