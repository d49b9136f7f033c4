"""Warms a model up before it is served, and refuses an unusable one."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from gourmetgram.classes import CLASSES
from predictor.images import SIDE, to_square
from predictor.runtimes import ModelUnusableError, Runtime


def require_usable(runtime: Runtime, path: Path) -> Runtime:
    """Return a model that can be served.

    Raises:
        ModelUnusableError: its outputs aren't the probabilities of CLASSES, or it takes another size.
    """
    if runtime.classes != CLASSES or runtime.side != SIDE:
        raise ModelUnusableError(f"{path} is a model of other classes or another size.")
    probabilities = runtime.run(to_square(_warm_up_photo()))
    if probabilities.shape != (len(CLASSES),) or abs(probabilities.sum() - 1) > 1e-3:  # noqa: PLR2004
        raise ModelUnusableError(f"{path} doesn't give one probability a class.")
    return runtime


def _warm_up_photo() -> bytes:
    photo = BytesIO()
    Image.new("RGB", (2 * SIDE, SIDE), "orange").save(photo, "JPEG")
    return photo.getvalue()
