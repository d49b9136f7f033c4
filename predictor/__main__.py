"""``python -m predictor``: load the model, then serve it until SIGTERM."""

import logging
import sys

import uvicorn
from pydantic import ValidationError

from predictor.model import FoodClassifier
from predictor.runtimes import ModelUnusableError
from predictor.server import create_app
from predictor.settings import PredictorSettings

log = logging.getLogger("predictor")

KEEP_ALIVE_SECONDS = 65
"""Longer than clients keep idle connections, so that none sends into one that is just being closed."""


def main() -> None:
    """Serve; nothing listens before the model has answered a warm-up."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = PredictorSettings()
        model = FoodClassifier(settings)
        model.load()
    except (ValidationError, ModelUnusableError) as error:
        sys.exit(f"The predictor can't start: {error}")
    log.info("Serving %s version %s on %d threads", model.name, model.version, settings.threads)
    uvicorn.run(
        create_app(model, settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.grace_seconds,
    )


if __name__ == "__main__":
    main()
