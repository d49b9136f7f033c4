"""The model gets the same pixels as Chromium shows to a person, for photos of every kind."""

import base64
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from predictor.images import to_square
from tests.browser import open_browser
from tests.corpus import SHOWN
from tests.corpus.samples import SIDE

COLUMNS = 16
STYLE = f"""<style>
* {{ margin: 0 }}
img {{ float: left; width: {SIDE}px; height: {SIDE}px; object-fit: none; object-position: 0 0 }}
</style>"""
TOLERANCE = 2
"""Tolerated difference per sample, of 256 levels."""
LOOSER = {
    "PQ": 5,  # a table of 17 values
    "HLG": 5,
    "grey with a profile of grey": 10,  # littlecms is imprecise in the darkest tones
    "grey of 16 bits with a profile of grey": 10,
    "AVIF, part transparent": 24,  # Chromium treats the alpha channel as limited range
}
TURNED_HERE_ALONE = "WebP, orientation"
"""Chromium ignores a WebP's EXIF orientation; the predictor respects it, which is better for the model."""


@pytest.fixture(scope="module")
def shown() -> dict[str, NDArray[np.int16]]:
    """Return the top left corner of each photo as Chromium shows it on a white page."""
    rows = -(-len(SHOWN) // COLUMNS)
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": COLUMNS * SIDE, "height": rows * SIDE})
        page.set_content(STYLE + "".join(f'<img src="{_url(body)}">' for body in SHOWN.values()))
        page.evaluate("Promise.allSettled([...document.images].map((image) => image.decode()))")
        sheet = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"), np.int16)
    tiles = sheet.reshape(rows, SIDE, COLUMNS, SIDE, 3).swapaxes(1, 2).reshape(-1, SIDE, SIDE, 3)
    return dict(zip(SHOWN, tiles, strict=False))


def _url(body: bytes) -> str:
    # The others are recognized by their first bytes.
    return f"data:image/avif;base64,{base64.b64encode(body).decode()}"


def corner(body: bytes) -> NDArray[np.int16]:
    """Decode as the predictor does, but without scaling and cropping."""
    return np.asarray(to_square(body, crop=lambda *_: (0, 0, SIDE, SIDE), side=SIDE), np.int16)


@pytest.mark.parametrize("name", [name for name in SHOWN if name != TURNED_HERE_ALONE])
def test_the_model_sees_what_a_browser_shows(name: str, shown: dict[str, NDArray[np.int16]]) -> None:
    assert np.abs(corner(SHOWN[name]) - shown[name]).max() <= LOOSER.get(name, TOLERANCE)


def test_a_turned_webp_is_upright_for_the_model() -> None:
    upright = np.rot90(corner(SHOWN["WebP, lossless"]), -1)
    assert np.abs(corner(SHOWN[TURNED_HERE_ALONE]) - upright).max() == 0
