"""KServe's V2 (Open Inference) protocol: one tensor of encoded photos or of pixels, as JSON or binary."""

import re
from typing import Any

import numpy as np
import orjson
from kserve.errors import InvalidInput
from kserve.protocol.infer_type import InferInput, InferOutput, InferRequest, InferResponse
from kserve.protocol.rest.v2_datamodels import InferenceRequest
from kserve.utils.utils import generate_uuid
from numpy.typing import NDArray
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from gourmetgram.classes import CLASSES
from predictor.protocols import Classifier
from predictor.protocols.bodies import read_base64, read_json, require_modest_json
from predictor.protocols.responses import JSONResponse

HEADER_LENGTH = "Inference-Header-Content-Length"
Photo = bytes | NDArray[np.float32]
TensorType = dict[str, Any]

INPUTS: list[TensorType] = [{"name": "image", "datatype": "BYTES", "shape": [-1]}]
OUTPUTS: list[TensorType] = [
    {"name": "prediction", "datatype": "BYTES", "shape": [-1]},
    {"name": "confidence", "datatype": "FP32", "shape": [-1]},
    {"name": "probabilities", "datatype": "FP32", "shape": [-1, len(CLASSES)]},
]


async def infer(request: Request, body: bytes, model: Classifier) -> Response:
    """Answer ``POST /v2/models/<name>/infer``."""
    length = request.headers.get(HEADER_LENGTH)
    payload = read(body, model.name) if length is None else read_binary(body, length, model.name)
    answer = await model(payload)
    content, header_length = answer.to_rest()
    if header_length is None:
        return JSONResponse(content)
    return Response(content, 200, {HEADER_LENGTH: str(header_length)}, "application/octet-stream")


def read(body: bytes, model_name: str) -> InferRequest:
    """Read a request that is JSON as a whole.

    Raises:
        InvalidInput: it is not an inference request.
    """
    require_modest_json(body)
    try:
        return InferRequest.from_inference_request(InferenceRequest.model_validate_json(body), model_name)
    except ValidationError as error:
        raise InvalidInput(_sentence(error)) from error


def read_binary(body: bytes, header_length: str, model_name: str) -> InferRequest:
    """Read a request whose tensor follows its JSON header as bytes.

    Raises:
        InvalidInput: the header is not an inference request, or the sizes are wrong.
    """
    if not re.fullmatch(r"[0-9]{1,9}", header_length) or int(header_length) > len(body):
        raise InvalidInput(f"{HEADER_LENGTH} must be the length of the JSON header.")
    header, tensor = body[: int(header_length)], body[int(header_length) :]
    try:
        whole = orjson.dumps(_with_empty_data(read_json(header)))
    except orjson.JSONEncodeError as error:  # orjson reads deeper nesting than it writes
        raise InvalidInput("The JSON header nests too deeply.") from error
    request = read(whole, model_name)
    if not tensor:
        return request
    if len(request.inputs) != 1 or _binary_size(request.inputs[0]) != len(tensor):
        raise InvalidInput(
            "There must be one input, whose binary_data_size is the size of the binary tensor."
        )
    request.inputs[0]._raw_data = tensor
    return request


def _with_empty_data(header: Any) -> Any:  # noqa: ANN401 - whatever the client sent
    """Give every tensor the "data" that KServe's request schema requires and binary ones lack."""
    if isinstance(header, dict) and isinstance(header.get("inputs"), list):
        tensors = [{"data": [], **item} if isinstance(item, dict) else item for item in header["inputs"]]
        return {**header, "inputs": tensors}
    return header


def _binary_size(tensor: InferInput) -> object:
    return (tensor.parameters or {}).get("binary_data_size")


def photos(request: InferRequest, side: int) -> list[Photo]:
    """Take the photos out of a request: encoded ones from a BYTES tensor, pixels from an FP32 tensor.

    Returns bytes, or float32 (1, 3, side, side) in [-1, 1].

    Raises:
        InvalidInput: it is another tensor, or its data doesn't fit its shape.
    """
    if len(request.inputs) != 1:
        raise InvalidInput("There must be exactly one input.")
    tensor = request.inputs[0]
    if tensor.datatype == "BYTES":
        return [photo if isinstance(photo, bytes) else read_base64(photo) for photo in _array(tensor).flat]
    if tensor.datatype == "FP32":
        return _pixels(tensor, side)
    raise InvalidInput("The input must be BYTES (encoded photos) or FP32 (pixels).")


def _pixels(tensor: InferInput, side: int) -> list[Photo]:
    if len(tensor.shape) != 4 or tensor.shape[1:] != [3, side, side]:  # noqa: PLR2004
        raise InvalidInput(f"An FP32 input has the shape [n, 3, {side}, {side}].")
    pixels = _array(tensor)
    if not (np.abs(pixels) <= 1).all():
        raise InvalidInput("The values of an FP32 input lie between -1 and 1.")
    return list(pixels[:, None])


def _array(tensor: InferInput) -> NDArray[Any]:
    try:
        array: NDArray[Any] = tensor.as_numpy()
    except Exception as error:  # NumPy and struct raise half a dozen types on data that doesn't fit
        raise InvalidInput("The data of the input doesn't fit its shape and datatype.") from error
    return array


def response(request: InferRequest, probabilities: NDArray[np.float32], version: str) -> InferResponse:
    """Shape the answer: three output tensors, a row a photo; takes probabilities (photos, classes)."""
    best = [CLASSES[index] for index in probabilities.argmax(axis=1)]
    data = (best, probabilities.max(axis=1), probabilities)
    return InferResponse(
        response_id=request.id or generate_uuid(),
        model_name=request.model_name,
        model_version=version,
        infer_outputs=[
            InferOutput(output["name"], list(np.shape(tensor)), output["datatype"], tensor)
            for output, tensor in zip(OUTPUTS, data, strict=True)
        ],
        use_binary_outputs=request.use_binary_outputs,
        requested_outputs=request.request_outputs,
    )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    return f"This is not a V2 inference request: {place:.100}: {first['msg']}."
