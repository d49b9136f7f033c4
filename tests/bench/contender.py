"""What a contender is: a real server, the settings that are tried for it, and the way it is asked."""

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
    """How a server shares the CPUs: its worker processes, and what else it is told."""

    workers: int = 1
    told: str = ""
    """A variable and its value, as in a shell."""
    threads: int = 0
    """Threads that compute, in each worker; 0 leaves that to the server."""

    def __str__(self) -> str:
        return ", ".join(filter(None, [_count(self.workers, "worker"), self._each(), self.told]))

    def _each(self) -> str:
        return f"{_count(self.threads, 'thread')} each" if self.threads else ""

    @property
    def env(self) -> dict[str, str]:
        """Give what is told by the environment."""
        return dict([self.told.split("=")]) if self.told else {}


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True)
class Contender:
    """A server and the way it is asked."""

    name: str
    new_server: Callable[[Path, Threads], Server]
    """Describes the server, given a folder for its files."""
    path: str
    content_type: str
    encode: Callable[[bytes], bytes]
    packages: tuple[str, ...]
    """What has to be installed for it; what those require is found."""
    choices: Sequence[Threads] = (Threads(),)
    headers: Callable[[bytes], str] = lambda _body: ""
    """Further lines of a request's head, by its body."""
    read: Callable[[Any], str] = lambda answer: str(answer["prediction"])
    """Takes the class out of an answer."""
    python: Path = Path(sys.executable)
    """Of the virtual environment that it is installed in."""
    missing: str = ""
    """Why it is not there, if its virtual environment is not."""

    def request(self, photo: bytes) -> bytes:
        """Make a whole HTTP request for a photo."""
        body = self.encode(photo)
        return http_request(self.path, self.content_type, body, self.headers(body))

    @property
    def left_out(self) -> str:
        """Say why it can't be measured here; nothing if it can."""
        return "" if self.python.exists() else self.missing


def http_request(path: str, content_type: str, body: bytes, headers: str = "") -> bytes:
    """Write a POST request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def in_base64(photo: bytes) -> str:
    """Write a photo as text."""
    return base64.b64encode(photo).decode()


def in_json(photo: bytes) -> bytes:
    """Write a photo as the course's clients send it."""
    return json.dumps({"image": in_base64(photo)}).encode()


def as_it_is(photo: bytes) -> bytes:
    """Send a photo as the body."""
    return photo


def first_prediction(answer: Any) -> str:  # noqa: ANN401 - any JSON
    """Take the class out of an answer of KServe's V1 protocol."""
    return str(answer["predictions"][0]["prediction"])
