"""Trains, exports and evaluates the classifier; nothing here is imported while serving."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = Path(__file__).parents[1] / "model" / "food11.onnx"
"""The model that is served: 8-bit integers."""
FLOAT32 = MODEL.with_name("food11-float32.onnx")
"""The model that it was quantized from, with the weights as trained."""
RUN = Path(".local/training")
"""Checkpoints of a training run."""

log = logging.getLogger(__name__)


@contextmanager
def missing_files_named() -> Iterator[None]:
    """End a command with an error message if photos or a file are missing."""
    try:
        yield
    except FileNotFoundError as error:
        sys.exit(str(error))


def show_log() -> None:
    """Log the commands' own messages to the terminal, but not those of libraries."""
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
