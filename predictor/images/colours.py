"""The colours of a photo: the profiles that describe them, and their conversion to sRGB.

A PNG describes its colours in up to four ways; the W3C's specification (third edition), section 4.3, prefers
cICP to iCCP to sRGB to gAMA with cHRM. Numbers that are wrong or missing are taken as Chromium takes them.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from itertools import takewhile

from PIL import Image, ImageCms

from gourmetgram import colours, heif
from predictor.images.mending import MAX_PROFILE_BYTES, PNG, chunks, is_intact

_COLOUR_MODEL = slice(16, 20)
"""Where an ICC profile says what it is about."""
_MODES = {
    (b"GRAY", "L"): "L",
    (b"RGB ", "L"): "RGB",
    (b"RGB ", "RGB"): "RGB",
    (b"CMYK", "CMYK"): "CMYK",
}
"""The mode in which a photo is converted, by its profile's colour model and its own mode."""
_DESCRIBING = {b"cICP", b"sRGB", b"gAMA", b"cHRM"}
_RGB_FULL_RANGE = bytes([0, 1])
"""The end of a cICP chunk; any other is ignored."""
_INTENTS = 4
_GAMMA, _CHROMATICITIES = struct.Struct(">I"), struct.Struct(">8I")
_UNIT = 100_000
"""What stands for 1 in both."""
_NEARLY_SRGB = range(43_182, 47_728)
"""Within 5 % of 1 / 2.2, which stands for sRGB."""


def to_srgb(image: Image.Image, body: bytes, embedded: bytes | None) -> Image.Image:
    """Convert a photo of mode L, LA, RGB, RGBA or CMYK to sRGB, as RGB or RGBA.

    `body` is the file that it comes from, `embedded` the ICC profile therein. Profiles that are broken, huge
    or of another colour model are ignored.
    """
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    opaque = image if alpha is None else image.convert(image.mode.removesuffix("A"))
    shown = next(_conversions(opaque, body, embedded), opaque)
    shown = shown if shown.mode == "RGB" else shown.convert("RGB")
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


def _conversions(image: Image.Image, body: bytes, embedded: bytes | None) -> Iterator[Image.Image]:
    """Convert an image by each profile that fits it."""
    for profile in _profiles(body, embedded):
        mode = _MODES.get((profile[_COLOUR_MODEL], image.mode))
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            if mode:
                yield _transform(profile, mode).apply(image if image.mode == mode else image.convert(mode))


@lru_cache(maxsize=16)  # a camera's photos share a profile, and a transform takes longer than the rest
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def _profiles(body: bytes, embedded: bytes | None) -> Iterator[bytes]:
    """Give the profiles of a photo, the one to prefer first."""
    described = _described(body) if body.startswith(PNG) else {}
    candidates = [
        _coded(described.get(b"cICP", b"")),
        embedded if len(embedded or b"") <= MAX_PROFILE_BYTES else None,
        heif.profile(body) if body[4:8] == b"ftyp" else None,
        _calibrated(described.get(b"gAMA", b""), described.get(b"cHRM", b""))
        if not _is_srgb(described)
        else None,
    ]
    return filter(None, candidates)


def _described(png: bytes) -> dict[bytes, bytes]:
    """Return the data of the intact chunks that describe colours, of each kind the first."""
    described: dict[bytes, bytes] = {}
    for kind, chunk in takewhile(lambda found: found[0] != b"IDAT", chunks(png)):
        if kind in _DESCRIBING and is_intact(chunk):
            described.setdefault(kind, chunk[8:-4])
    return described


def _coded(cicp: bytes) -> bytes | None:
    return colours.coded(*cicp[:2]) if cicp[2:] == _RGB_FULL_RANGE else None


def _is_srgb(described: dict[bytes, bytes]) -> bool:
    intent = described.get(b"sRGB", b"")
    return len(intent) == 1 and intent[0] < _INTENTS


def _calibrated(gamma: bytes, chromaticities: bytes) -> bytes | None:
    """Return the profile of a gAMA and a cHRM chunk; None if there is no usable one or if it is sRGB."""
    if len(gamma) != _GAMMA.size or not (value := _GAMMA.unpack(gamma)[0]):
        return None
    if not chromaticities:
        return None if value in _NEARLY_SRGB else colours.gamma(_UNIT / value)
    try:
        numbers = [each / _UNIT for each in _CHROMATICITIES.unpack(chromaticities)]
        points = zip(numbers[::2], numbers[1::2], strict=True)
        return colours.gamma(_UNIT / value, colours.Chromaticities(*points))
    except (struct.error, ZeroDivisionError):
        return None
