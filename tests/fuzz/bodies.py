"""Request bodies, and objects that other programs put into the store: nothing ends in a 5xx."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kserve.errors import InvalidInput
from starlette.exceptions import HTTPException

import webapp.services
from cronjobs.outputs import UnreadableOutputError, read
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.sources import Source
from predictor.protocols import v1, v2
from tests.labelling import annotation, prediction
from tests.unit.webapp.conftest import JPEG, MemoryStore
from webapp import create_app
from webapp.predictor_client import Prediction
from webapp.services import EXTENSION
from webapp.settings import WebappSettings

FORM = "multipart/form-data; boundary=b"


class SurePredictor:
    """Predicts that everything is soup."""

    def predict(self, *_: object) -> Prediction:
        probabilities = {name: float(name == "Soup") for name in CLASSES}
        return Prediction(
            prediction="Soup",
            confidence=1,
            probabilities=probabilities,
            model_name="food11",
            model_version="1",
        )


webapp.services.WritingStore = MemoryStore  # type: ignore[assignment, misc]
_app = create_app(
    WebappSettings(
        spool_dir=Path(tempfile.mkdtemp()),
        spool_retry_seconds=3600,
        client_uploads_per_minute=0,
        client_upload_bytes_per_minute=0,
        client_feedback_per_minute=0,
    )
)
object.__setattr__(_app.extensions[EXTENSION], "predictor", SurePredictor())
_client = _app.test_client()


def seeds() -> Iterator[bytes]:
    """Return a valid body of each kind."""
    record = prediction(1)
    yield json.dumps({"prediction_id": record.prediction_id, "corrected_class": "Soup"}).encode()
    yield json.dumps({"prediction": 1, "actual": 0}).encode()
    yield json.dumps({"instances": [{"image": {"b64": "aGVsbG8="}}]}).encode()
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": ["aGVsbG8="]}
    yield json.dumps({"inputs": [tensor]}).encode()
    yield annotation(record, "Soup")
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    yield part + JPEG + b"\r\n--b--\r\n"


def attempt(body: bytes) -> None:
    """Pass bytes to everything that reads them; a 5xx, or an exception that is not a refusal, is a defect."""
    store = _app.extensions[EXTENSION].store
    store.objects.clear()
    for path, kind in (("/feedback", "application/json"), ("/predict", FORM)):
        answer = _client.post(path, data=body, content_type=kind)
        assert answer.status_code < 500, answer.text
    with suppress(InvalidInput, HTTPException):
        v1.photos(v1.read("application/json", body))
    with suppress(InvalidInput):
        v2.read(body, "food11")
    for source in Source:
        with suppress(UnreadableOutputError):
            read(source, f"{keys.outputs(source)}1", body)
