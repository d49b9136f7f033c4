"""``python -m predictor``: load the model, then serve it until SIGTERM."""

import logging
import sys

from gourmetgram.memory import keep_small
from gourmetgram.settings import valid_or_exit
from predictor.runtimes import ModelUnusableError
from predictor.serving.small_kserve import import_small_kserve
from predictor.settings import PredictorSettings


def main() -> None:
    """Read the settings and serve, or log one line that says why not."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with valid_or_exit():
        settings = PredictorSettings()
    try:
        _serve(settings)
    except ModelUnusableError as error:
        sys.exit(f"The predictor can't start: {error}")


def _serve(settings: PredictorSettings) -> None:
    if settings.runtime == "torchserve":
        from predictor.torchserve.server import serve as torchserve  # noqa: PLC0415 - it imports onnx

        torchserve(settings)
    keep_small()
    import_small_kserve()
    from predictor.serving.server import serve  # noqa: PLC0415 - it imports kserve

    serve(settings)


if __name__ == "__main__":
    main()
