"""The predictor's client: a photo's bytes go as they are, over connections that are kept open."""

import logging
from itertools import count

import requests
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from requests.adapters import HTTPAdapter

from gourmetgram.records import ClassName, Probability
from webapp.settings import WebappSettings

log = logging.getLogger(__name__)


REFUSALS = {400, 413, 415, 422}
"""The statuses that speak of the photo; the others speak of the predictor."""

CONNECTION_REQUESTS = 100
"""About how many photos a connection carries: a new one may lead to a pod that was added since."""


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
    probabilities: dict[ClassName, Probability]
    model_name: str
    model_version: str


class _Answer(BaseModel):
    predictions: tuple[Prediction]


_ANSWER = TypeAdapter(_Answer)


class PredictorClient:
    """Asks the predictor of one InferenceService."""

    def __init__(self, settings: WebappSettings) -> None:
        predict_url = f"{settings.predictor_url}/v1/models/{settings.model_name}:predict"
        self._ready_url = f"{settings.predictor_url}/v2/health/ready"
        self._timeout = settings.predictor_timeout_seconds
        self._sent = count(1)
        self._session = requests.Session()
        self._session.trust_env = False  # else proxies and .netrc are looked up for each request
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=settings.request_threads))
        # Made once: checking and merging all that a request may have takes longer than sending it.
        self._request = self._session.prepare_request(requests.Request("POST", predict_url))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def predict(self, photo: bytes, content_type: str) -> Prediction:
        """Ask for the class of a photo.

        Raises:
            PhotoRefusedError: it can't be used, and why.
            PredictorUnavailableError: there is no answer now.
        """
        response = self._post(photo, content_type)
        if response.status_code in REFUSALS:
            raise PhotoRefusedError(response.status_code, _sentence(response))
        if not response.ok:
            message = f"the predictor answered {response.status_code}"
            raise PredictorUnavailableError(message)
        try:
            return _ANSWER.validate_json(response.content).predictions[0]
        except ValidationError as error:
            message = f"the predictor's answer is not understood: {error}"
            raise PredictorUnavailableError(message) from error

    def is_ready(self, timeout_seconds: float) -> bool:
        """Tell whether the predictor has its model."""
        try:
            response = self._session.get(self._ready_url, timeout=timeout_seconds)
            return response.ok and bool(response.json().get("ready", False))
        except (requests.RequestException, ValueError, AttributeError):
            return False

    def _post(self, photo: bytes, content_type: str) -> requests.Response:
        try:
            try:
                return self._post_once(photo, content_type)
            except requests.Timeout:
                raise
            except requests.ConnectionError:
                # A kept connection was closed, or its pod ended, just now: another answers.
                return self._post_once(photo, content_type)
        except requests.RequestException as error:
            message = f"the predictor did not answer: {error}"
            raise PredictorUnavailableError(message) from error

    def _post_once(self, photo: bytes, content_type: str) -> requests.Response:
        request = self._request.copy()
        request.headers["Content-Type"] = content_type
        if next(self._sent) % CONNECTION_REQUESTS == 0:
            request.headers["Connection"] = "close"
        request.prepare_body(photo, files=None)
        return self._session.send(request, timeout=self._timeout)


def _sentence(response: requests.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return "This photo can't be read."
