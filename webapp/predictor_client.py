"""The predictor's client: a photo's bytes are sent as they are, over persistent connections.

Python's own HTTP client takes a third of the CPU time of the requests library, which was a third of what an
upload cost the web application.
"""

import json
import ssl
from collections import deque
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import count
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gourmetgram.records import ClassName, Probabilities, Probability
from webapp.settings import WebappSettings

REFUSALS = {400, 413, 415, 422}
"""Statuses that are about the photo; all others are about the predictor."""

CONNECTION_REQUESTS = 100
"""Roughly how many photos use one connection: a new one may reach a pod that was added since."""


class PredictorUnavailableError(Exception):
    """The predictor did not answer, is busy, or answered nonsense; the same photo may work later."""


class PhotoRefusedError(Exception):
    """The predictor can't use the photo; the message is a sentence for the person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Prediction(BaseModel):
    """What the predictor says of one photo."""

    model_config = ConfigDict(protected_namespaces=())

    prediction: ClassName
    confidence: Probability
    probabilities: Probabilities
    model_name: str
    model_version: str


class _Predictions(BaseModel):
    predictions: tuple[Prediction]


_PREDICTIONS = TypeAdapter(_Predictions)


class _Answer(NamedTuple):
    status: int
    body: bytes


class PredictorClient:
    """Asks the predictor of one InferenceService."""

    def __init__(self, settings: WebappSettings) -> None:
        address = urlsplit(settings.predictor_url)
        self._connect = partial(HTTPConnection, address.netloc)
        if address.scheme == "https":
            self._connect = partial(HTTPSConnection, address.netloc, context=ssl.create_default_context())
        self._ready_path = f"{address.path}/v2/health/ready"
        self._predict_path = f"{address.path}/v1/models/{settings.model_name}:predict"
        self._timeout = settings.predictor_timeout_seconds
        self._sent = count(1)
        self._idle: deque[HTTPConnection] = deque()

    def close(self) -> None:
        """Close the idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def predict(self, photo: bytes, content_type: str) -> Prediction:
        """Ask for the class of a photo.

        Raises:
            PhotoRefusedError: it can't be used; the message says why.
            PredictorUnavailableError: there is no usable answer now.
        """
        answer = self._post(photo, content_type)
        if answer.status in REFUSALS:
            raise PhotoRefusedError(answer.status, _sentence(answer.body))
        if answer.status != HTTPStatus.OK:
            message = f"the predictor responded with {answer.status}"
            raise PredictorUnavailableError(message)
        try:
            return _PREDICTIONS.validate_json(answer.body).predictions[0]
        except ValidationError as error:
            message = f"the predictor's response could not be understood: {error}"
            raise PredictorUnavailableError(message) from error

    def is_ready(self, timeout_seconds: float) -> bool:
        """Return whether the predictor has loaded its model, over a connection made for this."""
        connection = self._connect(timeout=timeout_seconds)
        try:
            connection.request("GET", self._ready_path)
            response = connection.getresponse()
            return response.status == HTTPStatus.OK and bool(json.loads(response.read())["ready"])
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return False
        finally:
            connection.close()

    def _post(self, photo: bytes, content_type: str) -> _Answer:
        headers = {"Content-Type": content_type}
        if next(self._sent) % CONNECTION_REQUESTS == 0:
            headers["Connection"] = "close"
        try:
            try:
                return self._send(self._kept_connection(), photo, headers)
            except (ConnectionError, ssl.SSLEOFError):
                # The idle connection was just closed, or its pod terminated: try again on a new one.
                return self._send(self._connect(timeout=self._timeout), photo, headers)
        except (OSError, HTTPException) as error:
            message = f"the predictor did not respond: {error!r}"
            raise PredictorUnavailableError(message) from error

    def _send(self, connection: HTTPConnection, photo: bytes, headers: dict[str, str]) -> _Answer:
        try:
            connection.request("POST", self._predict_path, photo, headers)
            response = connection.getresponse()
            answer = _Answer(response.status, response.read())
        except BaseException:
            connection.close()
            self.close()  # the idle ones may lead to the same pod, and each would fail a photo
            raise
        self._idle.append(connection)
        return answer

    def _kept_connection(self) -> HTTPConnection:
        try:
            return self._idle.pop()  # the most recently used one: others may be closed by now
        except IndexError:
            return self._connect(timeout=self._timeout)


def _sentence(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "This photo could not be read."
