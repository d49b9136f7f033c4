"""Whatever is sent, the web application answers with a sentence, keeps running, and does not grow."""

import json
import random
import socket
from collections.abc import Callable, Iterator

import pytest
import requests

from gourmetgram.store import Store
from tests.conftest import new_webapp
from tests.processes import Server
from tests.uploads import photo

BOUNDARY = "----malformed"
GROWTH_BYTES = 100_000_000


@pytest.fixture(scope="module")
def webapp(
    tmp_path_factory: pytest.TempPathFactory, store: Store, store_env: dict[str, str], predictor: Server
) -> Iterator[Server]:
    assert store
    server = new_webapp(tmp_path_factory.mktemp("malformed"), store_env, predictor).start()
    yield server
    server.stop()


def form(
    body: bytes, part_headers: bytes = b'Content-Disposition: form-data; name="file"; filename="a.jpg"'
) -> bytes:
    edge = BOUNDARY.encode()
    return b"--" + edge + b"\r\n" + part_headers + b"\r\n\r\n" + body + b"\r\n--" + edge + b"--\r\n"


def broken_photo(rng: random.Random) -> bytes:
    body = bytearray(photo(rng.randrange(1000), kind=rng.choice(["JPEG", "PNG", "WEBP"])))
    if rng.random() < 0.5:
        return form(bytes(body[: rng.randrange(len(body))]))
    for _ in range(rng.randrange(1, 200)):
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    return form(bytes(body))


def broken_form(rng: random.Random) -> bytes:
    headers = rng.choice(
        [
            b"",
            b"Content-Disposition: form-data",
            b'Content-Disposition: form-data; name="other"; filename="a.jpg"',
            b'Content-Disposition: form-data; name="file"',
            b'Content-Disposition: form-data; name="file"; filename="' + rng.randbytes(40) + b'"',
            b"Content-Disposition: form-data; name=\"file\"; filename*=utf-8''%ff%fe%00",
            b"Content-Disposition: " + rng.randbytes(100),
            b"X: " + b"y" * rng.randrange(100_000),
        ]
    )
    whole = form(rng.choice([b"", rng.randbytes(500), photo(1)]), headers)
    return whole[: rng.choice([len(whole), rng.randrange(len(whole))])]


def broken_json(rng: random.Random) -> bytes:
    values = ["", None, 1, 1.5, True, [], {}, "\x00", "Soup", "💥", "a" * 5000, 10**300, -1, [[1]], {"a": {}}]
    names = ["prediction_id", "corrected_class", "prediction", "actual", "other"]
    body = json.dumps({name: rng.choice(values) for name in rng.sample(names, rng.randrange(5))}).encode()
    return rng.choice(
        [
            body,
            body[: rng.randrange(len(body) + 1)],
            rng.randbytes(200),
            b"[" * 60_000,
            b"\xff\xfe" + body,
            b"NaN",
        ]
    )


def case(seed: int) -> tuple[str, str, bytes]:
    """Make a malformed request: its path, content type and body."""
    rng = random.Random(seed)
    make: Callable[[random.Random], bytes] = rng.choice([broken_photo, broken_form, broken_json])
    if make is broken_json:
        return (
            "/feedback",
            rng.choice(["application/json", "application/json; charset=utf-99", "text/x"]),
            make(rng),
        )
    boundary = rng.choice([f"; boundary={BOUNDARY}"] * 4 + ["", "; boundary=", f'; boundary="{"b" * 500}"'])
    return "/predict", f"multipart/form-data{boundary}", make(rng)


def memory(webapp: Server) -> float:
    lines = requests.get(f"{webapp.url}/metrics", timeout=10).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("process_resident_memory_bytes"))


def test_300_malformed_requests_are_answered_with_sentences(webapp: Server) -> None:
    before = memory(webapp)
    for seed in range(300):
        path, content_type, body = case(seed)
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        response = requests.post(webapp.url + path, data=body, headers=headers, timeout=30)
        assert response.status_code < 500, f"{seed}: {response.status_code} {response.text}"
        if not response.ok:
            problem = response.json()
            assert problem.get("error") or problem.get("message"), seed
    assert memory(webapp) < before + GROWTH_BYTES
    assert webapp.running()
    assert "Traceback" not in webapp.log.read_text()


POST = b"POST /predict HTTP/1.1\r\nHost: x\r\n"
RAW = {
    "a length that is too long": POST + b"Content-Length: 999\r\n\r\nshort",
    "a length that is no number": POST + b"Content-Length: many\r\n\r\n",
    "a length below zero": POST + b"Content-Length: -1\r\n\r\n",
    "a huge length": POST + b"Content-Length: 99999999999\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "broken chunks": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk that never ends": POST + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\nab",
    "no method": b"\x00\x01\x02\r\n\r\n",
    "a header of bytes": POST + b"Accept: \xff\xfe\r\nSec-Fetch-Site: \xe9\r\n\r\n",
    "an origin that is no address": POST + b"Origin: http://[\r\nContent-Length: 0\r\n\r\n",
    "a host that is no name": POST.replace(b"x", b"[]]:x") + b"Origin: a\r\nContent-Length: 0\r\n\r\n",
    "a header that is too long": POST + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "very many headers": POST + b"X: y\r\n" * 1000 + b"\r\n",
    "only half a request": POST[:-5],
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW.keys())
def test_a_broken_request_does_not_break_the_server(webapp: Server, sent: bytes) -> None:
    logged = len(webapp.log.read_text())
    with socket.create_connection(("127.0.0.1", webapp.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert webapp.answers()
    assert "Traceback" not in webapp.log.read_text()[logged:]
