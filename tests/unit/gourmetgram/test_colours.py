"""Profiles made from CICP numbers convert colours as the standards define the numbers."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from gourmetgram import colours

SRGB, BT2020, DISPLAY_P3 = 1, 9, 12


def shown(profile: bytes | None, colour: tuple[int, int, int]) -> tuple[int, ...]:
    """Convert one pixel from a profile to sRGB."""
    assert profile
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    to_srgb = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    pixel = to_srgb.apply(Image.new("RGB", (1, 1), colour)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


@pytest.mark.parametrize("grey", [0, 1, 50, 128, 200, 255])
@pytest.mark.parametrize("primaries", [SRGB, BT2020, DISPLAY_P3])
def test_grey_stays_grey(primaries: int, grey: int) -> None:
    assert shown(colours.coded(primaries, 13), (grey, grey, grey)) == pytest.approx((grey,) * 3, abs=1)


def test_srgb_stays_itself() -> None:
    assert shown(colours.coded(SRGB, 13), (200, 100, 50)) == pytest.approx((200, 100, 50), abs=1)


def test_a_colour_of_display_p3_is_the_one_that_css_color_4_computes() -> None:
    # color(display-p3 0.6 0.4 0.4) is rgb(162, 99, 101).
    assert shown(colours.coded(DISPLAY_P3, 13), (153, 102, 102)) == pytest.approx((162, 99, 101), abs=1)


@pytest.mark.parametrize("numbers", [(2, 13), (0, 13), (12, 2), (12, 255)])
def test_what_is_unspecified_or_unknown_has_no_profile(numbers: tuple[int, int]) -> None:
    assert colours.coded(*numbers) is None


def test_linear_light_is_shown_brighter() -> None:
    assert shown(colours.gamma(1), (128, 128, 128)) == pytest.approx((188,) * 3, abs=1)
