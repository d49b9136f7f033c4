"""``python -m predictor``: load the model, then serve it until SIGTERM."""

import logging
import sys

from pydantic import ValidationError

from predictor.memory import keep_small, leave_out_kubernetes_client
from predictor.runtimes import ModelUnusableError
from predictor.settings import PredictorSettings


def main() -> None:
    """Read the settings and serve, or say in one line why not."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    keep_small()
    leave_out_kubernetes_client()
    from predictor.server import serve  # noqa: PLC0415 - it imports kserve

    try:
        serve(PredictorSettings())
    except (ValidationError, ModelUnusableError) as error:
        sys.exit(f"The predictor can't start: {error}")


if __name__ == "__main__":
    main()
