"""HEIC and AVIF become JPEGs that show what the photo shows."""

from io import BytesIO

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest

from tests.corpus.encoded import camera, coded, with_broken_exif
from tests.unit.webapp.test_metadata import PLACE, PROFILE, block, kept_exif
from webapp import conversion
from webapp.conversion import to_jpeg
from webapp.photos import Photo, read_photo

KINDS = ["HEIF", "AVIF"]
DISPLAY_P3, SRGB_TRANSFER = 12, 13


def scene() -> Image.Image:
    """Make a picture whose left half is red and whose lower right quarter is blue."""
    image = Image.new("RGB", (96, 64), "white")
    image.paste("red", (0, 0, 48, 64))
    image.paste("blue", (48, 32, 96, 64))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    body = BytesIO()
    image.save(body, kind, quality=95, **options)
    return body.getvalue()


def decoded(body: bytes) -> Image.Image:
    with Image.open(BytesIO(body), formats=["JPEG"]) as image:
        return image.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def read(body: bytes) -> Photo:
    return read_photo(FileStorage(BytesIO(body), "IMG_1.HEIC"), 16 * 1024 * 1024)


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_the_same(kind: str) -> None:
    photo = read(encoded(scene(), kind))
    assert (photo.content_type, photo.filename) == ("image/jpeg", "IMG_1.HEIC")
    assert difference(decoded(photo.body), scene()) < 3


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_upright_once(kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    jpeg = to_jpeg(encoded(scene(), kind, exif=exif.tobytes()))
    assert difference(decoded(jpeg), scene().transpose(Image.Transpose.ROTATE_270)) < 3
    with Image.open(BytesIO(jpeg)) as image:
        assert image.getexif().get(ExifTags.Base.Orientation, 1) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_transparent_is_white(kind: str) -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert difference(decoded(to_jpeg(encoded(image, kind))), Image.new("RGB", (64, 64), "white")) < 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_colours_profile_stays(kind: str) -> None:
    with Image.open(BytesIO(to_jpeg(encoded(scene(), kind, icc_profile=PROFILE)))) as image:
        assert image.info["icc_profile"] == PROFILE


@pytest.mark.parametrize("kind", KINDS)
def test_colours_described_by_numbers_get_a_profile(kind: str) -> None:
    jpeg = to_jpeg(coded(encoded(scene(), kind), DISPLAY_P3, SRGB_TRANSFER))
    with Image.open(BytesIO(jpeg)) as image:
        profile = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
        shown = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"))
    assert shown.getpixel((10, 10))[1:] == (0, 0)
    assert shown.getpixel((90, 20)) == (255, 255, 255)
    assert profile.profile.profile_description == "Colours described by numbers"


@pytest.mark.parametrize("kind", KINDS)
def test_srgb_needs_no_profile(kind: str) -> None:
    with Image.open(BytesIO(to_jpeg(coded(encoded(scene(), kind), 1, SRGB_TRANSFER)))) as image:
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("kind", KINDS)
def test_the_place_goes_and_the_camera_stays(kind: str) -> None:
    body = read(encoded(scene(), kind, exif=block())).body
    assert PLACE not in body
    assert kept_exif(body)[ExifTags.Base.Make] == "Fairphone"


BROKEN_EXIF = {
    "HEIF": encoded(scene(), "HEIF", exif=b"Exif\0\0not a TIFF block"),
    "AVIF": with_broken_exif(encoded(scene(), "AVIF", exif=camera())),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_exif_block_does_not_cost_the_photo(kind: str) -> None:
    assert difference(decoded(read(BROKEN_EXIF[kind]).body), scene()) < 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_one_is_refused(kind: str) -> None:
    body = encoded(scene(), kind)
    for end in (12, 40, len(body) // 2, len(body) - 40):
        with pytest.raises(BadRequest, match="damaged"):
            to_jpeg(body[:end])


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_too_many_pixels_is_refused_before_it_is_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "MAX_PIXELS", 6000)
    with pytest.raises(BadRequest, match="too large"):
        to_jpeg(encoded(scene(), kind))
