"""The real predictor process, used through KServe's client, plain HTTP and the kubelet's probes."""

import asyncio
import base64
import gzip
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
import requests
from kserve import InferenceRESTClient, InferInput, InferRequest, InferResponse, RESTConfig
from PIL import Image

from gourmetgram.classes import CLASSES
from tests.conftest import new_predictor
from tests.processes import Server

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def photo() -> bytes:
    file = BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def own_predictor(tmp_path: Path) -> Iterator[Server]:
    """Run a predictor that a test can end."""
    server = new_predictor(tmp_path).start()
    yield server
    server.kill()


def post(server: Server, photo: bytes, **headers: str) -> requests.Response:
    headers = {"Content-Type": "image/jpeg", **headers}
    return requests.post(f"{server.url}/v1/models/food11:predict", photo, headers=headers, timeout=30)


def kserve_infer(
    server: Server, protocol: str, request: object, **headers: str
) -> dict[str, object] | InferResponse:
    async def infer() -> dict[str, object] | InferResponse:
        client = InferenceRESTClient(RESTConfig(protocol=protocol))
        answer: dict[str, object] | InferResponse = await client.infer(
            server.url, request, model_name="food11", headers=headers or None
        )
        await client.close()
        return answer

    return asyncio.run(infer())


def test_a_photo_gets_its_class(predictor: Server, photo: bytes) -> None:
    (prediction,) = post(predictor, photo).json()["predictions"]
    assert prediction["prediction"] in CLASSES
    assert prediction["model_version"]


def test_kserves_client_speaks_v1(predictor: Server, photo: bytes) -> None:
    b64 = base64.b64encode(photo).decode()
    answer = kserve_infer(predictor, "v1", {"instances": [{"image": {"b64": b64}}]})
    assert answer == post(predictor, photo).json()


@pytest.mark.parametrize("binary", [True, False])
def test_kserves_client_speaks_v2(predictor: Server, photo: bytes, binary: bool) -> None:
    data = np.array([photo if binary else base64.b64encode(photo)], dtype=object)
    image = InferInput("image", [1], "BYTES")
    image.set_data_from_numpy(data, binary_data=binary)
    answer = kserve_infer(predictor, "v2", InferRequest(model_name="food11", infer_inputs=[image]))
    assert isinstance(answer, InferResponse)
    (ours,) = post(predictor, photo).json()["predictions"]
    assert answer.get_output_by_name("prediction").data == [ours["prediction"]]
    assert answer.get_output_by_name("probabilities").data == pytest.approx(
        list(ours["probabilities"].values()), abs=1e-6
    )


def test_the_course_client_is_served(predictor: Server, photo: bytes) -> None:
    payload = {"image": base64.b64encode(photo).decode()}
    answer = requests.post(f"{predictor.url}/predict", json=payload, timeout=30).json()
    (ours,) = post(predictor, photo).json()["predictions"]
    assert answer == {"prediction": ours["prediction"], "probability": ours["confidence"]}


def test_many_clients_at_once_each_get_their_own_answer(predictor: Server) -> None:
    def solid(grey: int) -> bytes:
        file = BytesIO()
        Image.new("RGB", (64, 64), (grey, 128, 255 - grey)).save(file, "PNG")
        return file.getvalue()

    photos = [solid(grey) for grey in range(0, 256, 8)]
    alone = [post(predictor, each).json() for each in photos]
    with ThreadPoolExecutor(16) as clients:
        assert list(clients.map(lambda each: post(predictor, each).json(), photos)) == alone


def test_a_streamed_body_without_end_is_refused(predictor: Server) -> None:
    response = requests.post(
        f"{predictor.url}/v1/models/food11:predict",
        (b"x" * MIB for _ in range(20)),
        headers={"Content-Type": "image/jpeg"},
        timeout=30,
    )
    assert response.status_code == 413


def test_served_requests_leave_no_line_in_the_log(predictor: Server, photo: bytes) -> None:
    size = predictor.log.stat().st_size
    assert all(post(predictor, photo).ok for _ in range(5))
    assert predictor.log.stat().st_size == size


def test_it_stays_within_its_memory(own_predictor: Server, photo: bytes) -> None:
    with ThreadPoolExecutor(16) as clients:
        assert all(clients.map(lambda _: post(own_predictor, photo).ok, range(300)))
    assert own_predictor.process is not None
    assert psutil.Process(own_predictor.process.pid).memory_info().rss < 250 * MIB


def test_a_request_that_was_accepted_is_answered_after_sigterm(own_predictor: Server, photo: bytes) -> None:
    head = f"POST /v1/models/food11:predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(photo)}\r\n"
    with socket.create_connection(("127.0.0.1", own_predictor.port), 30) as client:
        client.sendall(head.encode() + b"Content-Type: image/jpeg\r\nExpect: 100-continue\r\n\r\n")
        assert b"100 Continue" in client.recv(100)  # the application is now waiting for the body
        assert own_predictor.process is not None
        own_predictor.process.terminate()
        while own_predictor.answers():
            pass
        client.sendall(photo)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert own_predictor.process.wait(20) is not None


def test_a_compressed_body_is_refused_with_the_reason(predictor: Server, photo: bytes) -> None:
    answer = post(predictor, gzip.compress(photo), **{"Content-Encoding": "gzip"})
    assert (answer.status_code, "Content-Encoding" in answer.json()["error"]) == (415, True)
