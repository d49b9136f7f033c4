"""A predictor that answers as it is told, over HTTP, on connections that it keeps."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier
from typing import NamedTuple

from gourmetgram.classes import CLASSES

Say = Callable[[BaseHTTPRequestHandler], None]


def says(answer: object, status: int = 200) -> Say:
    """Answer with this, as JSON."""
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
    """Answer with this, as JSON, once two have asked."""
    both = Barrier(2)

    def say(handler: BaseHTTPRequestHandler) -> None:
        both.wait(timeout=10)
        says(answer)(handler)

    return say


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def is_silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the client has given up."""
    handler.rfile.read(1)


def answer(prediction: str = "Soup", confidence: float = 0.9) -> dict[str, object]:
    """Give what the predictor answers."""
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
    """A photo that came."""

    photo: bytes
    content_type: str
    port: int
    """The client's: it names the connection."""


class StubPredictor:
    """The predictor's two paths; what each says can be changed at any time."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.forget()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forget(self) -> None:
        """Answer as a predictor does whose model is sure that everything is a soup."""
        self.asked.clear()
        self.predict: list[Say] = [says(answer())]
        """One after the other; the last one again and again."""
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
