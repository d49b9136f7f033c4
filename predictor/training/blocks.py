"""Rewrites the first convolution to take a photo's bytes, in the blocks of `predictor.images.tensors`.

In 8 bits the network spends a seventh of its time there, mostly gathering groups of three bytes.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from predictor.images import SIDE

_GREY = 128
"""The zero point of a pixel, so that the convolution's zero padding is grey, as in the source."""


def take_blocks(model: onnx.ModelProto) -> None:
    """Convert a model of planes, whose first layer is a 3 x 3 convolution of stride 2, to take blocks.

    Its input `image` becomes float (batch, 16, SIDE / 2, SIDE / 2), the bytes of a block minus 128: the same
    network but for half a grey level at the border.
    """
    graph = model.graph
    first = next(node for node in graph.node if "image" in node.input)
    stored = {entry.name: entry for entry in graph.initializer}
    weight, bias = (stored[name] for name in first.input[1:])
    kernel = numpy_helper.to_array(weight)
    offset = kernel.sum(axis=(1, 2, 3)) * np.float32((_GREY - 127.5) / 127.5)
    weight.CopyFrom(numpy_helper.from_array(_kernel_of_blocks(kernel) / np.float32(127.5), weight.name))
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) + offset, bias.name))
    for attribute in first.attribute:
        attribute.ints[:] = {"kernel_shape": [2, 2], "strides": [1, 1]}.get(attribute.name, attribute.ints)
    sides = graph.input[0].type.tensor_type.shape.dim[1:]
    for dimension, size in zip(sides, (16, SIDE // 2, SIDE // 2), strict=True):
        dimension.dim_value = size
    del graph.value_info[:]


def _kernel_of_blocks(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread (out, 3, 3, 3) over blocks of 2 x 2 pixels of 4 bytes: (out, 16, 2, 2)."""
    padded = np.pad(kernel, ((0, 0), (0, 1), (0, 1), (0, 1)))
    split = padded.reshape(-1, 4, 2, 2, 2, 2)  # out, channel, block and place of the row, of the column
    return np.ascontiguousarray(split.transpose(0, 3, 5, 1, 2, 4).reshape(-1, 16, 2, 2))


def centred(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn blocks (1, side, side, 16) into the input of `take_blocks`: float32 (1, 16, side, side)."""
    return np.ascontiguousarray(blocks.transpose(0, 3, 1, 2).astype(np.float32) - _GREY)


def take_bytes(model: onnx.ModelProto) -> None:
    """Let the quantized model take the bytes of its blocks, uint8 (batch, SIDE / 2, SIDE / 2, 16).

    Raises ValueError if calibration found another range than a byte's: photos contain black and white.
    """
    graph = model.graph
    quantize = next(node for node in graph.node if "image" in node.input)
    stored = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    scale, zero_point = (stored[name].item() for name in quantize.input[1:])
    if (scale, zero_point) != (1, _GREY):
        raise ValueError(f"The photos give the pixels a scale of {scale} and {zero_point} as zero.")
    graph.input[0].CopyFrom(
        helper.make_tensor_value_info("image", TensorProto.UINT8, ("batch", SIDE // 2, SIDE // 2, 16))
    )
    quantize.CopyFrom(helper.make_node("Transpose", ["image"], quantize.output, perm=[0, 3, 1, 2]))
