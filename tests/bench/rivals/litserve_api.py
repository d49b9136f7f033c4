"""A LitServe API: a photo as base64 in JSON, computed in worker processes, one request at a time each."""

import base64
import os

import litserve

from tests.bench.rivals.onnx_classifier import Prediction, classify


class Food11(litserve.LitAPI):
    def setup(self, device: str) -> None:
        pass

    def decode_request(self, request: dict[str, str]) -> bytes:
        return base64.b64decode(request["image"])

    def predict(self, photo: bytes) -> Prediction:
        return classify(photo)


if __name__ == "__main__":
    server = litserve.LitServer(
        Food11(), accelerator="cpu", workers_per_device=int(os.environ["RIVAL_WORKERS"]), fast_queue=True
    )
    server.run(
        host="127.0.0.1",
        port=int(os.environ["RIVAL_PORT"]),
        num_api_servers=1,
        log_level="warning",
        generate_client_file=False,
    )
