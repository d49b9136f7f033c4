"""JPEG, WebP, AVIF and animated PNG files, as cameras and programs write them."""

from io import BytesIO

from PIL import ExifTags, Image
from pillow_heif import register_heif_opener

from tests.conftest import ROOT
from tests.corpus.chunks import LINEAR_GREY, LINEAR_RGB, SWAPPED
from tests.corpus.samples import ramps

register_heif_opener(thumbnails=False)

PICTURE = Image.fromarray(ramps(3, 8).astype("uint8"))
_PART_TRANSPARENT = Image.fromarray(ramps(4, 8).astype("uint8"))
_GREY, _CMYK, _GREEN = PICTURE.convert("L"), PICTURE.convert("CMYK"), Image.new("RGB", PICTURE.size, "lime")
_MINUTE = 60_000


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Write an image at high quality."""
    body = BytesIO()
    image.save(body, kind, **{"quality": 95, **options})
    return body.getvalue()


def turned(orientation: int) -> bytes:
    """Make an EXIF block that contains only the orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif.tobytes()


def camera() -> bytes:
    """Make an EXIF block that contains only the camera's maker."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Fairphone"
    return exif.tobytes()


def coded(heif: bytes, primaries: int, transfer: int) -> bytes:
    """Change the CICP numbers, which describe the colours of a HEIC or AVIF file."""
    before, box, after = heif.partition(b"colrnclx")
    assert box
    return before + box + primaries.to_bytes(2) + transfer.to_bytes(2) + after[4:]


def with_broken_exif(avif: bytes) -> bytes:
    """Corrupt the first bytes of an AVIF's EXIF block."""
    assert avif.count(b"MM\0*") == 1
    return avif.replace(b"MM\0*", b"spoi")


def _animated(**options: object) -> bytes:
    frames = {"save_all": True, "append_images": [_GREEN], "duration": _MINUTE}
    return encoded(PICTURE, "PNG", **frames, **options)


JPEG = {
    "JPEG": encoded(PICTURE, "JPEG", subsampling=0),
    "JPEG with half the colours": encoded(PICTURE, "JPEG", subsampling=2),
    "JPEG, progressive": encoded(PICTURE, "JPEG", subsampling=0, progressive=True),
    "JPEG, RGB": encoded(PICTURE, "JPEG", subsampling=0, keep_rgb=True),
    "JPEG, grey": encoded(_GREY, "JPEG"),
    "JPEG, CMYK": encoded(_CMYK, "JPEG", subsampling=0),
    "JPEG, profile": encoded(PICTURE, "JPEG", subsampling=0, icc_profile=SWAPPED),
    "JPEG, broken profile": encoded(PICTURE, "JPEG", subsampling=0, icc_profile=b"nonsense"),
    "JPEG, grey with a profile of grey": encoded(_GREY, "JPEG", icc_profile=LINEAR_GREY),
    "JPEG, grey with a profile of colours": encoded(_GREY, "JPEG", icc_profile=LINEAR_RGB),
    "JPEG with a profile of grey": encoded(PICTURE, "JPEG", subsampling=0, icc_profile=LINEAR_GREY),
    "JPEG, CMYK with a profile of RGB": encoded(_CMYK, "JPEG", subsampling=0, icc_profile=LINEAR_RGB),
    **{
        f"JPEG, orientation {way}": encoded(PICTURE, "JPEG", subsampling=0, exif=turned(way))
        for way in range(1, 10)
    },
}
OTHERS = {
    "WebP": encoded(PICTURE, "WEBP"),
    "WebP, lossless": encoded(PICTURE, "WEBP", lossless=True),
    "WebP, part transparent": encoded(_PART_TRANSPARENT, "WEBP", lossless=True),
    "WebP, profile": encoded(PICTURE, "WEBP", lossless=True, icc_profile=SWAPPED),
    "WebP, orientation": encoded(PICTURE, "WEBP", lossless=True, exif=turned(6)),
    "WebP, animated": encoded(
        PICTURE, "WEBP", lossless=True, save_all=True, append_images=[_GREEN], duration=_MINUTE
    ),
    "PNG, orientation": encoded(PICTURE, "PNG", exif=turned(6)),
    "PNG, part transparent with a profile": encoded(_PART_TRANSPARENT, "PNG", icc_profile=SWAPPED),
    "PNG, grey and alpha with a profile of grey": encoded(
        PICTURE.convert("LA"), "PNG", icc_profile=LINEAR_GREY
    ),
    "PNG, animated": _animated(),
    "PNG, animated, with a default image": _animated(default_image=True),
}
AVIF = {
    "AVIF": encoded(PICTURE, "AVIF", subsampling="4:4:4"),
    "AVIF with half the colours": encoded(PICTURE, "AVIF", subsampling="4:2:0"),
    "AVIF, profile": encoded(PICTURE, "AVIF", subsampling="4:4:4", icc_profile=SWAPPED),
    "AVIF, orientation": encoded(PICTURE, "AVIF", subsampling="4:4:4", exif=turned(6)),
    "AVIF, broken EXIF": with_broken_exif(encoded(PICTURE, "AVIF", subsampling="4:4:4", exif=camera())),
    "AVIF, part transparent": encoded(_PART_TRANSPARENT, "AVIF", subsampling="4:4:4"),
    **{
        f"AVIF, CICP {numbers}": coded(encoded(PICTURE, "AVIF", subsampling="4:4:4"), *numbers)
        for numbers in ((12, 13), (9, 1), (9, 13), (1, 1), (2, 2), (1, 8), (1, 4))
    },
}
FILES = {path.name: path.read_bytes() for path in sorted((ROOT / "tests/data/photos").glob("*.[jp]*g"))}
