"""A real browser, whichever is installed, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # root, common in containers, can't use it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def _installed() -> str | None:
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, COMMANDS)), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run a headless browser, from ``BROWSER_PATH`` or ``PATH``; without one, skip the test.

    Its driver keeps an event loop running in this thread: close it before something else needs one.
    """
    program = _installed()
    if program is None:
        pytest.skip(f"no browser: install chromium, or set BROWSER_PATH (looked for {', '.join(COMMANDS)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()
