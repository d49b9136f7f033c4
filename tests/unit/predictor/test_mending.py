"""Photos that a browser can show are classified, whatever else is wrong with the files."""

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from predictor.images import ImageRejected, to_square
from tests.conftest import ROOT
from tests.corpus import png
from tests.png_chunks import chunk, with_chunk

CASES = ROOT / "tests/data/photos"
WHOLE = (CASES / "jpeg_without_eoi.jpg").read_bytes() + b"\xff\xd9"


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    body = BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


PLAIN = encoded(Image.radial_gradient("L").convert("RGB"))


@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.name)
def test_a_photo_that_a_browser_shows_is_classified(path: Path) -> None:
    to_square(path.read_bytes())


def test_a_jpeg_without_its_end_looks_like_the_whole_one() -> None:
    assert to_square(WHOLE[:-2]).tobytes() == to_square(WHOLE).tobytes()


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_jpeg_that_is_cut_off_is_refused(kept: float) -> None:
    with pytest.raises(ImageRejected, match="damaged or incomplete"):
        to_square(WHOLE[: int(kept * len(WHOLE))])


@pytest.mark.parametrize(
    "added",
    [
        chunk(b"tEXt", b"Comment\0hello", wrong=True),
        chunk(b"tEXt", b"Comment\0" + bytes(2_000_000)),
        chunk(b"zTXt", b"Comment\0\x07" + zlib.compress(b"hello")),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(5_000_000))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\x09\0\0garbage"),
        chunk(b"iCCP", b"name\0\x05" + zlib.compress(b"profile")),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(5_000_000))),
        chunk(b"iCCP", b"name\0\0garbage"),
        chunk(b"tIME", b"soon"),
        chunk(b"pHYs", b"", wrong=True),
        chunk(b"eXIf", b"garbage", wrong=True),
        chunk(b"abCd", b"private", wrong=True),
    ],
    ids=lambda added: f"{added[4:8].decode()} of {len(added)} bytes",
)
def test_a_chunk_that_nobody_sees_does_not_cost_the_photo(added: bytes) -> None:
    assert to_square(with_chunk(PLAIN, added)).tobytes() == to_square(PLAIN).tobytes()


def test_a_wrong_checksum_of_the_pixels_is_refused() -> None:
    start = PLAIN.index(b"IDAT")
    spoilt = bytearray(PLAIN)
    spoilt[start + 20] ^= 1
    with pytest.raises(ImageRejected):
        to_square(bytes(spoilt))


@pytest.mark.parametrize("off", [1, 2, 100, 2**31])
def test_a_webp_file_may_be_wrong_about_its_size(off: int) -> None:
    webp = encoded(Image.radial_gradient("L").convert("RGB"), "WEBP", lossless=True)
    said = int.from_bytes(webp[4:8], "little") + off
    assert to_square(webp[:4] + said.to_bytes(4, "little") + webp[8:]).tobytes() == to_square(webp).tobytes()


def test_a_webp_file_that_is_cut_off_is_refused() -> None:
    webp = encoded(Image.effect_noise((300, 300), 50).convert("RGB"), "WEBP")
    with pytest.raises(ImageRejected):
        to_square(webp[: len(webp) // 2])


def sixteen_bits(samples: int, hidden: int) -> bytes:
    """Make a PNG of 16 bits per sample, half of it in a colour that is declared transparent."""
    pixels = np.full((100, 100, samples), 40_000)
    pixels[:, :50] = hidden
    transparent = chunk(b"tRNS", hidden.to_bytes(2) * samples)
    return png.write(pixels, png.GREY if samples == 1 else png.RGB, 16, transparent)


@pytest.mark.parametrize("samples", [1, 3])
def test_a_transparent_colour_of_16_bits_is_not_seen(samples: int) -> None:
    square = to_square(sixteen_bits(samples, hidden=1000))
    assert square.getpixel((10, 100)) == (255, 255, 255)
    assert square.getpixel((214, 100)) == (156, 156, 156)


def test_of_an_animation_the_first_frame_is_seen_not_the_picture_for_old_browsers() -> None:
    colours = [Image.new("RGB", (50, 50), name) for name in ("red", "lime", "blue")]
    animated = encoded(colours[0], save_all=True, append_images=colours[1:], default_image=True)
    assert to_square(animated).getpixel((100, 100)) == (0, 255, 0)


@pytest.mark.parametrize(
    "break_it", [lambda body: body[:40], lambda body: body[:-30], lambda body: body[:33]]
)
def test_a_png_that_ends_early_is_refused(break_it: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ImageRejected):
        to_square(break_it(PLAIN))
