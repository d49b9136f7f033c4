"""A stub predictor with configurable answers, over persistent HTTP connections."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier
from typing import NamedTuple

from gourmetgram.classes import CLASSES

Say = Callable[[BaseHTTPRequestHandler], None]


def says(answer: object, status: int = 200) -> Say:
    """Answer with this as JSON."""
    return says_text(json.dumps(answer), status)


def says_text(text: str, status: int = 200) -> Say:
    """Answer with this."""

    def say(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())

    return say


def says_once_both_asked(answer: object) -> Say:
    """Answer with this as JSON, once two requests have arrived."""
    both = Barrier(2)

    def say(handler: BaseHTTPRequestHandler) -> None:
        both.wait(timeout=10)
        says(answer)(handler)

    return say


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without answering."""
    handler.close_connection = True


def is_silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the client has given up."""
    handler.rfile.read(1)


def answer(prediction: str = "Soup", confidence: float = 0.9) -> dict[str, object]:
    """Return a prediction as the predictor sends it."""
    rest = (1 - confidence) / (len(CLASSES) - 1)
    probabilities = {name: confidence if name == prediction else rest for name in CLASSES}
    return {
        "predictions": [
            {
                "prediction": prediction,
                "confidence": confidence,
                "probabilities": probabilities,
                "model_name": "food11",
                "model_version": "1",
            }
        ]
    }


class Asked(NamedTuple):
    """A photo that was received."""

    photo: bytes
    content_type: str
    port: int
    """The client's port, which identifies the connection."""


class StubPredictor:
    """The predictor's two paths; the answer of each can be changed at any time."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.forget()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forget(self) -> None:
        """Reset to confident predictions that everything is soup."""
        self.asked.clear()
        self.predict: list[Say] = [says(answer())]
        """Used one after another; the last one repeats."""
        self.ready = says({"ready": True})

    def _predict(self, handler: BaseHTTPRequestHandler) -> None:
        photo = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.asked.append(Asked(photo, handler.headers["Content-Type"], handler.client_address[1]))
        (self.predict.pop(0) if len(self.predict) > 1 else self.predict[0])(handler)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                assert self.path == "/v2/health/ready"
                stub.ready(self)

            def do_POST(self) -> None:
                assert self.path == "/v1/models/food11:predict"
                stub._predict(self)

            def log_message(self, format: str, *_: object) -> None:  # noqa: A002
                """Say nothing."""

        return Handler
