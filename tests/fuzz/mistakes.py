"""Valid requests of each kind, as bytes, and the mistakes to make in them."""

import random
from collections.abc import Callable

from tests.uploads import photo

FORM = "multipart/form-data; boundary=b"
HEADERS = "Host: localhost\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n"
PIECES = (
    b"\r\n",
    b"\x00",
    b"\xff",
    b"%",
    b"../",
    b"{",
    b'"',
    b"Transfer-Encoding: chunked\r\n",
    b"99999999999",
)
INSTANCES = b'{"instances": [{"image": {"b64": "aGk="}}]}'
GOOD = {
    "webapp": [
        ("GET /api/classes", FORM, b""),
        ("POST /feedback", "application/json", b'{"prediction": 1, "actual": 0}'),
        ("POST /feedback", "application/json", b'{"prediction_id": "019dd4d4-8f00-7a2b-9c3d-0123456789ab"}'),
        (
            "POST /predict",
            FORM,
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
            + photo(0, side=16)
            + b"\r\n--b--\r\n",
        ),
    ],
    "predictor": [
        ("GET /v2/models/food11", "application/json", b""),
        ("POST /v1/models/food11:predict", "image/jpeg", photo(0, side=16)),
        ("POST /v1/models/food11:predict", "application/json", INSTANCES),
        ("POST /predict", "application/json", b'{"image": "aGk="}'),
        (
            "POST /v2/models/food11/infer",
            "application/json",
            b'{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["aGk="]}]}',
        ),
    ],
}  # fmt: skip


def replaced(request: bytearray, dice: random.Random) -> None:
    request[dice.randrange(len(request))] = dice.randrange(256)


def inserted(request: bytearray, dice: random.Random) -> None:
    place = dice.randrange(len(request))
    request[place:place] = dice.choice(PIECES)


def removed(request: bytearray, dice: random.Random) -> None:
    place = dice.randrange(len(request) - 1)
    del request[place : min(place + dice.randint(1, 20), len(request) - 1)]


MISTAKES: tuple[Callable[[bytearray, random.Random], None], ...] = (replaced, inserted, removed)


def with_mistakes(name: str, dice: random.Random) -> bytes:
    """Make a request to a process, with some wrong bytes."""
    line, kind, body = dice.choice(GOOD[name])
    request = bytearray(f"{line} HTTP/1.1\r\n{HEADERS.format(kind, len(body))}".encode() + body)
    for _ in range(dice.randint(1, 4)):
        dice.choice(MISTAKES)(request, dice)
    return bytes(request)
