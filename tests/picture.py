r"""Take the README's picture of the page, from a web application that runs.

.venv/bin/python -m tests.picture http://localhost:5000 \
  tests/data/food-11/evaluation/class_06/001.jpg docs/page.png
"""

import argparse
from pathlib import Path

from tests.browser import open_browser


def take(url: str, photo: Path, picture: Path) -> None:
    """Upload a photo and keep what the page then looks like, as a PNG."""
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 800, "height": 628}, reduced_motion="reduce")
        page.goto(url)
        page.get_by_label("Choose a photo").set_input_files(photo)
        page.locator(".prediction").wait_for()
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the web application is, http://localhost:5000 for example")
    parser.add_argument("photo", type=Path, help="the photo to upload")
    parser.add_argument("picture", type=Path, help="the PNG file to write")
    take(**vars(parser.parse_args()))
