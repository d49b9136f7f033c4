"""From a photo's bytes to the square that the model sees; shared by training, evaluation and serving."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.ImageFile import ImageFile
from pillow_heif import register_heif_opener

from predictor.images.colours import to_srgb
from predictor.images.mending import ended, mended

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

SIDE = 224
"""Side of the square that the model sees, in pixels."""
SHORTER_SIDE = 240
"""The shorter side that a photo is scaled to before its centre is cut out."""
MAX_PIXELS = 50_000_000
"""For a JPEG, which is scaled while decoding. Others take up to 20 bytes a pixel: their limit is half."""
MAX_SCANS = 50
"""A progressive JPEG has about ten; each costs a pass over the whole photo for as little as 75 bytes."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
DAMAGED = "The photo is damaged or incomplete."

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
"""A marker that is followed by a length; within scan data, 0xFF is followed by one of the excluded bytes."""
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_READ_BYTES = 4 * 1024 * 1024
"""Fed to the decoder at a time: it stops and restarts for each piece."""
_LARGE = 8_000_000
_one_large_photo = Lock()
"""Held while a photo of more pixels is decoded, which can take hundreds of megabytes."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


register_heif_opener(thumbnails=False)


class ImageRejected(ValueError):  # noqa: N818 - says what happened, as HTTP status names do
    """The bytes are not a photo that can be classified; the message is one sentence for the sender."""


def centre(width: int, height: int) -> Box:
    """Return the square at the centre, SIDE / SHORTER_SIDE of the shorter side wide."""
    side = min(width, height) * SIDE / SHORTER_SIDE
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def to_square(
    body: bytes,
    *,
    max_pixels: int = MAX_PIXELS,
    crop: Callable[[int, int], Box] = centre,
    side: int = SIDE,
) -> Image.Image:
    """Decode a JPEG, PNG, WebP, HEIC or AVIF photo (of an animation the first frame) as people see it.

    Returns the box that `crop` chooses, upright and RGB, scaled to `side` x `side` pixels.
    Raises ImageRejected for anything else: other formats, damaged files, more than `max_pixels` pixels,
    or half of that for any format but JPEG.
    """
    _require_accepted_format(body)
    _require_few_scans(body)
    try:
        with ExitStack() as room:  # released when the photo is freed, not just decoded
            try:
                return _decode(body, max_pixels, crop, side, room)
            except OSError:
                return _without_an_end(body, lambda each: _decode(each, max_pixels, crop, side, room))
    except ImageRejected:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRejected(_too_large(max_pixels)) from error
    except Exception as error:  # Pillow's decoders raise a dozen types on damaged files
        raise ImageRejected(DAMAGED) from error


def _decode(
    body: bytes, max_pixels: int, crop: Callable[[int, int], Box], side: int, room: ExitStack
) -> Image.Image:
    with Image.open(BytesIO(mended(body)), formats=FORMATS) as image:
        _require_size(image, max_pixels)
        if _is_large(image):
            room.enter_context(_one_large_photo)
        return _upright(_cut(image, body, crop, side), image)


def _without_an_end(body: bytes, decode: Callable[[bytes], Image.Image]) -> Image.Image:
    """Decode a JPEG that lacks only its end marker; fail if pixels of the square are missing."""
    both = ended(body)
    if both is None:
        raise ImageRejected(DAMAGED)
    square, other = map(decode, both)
    if square.tobytes() != other.tobytes():
        raise ImageRejected(DAMAGED)
    return square


def _require_accepted_format(body: bytes) -> None:
    if not body:
        raise ImageRejected("The photo is empty.")
    webp = body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    heif = body[4:8] == b"ftyp"
    if not (webp or heif or body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise ImageRejected("Only JPEG, PNG, WebP, HEIC and AVIF photos are accepted.")


def _require_few_scans(body: bytes) -> None:
    if body.startswith(b"\xff\xd8") and _scans(body) > MAX_SCANS:
        raise ImageRejected("The photo has too many scans.")


def _scans(jpeg: bytes) -> int:
    """Count the scans from marker to marker; a video that a phone appended is not part of the photo."""
    scans, position = 0, 2
    while (found := _MARKER.search(jpeg, position)) and found[0][1] != _END_OF_IMAGE:
        scans += found[0][1] == _START_OF_SCAN
        position = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2])
    return scans


def _require_size(image: Image.Image, max_pixels: int) -> None:
    limit = max_pixels if image.format in ("JPEG", "MPO") else max_pixels // 2
    if image.width * image.height > limit:
        raise ImageRejected(_too_large(max_pixels))


def _is_large(image: Image.Image) -> bool:
    scaled_while_decoded = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    return image.width * image.height > _LARGE and not scaled_while_decoded


def _too_large(max_pixels: int) -> str:
    most = max_pixels / 1e6
    return (
        f"The photo is too large: at most {most:g} megapixels are accepted, {most / 2:g} unless it is a JPEG."
    )


def _cut(image: ImageFile, body: bytes, crop: Callable[[int, int], Box], side: int) -> Image.Image:
    """Cut out and scale in one step, so that no intermediate is ever larger than the photo."""
    image.draft(None, (SHORTER_SIDE, SHORTER_SIDE))  # JPEG only: decodes at 1/2, 1/4 or 1/8, never below this
    image.decodermaxblock = _READ_BYTES
    if getattr(image, "default_image", False):  # of an animated PNG; browsers show its first frame instead
        image.seek(1)
    image.load()
    box = crop(*image.size)
    scaled = _continuous_tones(image).resize((side, side), Image.Resampling.BILINEAR, box, reducing_gap=2.0)
    return _on_white(to_srgb(scaled, body, image.info.get("icc_profile")))


def _continuous_tones(image: Image.Image) -> Image.Image:
    """Give a palette, a bilevel or a 16-bit image a mode that can be interpolated."""
    hidden = image.info.get("transparency")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.uint32)
        grey = Image.fromarray((values >> 8).astype(np.uint8))
        if hidden is None:
            return grey
        return _with_alpha(grey, values != hidden)
    if image.mode == "RGB" and isinstance(hidden, tuple) and max(hidden) > 255:  # noqa: PLR2004
        # A 16-bit value, while Pillow has kept the upper eight bits of each colour.
        return _with_alpha(image, (np.asarray(image) != [value >> 8 for value in hidden]).any(axis=2))
    if image.has_transparency_data:
        return image.convert("LA" if image.mode in ("L", "LA") else "RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _with_alpha(image: Image.Image, is_seen: NDArray[np.bool_]) -> Image.Image:
    shown = image.copy()
    shown.putalpha(Image.fromarray(is_seen.astype(np.uint8) * 255))
    return shown


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def _upright(square: Image.Image, photo: Image.Image) -> Image.Image:
    try:
        orientation = photo.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a broken EXIF block is no reason to refuse the photo
        return square
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return square if turn is None else square.transpose(turn)
