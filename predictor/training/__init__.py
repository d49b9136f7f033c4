"""Trains, exports and evaluates the classifier; nothing here is imported while serving."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = Path(__file__).parents[1] / "model" / "food11.onnx"
"""The model that is served: 8-bit integers."""
FLOAT32 = MODEL.with_name("food11-float32.onnx")
"""The model that it was made of, with the weights as they were trained."""
RUN = Path(".local/training")
"""Checkpoints of a training run."""

log = logging.getLogger(__name__)


@contextmanager
def missing_files_named() -> Iterator[None]:
    """End a command with a sentence where photos or a file are missing."""
    try:
        yield
    except FileNotFoundError as error:
        sys.exit(str(error))


def show_log() -> None:
    """Write what the commands have to say to the terminal, without what their libraries have."""
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
