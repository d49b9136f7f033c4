import struct
from typing import Any

import httpx
import numpy as np
import orjson
import pytest

from gourmetgram.classes import CLASSES
from predictor.images import SIDE, to_square
from predictor.images.tensors import planes
from tests.unit.predictor.conftest import Post

PATH = "/v2/models/food11/infer"


def bytes_tensor(*data: object, **changes: object) -> dict[str, Any]:
    tensor = {"name": "image", "shape": [len(data)], "datatype": "BYTES", "data": list(data)}
    return {"id": "42", "inputs": [{**tensor, **changes}]}


def binary(header: dict[str, Any], tensor: bytes) -> dict[str, Any]:
    """Return the body and headers of a request whose tensor follows as bytes."""
    header["inputs"][0].pop("data", None)
    header["inputs"][0]["parameters"] = {"binary_data_size": len(tensor)}
    text = orjson.dumps(header)
    return {"content": text + tensor, "headers": {"Inference-Header-Content-Length": str(len(text))}}


def outputs(response: httpx.Response) -> dict[str, Any]:
    return {output["name"]: output for output in response.json()["outputs"]}


def test_encoded_photos_get_three_tensors(post: Post, b64: str) -> None:
    response = post(PATH, json=bytes_tensor(b64, b64))
    assert response.json()["id"] == "42"
    assert (response.json()["model_name"], response.json()["model_version"]) == ("food11", "tiny-1")
    assert outputs(response)["prediction"]["shape"] == [2]
    assert outputs(response)["prediction"]["data"][0] in CLASSES
    assert outputs(response)["probabilities"]["shape"] == [2, 11]
    assert outputs(response)["confidence"]["data"][0] == max(outputs(response)["probabilities"]["data"][:11])


def test_a_request_without_an_id_gets_one(post: Post, b64: str) -> None:
    assert post(PATH, json={"inputs": bytes_tensor(b64)["inputs"]}).json()["id"]


def test_pixels_get_what_their_photo_gets(post: Post, photo: bytes, b64: str) -> None:
    pixels = planes(to_square(photo))
    fp32 = {"datatype": "FP32", "shape": list(pixels.shape)}
    response = post(PATH, **binary(bytes_tensor(**fp32), pixels.tobytes()))
    assert outputs(response) == outputs(post(PATH, json=bytes_tensor(b64)))


def test_pixels_may_be_json(post: Post) -> None:
    pixels = np.zeros((1, 3, SIDE, SIDE), np.int8)
    flat = bytes_tensor(*pixels.ravel().tolist(), datatype="FP32", shape=list(pixels.shape))
    nested = bytes_tensor(data=pixels.tolist(), datatype="FP32", shape=list(pixels.shape))
    assert outputs(post(PATH, json=flat)) == outputs(post(PATH, json=nested))


def test_photos_may_follow_the_header_as_bytes(post: Post, photo: bytes, b64: str) -> None:
    tensor = struct.pack("<I", len(photo)) + photo
    response = post(PATH, **binary(bytes_tensor(shape=[2]), tensor * 2))
    assert outputs(response) == outputs(post(PATH, json=bytes_tensor(b64, b64)))


def test_outputs_may_be_chosen_and_binary(post: Post, b64: str) -> None:
    wanted = [{"name": "confidence", "parameters": {"binary_data": True}}]
    response = post(PATH, json={**bytes_tensor(b64), "outputs": wanted})
    header = orjson.loads(response.content[: int(response.headers["Inference-Header-Content-Length"])])
    assert [output["name"] for output in header["outputs"]] == ["confidence"]
    assert 0 < struct.unpack("<f", response.content[-4:])[0] <= 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"inputs": []},
        {"inputs": [1]},
        {"inputs": bytes_tensor("x")["inputs"] * 2},
        bytes_tensor(),
        bytes_tensor("x", shape=[7]),
        bytes_tensor("x", shape=[-1]),
        bytes_tensor("x", shape=["one"]),
        bytes_tensor("x", shape=[10**30]),
        bytes_tensor("x", datatype="INT64"),
        bytes_tensor("x", datatype="TEXT"),
        bytes_tensor("x", datatype=1),
        bytes_tensor("x", datatype="FP16"),
        bytes_tensor("x", data="x"),
        bytes_tensor("x", name=None),
        bytes_tensor("x", parameters={"a" * 9999: []}),
        bytes_tensor(1),
        bytes_tensor(None),
        bytes_tensor([["x"]]),
        bytes_tensor({"b64": "x"}),
        bytes_tensor("aGVsbG8="),
        bytes_tensor(0, datatype="FP32"),
        bytes_tensor(0, datatype="FP32", shape=[1, 3, SIDE, SIDE]),
        bytes_tensor("a", [1], datatype="FP32", shape=[1, 3, SIDE, SIDE]),
        bytes_tensor(0, datatype="FP32", shape=[-1, 3, SIDE, SIDE]),
        bytes_tensor(*["x"] * 4),
    ],
)
def test_another_request_is_refused_with_a_sentence(post: Post, body: object) -> None:
    response = post(PATH, json=body)
    assert (response.status_code, 10 < len(response.json()["error"]) < 250) == (400, True)


def test_an_unknown_output_is_refused(post: Post, b64: str) -> None:
    assert post(PATH, json={**bytes_tensor(b64), "outputs": [{"name": "gradient"}]}).status_code == 400


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.5])
def test_pixels_outside_their_range_are_refused(post: Post, value: float) -> None:
    pixels = np.full((1, 3, SIDE, SIDE), value, np.float32)
    header = bytes_tensor(datatype="FP32", shape=list(pixels.shape))
    assert post(PATH, **binary(header, pixels.tobytes())).status_code == 400


@pytest.mark.parametrize("length", [b"", b"-1", b"x", b"9999999", b"9" * 5000, b"\xb2", b"0"])
def test_a_wrong_header_length_is_refused(post: Post, length: bytes) -> None:
    headers = {b"Inference-Header-Content-Length": length}
    assert post(PATH, content=b"{}", headers=headers).status_code == 400


@pytest.mark.parametrize("tensor", [b"\xff\xff\xff\xff", b"\x01\x00\x00\x00", b"\x05\x00\x00\x00hello"])
def test_a_binary_tensor_that_is_no_photo_is_refused(post: Post, tensor: bytes) -> None:
    assert post(PATH, **binary(bytes_tensor(shape=[1]), tensor)).status_code == 400


def test_a_binary_header_of_deep_nesting_is_refused(post: Post) -> None:
    header = b'{"inputs":' + 300 * b"[" + 300 * b"]" + b"}"
    length = {"Inference-Header-Content-Length": str(len(header))}
    assert post(PATH, content=header, headers=length).status_code == 400


def test_a_binary_tensor_of_another_size_is_refused(post: Post) -> None:
    request = binary(bytes_tensor(shape=[1]), b"12345")
    request["content"] += b"more"
    assert post(PATH, **request).status_code == 400
