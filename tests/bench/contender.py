"""A contender: a real server, the settings to try for it, and how to send it requests."""

import base64
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.processes import BIN, Server

RIVALS = ROOT / "tests/bench/rivals"
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": f"{BIN}:{os.environ['PATH']}"}
CPUS = os.cpu_count() or 1


@dataclass(frozen=True)
class Threads:
    """How a server uses the CPUs: its worker processes and other settings."""

    workers: int = 1
    told: str = ""
    """An extra environment variable, as NAME=VALUE."""
    threads: int = 0
    """Compute threads per worker; 0 leaves that to the server."""

    def __str__(self) -> str:
        return ", ".join(filter(None, [_count(self.workers, "worker"), self._each(), self.told]))

    def _each(self) -> str:
        return f"{_count(self.threads, 'thread')} each" if self.threads else ""

    @property
    def env(self) -> dict[str, str]:
        """Return the environment variables for this."""
        return dict([self.told.split("=")]) if self.told else {}


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True)
class Contender:
    """A server and how to send it requests."""

    name: str
    new_server: Callable[[Path, Threads], Server]
    """Makes the server, given a folder for its files."""
    path: str
    content_type: str
    encode: Callable[[bytes], bytes]
    packages: tuple[str, ...]
    """The packages to install for it; unless ``locked``, their dependencies are found automatically."""
    choices: Sequence[Threads] = (Threads(),)
    headers: Callable[[bytes], str] = lambda _body: ""
    """Additional headers of a request, given its body."""
    read: Callable[[Any], str] = lambda answer: str(answer["prediction"])
    """Extracts the class from a response."""
    python: Path = Path(sys.executable)
    """The Python of its virtual environment."""
    missing: str = ""
    """Why it is missing, if its virtual environment doesn't exist."""
    locked: bool = False
    """Whether ``packages`` names the dependencies as well."""

    def request(self, photo: bytes) -> bytes:
        """Make a whole HTTP request for a photo."""
        body = self.encode(photo)
        return http_request(self.path, self.content_type, body, self.headers(body))

    @property
    def left_out(self) -> str:
        """Return why it can't be measured here, or an empty string."""
        return "" if self.python.exists() else self.missing


def http_request(path: str, content_type: str, body: bytes, headers: str = "") -> bytes:
    """Return the bytes of a POST request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def in_base64(photo: bytes) -> str:
    """Encode a photo in base64."""
    return base64.b64encode(photo).decode()


def in_json(photo: bytes) -> bytes:
    """Encode a photo as the course's clients do."""
    return json.dumps({"image": in_base64(photo)}).encode()


def as_it_is(photo: bytes) -> bytes:
    """Use the photo itself as the body."""
    return photo


def first_prediction(answer: Any) -> str:  # noqa: ANN401 - any JSON
    """Extract the class from a response in KServe's V1 protocol."""
    return str(answer["predictions"][0]["prediction"])
