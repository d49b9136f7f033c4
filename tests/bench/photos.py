"""The photos to send: the tests' photos at the size of Food-11's, and one as large as a phone's."""

import io

import numpy as np
from PIL import Image

from tests.conftest import PHOTOS

SHORTER_SIDE = 256
PHONE_SIZE = (4032, 3024)
"""12 megapixels."""
NOISE = 4
"""Sensor noise in grey levels, which makes the file as large as a phone's."""


def small_photos() -> list[bytes]:
    """Make photos of about 21 KB, always the same; those of the tests are smaller."""
    return [_enlarged(path.read_bytes()) for path in sorted(PHOTOS.rglob("*.jpg"))]


def phone_photo() -> bytes:
    """Make a photo of 12 megapixels, always the same."""
    with Image.open(min(PHOTOS.rglob("*.jpg"))) as small:
        large = np.asarray(small.convert("RGB").resize(PHONE_SIZE, Image.Resampling.BICUBIC), np.int16)
    noise = np.random.default_rng(12).integers(-NOISE, NOISE + 1, (*large.shape[:2], 1), np.int16)
    return _jpeg(Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)), 85)


def _enlarged(photo: bytes) -> bytes:
    with Image.open(io.BytesIO(photo)) as image:
        scale = SHORTER_SIDE / min(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        return _jpeg(image.convert("RGB").resize(size, Image.Resampling.BICUBIC), 92)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    body = io.BytesIO()
    image.save(body, "JPEG", quality=quality)
    return body.getvalue()
