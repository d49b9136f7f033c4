"""`python -m predictor.torchserve.ready`: a startup probe that succeeds once a worker has loaded the model.

TorchServe itself reports ready as soon as it listens, many seconds earlier.
"""

import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from predictor.settings import PredictorSettings

SECONDS = 20
"""A request waits in TorchServe's queue until there is a worker."""


def is_ready(settings: PredictorSettings) -> bool:
    """Return whether a worker answers: only a worker refuses a request for lacking a photo."""
    server = HTTPConnection("localhost", settings.port, timeout=SECONDS)
    try:
        server.request("GET", f"/v1/models/{settings.model_name}:predict")
        return server.getresponse().status == HTTPStatus.BAD_REQUEST
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not is_ready(PredictorSettings(runtime="torchserve")))
