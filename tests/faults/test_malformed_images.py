"""The real predictor refuses hundreds of malformed requests, and they leave nothing behind."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.conftest import new_predictor
from tests.faults import malformed
from tests.processes import Server

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = new_predictor(tmp_path_factory.mktemp("victim")).start()
    yield server
    server.stop()


def memory(server: Server, what: str) -> int:
    """Read a value of the process's status, in bytes."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(what))


def post(server: Server, request: malformed.Request) -> requests.Response:
    headers = {name: value.encode("latin-1") for name, value in request.headers.items()}
    return requests.post(server.url + request.path, request.body, headers=headers, timeout=60)


def test_malformed_requests_are_refused_and_leave_no_trace(victim: Server) -> None:
    assert post(victim, fine()).ok
    assert victim.process is not None
    before, process = memory(victim, "VmRSS"), psutil.Process(victim.process.pid)
    answers = [(request.name, post(victim, request)) for request in malformed.requests(seed=1)]
    assert len(answers) >= 200
    assert [(name, answer.status_code) for name, answer in answers if answer.status_code >= 500] == []
    assert [name for name, answer in answers if not answer.ok and not 5 < len(answer.text) < 300] == []
    assert sum(not answer.ok for _, answer in answers) >= 200
    assert post(victim, fine()).ok
    assert process.is_running()
    assert memory(victim, "VmRSS") < before + 64 * MIB
    assert memory(victim, "VmHWM") < 1024 * MIB
    assert "Traceback" not in victim.log.read_text()


@pytest.mark.parametrize(
    "head",
    [
        b"POST /predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        b"POST /predict HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET " + b"/" * 200_000,
        b"POST /predict HTTP/1.1\r\n" + b"X-A: b\r\n" * 100_000,
        b"nonsense\r\n\r\n",
    ],
    ids=lambda head: repr(head[:70]),
)
def test_what_is_hardly_http_is_refused(victim: Server, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", victim.port), 20) as client:
        client.sendall(head)
        assert client.recv(12) in {b"HTTP/1.1 400", b"HTTP/1.1 413", b"HTTP/1.1 431"}
    assert post(victim, fine()).ok


def test_a_client_that_leaves_in_the_middle_leaves_no_trace(victim: Server) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", victim.port), 20) as client:
            client.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n123")
    assert post(victim, fine()).ok
    assert "Traceback" not in victim.log.read_text()


def fine() -> malformed.Request:
    return malformed.Request("fine", malformed.V1, malformed.image_type("jpeg"), malformed.photo("JPEG"))
