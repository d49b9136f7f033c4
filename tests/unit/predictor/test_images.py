"""The model sees arbitrary photos as a person does."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from predictor.images import MAX_PROFILE_BYTES, SHORTER_SIDE, SIDE, ImageRejected, to_square
from tests.corpus.encoded import coded

PHOTO = Path(__file__).parents[2] / "data/food-11/evaluation/class_06/000.jpg"


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def seen(body: bytes) -> NDArray[np.int64]:
    return np.asarray(to_square(body)).astype(np.int64)


def difference(one: bytes, other: bytes) -> float:
    """Mean difference in grey levels between two files as the model sees them."""
    return float(np.abs(seen(one) - seen(other)).mean())


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    with Image.open(PHOTO) as image:
        return image.convert("RGB")


def test_the_square_is_cut_from_the_centre() -> None:
    wide = Image.new("RGB", (3 * SHORTER_SIDE, SHORTER_SIDE), "blue")
    wide.paste("red", (SHORTER_SIDE, 0, 2 * SHORTER_SIDE, SHORTER_SIDE))
    assert (seen(encoded(wide)) == (255, 0, 0)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_exif_says(photo: Image.Image, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    body = encoded(photo, exif=exif.tobytes())
    upright = ImageOps.exif_transpose(Image.open(BytesIO(body)))
    assert difference(body, encoded(upright)) < 0.5


def test_broken_exif_is_ignored(photo: Image.Image) -> None:
    assert difference(encoded(photo, exif=b"Exif\0\0II*\0junk"), encoded(photo)) == 0


LOSSLESS: dict[str, Callable[[Image.Image], bytes]] = {
    "WebP": lambda image: encoded(image, "WEBP", lossless=True),
    "APNG": lambda image: encoded(image, save_all=True, append_images=[Image.new("RGB", image.size)]),
    "animated WebP": lambda image: encoded(
        image, "WEBP", save_all=True, append_images=[Image.new("RGB", image.size)], lossless=True
    ),
    "opaque alpha": lambda image: encoded(image.convert("RGBA")),
    "sRGB profile": lambda image: encoded(image, icc_profile=srgb_profile()),
    "broken profile": lambda image: encoded(image, icc_profile=b"no profile"),
}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_the_container_does_not_change_what_is_seen(photo: Image.Image, kind: str) -> None:
    assert difference(LOSSLESS[kind](photo), encoded(photo)) < 0.5


LOSSY: dict[str, Callable[[Image.Image], bytes]] = {
    "CMYK": lambda image: encoded(image.convert("CMYK"), "JPEG", quality=95),
    "CMYK with another model's profile": lambda image: encoded(
        image.convert("CMYK"), "JPEG", quality=95, icc_profile=srgb_profile()
    ),
    "palette": lambda image: encoded(image.quantize(256)),
    "progressive": lambda image: encoded(image, "JPEG", quality=95, progressive=True),
}


@pytest.mark.parametrize("kind", LOSSY)
def test_a_lossy_kind_is_seen_nearly_the_same(photo: Image.Image, kind: str) -> None:
    assert difference(LOSSY[kind](photo), encoded(photo)) < 4


GREY: dict[str, Callable[[Image.Image], bytes]] = {
    "8 bit": encoded,
    "with alpha": lambda image: encoded(image.convert("LA")),
    "16 bit": lambda image: encoded(Image.fromarray(np.asarray(image).astype(np.uint16) * 257)),
    "JPEG": lambda image: encoded(image, "JPEG", quality=95),
}


@pytest.mark.parametrize("kind", GREY)
def test_a_grey_photo_keeps_its_brightness(photo: Image.Image, kind: str) -> None:
    grey = photo.convert("L")
    assert difference(GREY[kind](grey), encoded(grey.convert("RGB"))) < 2


def test_black_and_white_can_be_read() -> None:
    assert (seen(encoded(Image.new("1", (300, 300), 1))) == 255).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode: str) -> None:
    clear = Image.new("RGBA", (300, 300), (200, 0, 0, 0)).convert(mode)
    assert (seen(encoded(clear, transparency=0) if mode == "P" else encoded(clear)) == 255).all()


def test_colours_are_read_as_the_profile_defines_them() -> None:
    image = Image.new("RGB", (300, 300), (250, 10, 10))
    assert seen(encoded(image, icc_profile=swapped_profile()))[0, 0, 0] < 100


def test_a_huge_profile_is_ignored() -> None:
    image = Image.new("RGB", (300, 300), (250, 10, 10))
    huge = swapped_profile() + bytes(MAX_PROFILE_BYTES)
    assert seen(encoded(image, "JPEG", icc_profile=huge))[0, 0, 0] > 200


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    return srgb_profile().replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")


def test_a_large_jpeg_is_decoded_small_yet_alike(photo: Image.Image) -> None:
    large = photo.resize((photo.width * 9, photo.height * 9), Image.Resampling.LANCZOS)
    assert difference(encoded(large, "JPEG", quality=95), encoded(large)) < 2


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (3, 2)])
def test_any_shape_can_be_seen(size: tuple[int, int]) -> None:
    assert to_square(encoded(Image.new("RGB", size))).size == (SIDE, SIDE)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_what_phones_take_is_read(photo: Image.Image, kind: str) -> None:
    assert difference(encoded(photo, kind, quality=95), encoded(photo)) < 3


def test_a_heic_whose_colours_are_numbers_looks_like_the_avif(photo: Image.Image) -> None:
    # Chromium can't show HEIC, but another test compares AVIF with what it shows.
    heic, avif = (coded(encoded(photo, kind, quality=95), 12, 13) for kind in ("HEIF", "AVIF"))
    assert difference(heic, avif) < 3
    assert difference(heic, encoded(photo)) > 3


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused_with_those_that_are_accepted(photo: Image.Image, kind: str) -> None:
    with pytest.raises(ImageRejected, match="Only JPEG, PNG, WebP, HEIC and AVIF"):
        to_square(encoded(photo, kind))


@pytest.mark.parametrize("body", [b"", b"hello", b"RIFF", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"<svg/>"])
def test_what_is_no_photo_is_refused(body: bytes) -> None:
    with pytest.raises(ImageRejected):
        to_square(body)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_photo_is_refused(photo: Image.Image, kind: str) -> None:
    body = encoded(photo, kind)
    with pytest.raises(ImageRejected, match="damaged or incomplete"):
        to_square(body[: len(body) // 2])


@pytest.mark.parametrize("edge", [8_000, 10_000, 20_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(edge: int) -> None:
    with pytest.raises(ImageRejected, match="at most 50 megapixels"):
        to_square(encoded(Image.new("1", (edge, edge))))


@pytest.mark.parametrize(("kind", "share"), [("JPEG", 1), ("PNG", 2), ("WEBP", 2)])
def test_the_pixel_limit_is_exact(photo: Image.Image, kind: str, share: int) -> None:
    pixels = photo.width * photo.height
    assert to_square(encoded(photo, kind), max_pixels=share * pixels).getbbox()
    with pytest.raises(ImageRejected, match="too large"):
        to_square(encoded(photo, kind), max_pixels=share * pixels - 1)


def test_a_jpeg_of_far_too_many_scans_is_refused_before_it_is_decoded(photo: Image.Image) -> None:
    body = encoded(photo, "JPEG", progressive=True)
    last_scan = body[body.rindex(b"\xff\xda") : -2]
    assert to_square(body[:-2] + 10 * last_scan + body[-2:]).getbbox()
    with pytest.raises(ImageRejected, match="too many scans"):
        to_square(body[:-2] + 100 * last_scan + body[-2:])


@pytest.mark.parametrize("progressive", [False, True])
def test_the_film_that_a_phone_appends_is_no_part_of_the_photo(photo: Image.Image, progressive: bool) -> None:
    body = encoded(photo, "JPEG", progressive=progressive)
    film = np.random.default_rng(5).bytes(2_000_000) + 100 * b"\xff\xda"
    assert difference(body + film, body) == 0


def test_a_marker_hidden_in_a_comment_ends_no_photo(photo: Image.Image) -> None:
    body = encoded(photo, "JPEG", progressive=True, comment=b"\xff\xd9")
    with pytest.raises(ImageRejected, match="too many scans"):
        to_square(body[:-2] + 100 * body[body.rindex(b"\xff\xda") : -2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_is_survived_or_refused_but_never_anything_else(photo: Image.Image, kind: str) -> None:
    rng = np.random.default_rng(11)
    whole = np.frombuffer(encoded(photo, kind), np.uint8)
    for within in (200, len(whole)) * 60:
        body = whole.copy()
        body[rng.integers(0, within, rng.integers(1, 20))] = rng.integers(0, 256)
        with suppress(ImageRejected):
            to_square(body[: rng.integers(1, len(body) + 1)].tobytes())
