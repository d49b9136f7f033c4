"""Converts HEIC and AVIF, which not every browser shows, to JPEG before anything else sees the photo."""

from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener
from werkzeug.exceptions import BadRequest

from gourmetgram import heif

MAX_PIXELS = 25_000_000
"""Phones take photos of at most 24 megapixels unless told otherwise."""
MAX_EXIF_BYTES = 65_527
"""The most that fits into a JPEG segment."""
QUALITY = 92
FORMATS = ("HEIF", "AVIF")

DAMAGED = "This photo is damaged or incomplete."
TOO_LARGE = "This photo is too large: at most {:g} megapixels are accepted as HEIC or AVIF."

_one_photo = Lock()
"""Held while a photo is converted, which takes some 200 MB for one of 24 megapixels."""

register_heif_opener(thumbnails=False)


def to_jpeg(body: bytes) -> bytes:
    """Convert a HEIC, HEIF or AVIF photo: upright, in its own colours, on white, with its EXIF block.

    It takes the primary image of a file, and the first frame of an animation.

    Raises:
        BadRequest: it is damaged, or has more than `MAX_PIXELS`.
    """
    try:
        with _one_photo, _opened(body) as image:
            _require_size(image)
            profile = image.info.get("icc_profile") or heif.profile(body)
            image.load()
            return _saved(image, _exif_once_upright(image), profile)
    except BadRequest:
        raise
    except Exception as error:  # the decoders raise many types on damaged files
        raise BadRequest(DAMAGED) from error


def _opened(body: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(body), formats=FORMATS)
    except (UnidentifiedImageError, ValueError):  # what Pillow and libavif raise for a broken EXIF block
        return Image.open(BytesIO(heif.without_exif(body)), formats=FORMATS)


def _require_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise BadRequest(TOO_LARGE.format(MAX_PIXELS / 1e6))


def _exif_once_upright(image: Image.Image) -> bytes:
    try:
        ImageOps.exif_transpose(image, in_place=True)
        return image.getexif().tobytes()
    except Exception:  # a broken EXIF block is no reason to refuse the photo
        return b""


def _saved(image: Image.Image, exif: bytes, profile: bytes | None) -> bytes:
    jpeg = BytesIO()
    _on_white(image).save(
        jpeg,
        "JPEG",
        quality=QUALITY,
        exif=exif if len(exif) <= MAX_EXIF_BYTES else b"",
        icc_profile=profile,
    )
    return jpeg.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGB", image.size, "white")
    shown = image.convert("RGBA")
    page.paste(shown, mask=shown.getchannel("A"))
    return page
