"""Uploads to a running web application."""

import io
import random
import time
from collections.abc import Callable

import requests
from PIL import Image

from tests.processes import Server


def photo(seed: int, side: int = 64, kind: str = "JPEG") -> bytes:
    """Make a photo of noise, different for each seed."""
    pixels = random.Random(seed).randbytes(side * side * 3)
    body = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(body, kind)
    return body.getvalue()


def upload(webapp: Server, body: bytes, accept: str = "application/json") -> requests.Response:
    """Send a photo; ask for JSON or another content type."""
    files = {"file": ("photo.jpg", body)}
    return requests.post(f"{webapp.url}/predict", files=files, headers={"Accept": accept}, timeout=30)


def is_ready(webapp: Server) -> bool:
    """Return whether it reports that it is ready for uploads."""
    try:
        return requests.get(f"{webapp.url}/readyz", timeout=30).ok
    except requests.RequestException:
        return False


def metric(webapp: Server, series: str) -> float:
    """Read the value of a metric's series."""
    lines = requests.get(f"{webapp.url}/metrics", timeout=10).text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(series + " "))


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Poll until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not after {seconds} seconds: {what}"
        time.sleep(0.1)
