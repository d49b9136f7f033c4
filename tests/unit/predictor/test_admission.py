import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from predictor.protocols.responses import refuse
from predictor.serving.admission import Admission
from predictor.settings import PredictorSettings

SETTINGS = PredictorSettings(max_body_bytes=1000, max_waiting_bytes=1500, max_waiting_requests=2)


class Turnstile:
    """An application whose requests block until they are released."""

    def __init__(self, settings: PredictorSettings = SETTINGS) -> None:
        self.go = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        app = FastAPI()
        app.add_route("/", Admission(settings)(self._stay), methods=["POST"])
        app.add_exception_handler(HTTPException, refuse)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://predictor")

    async def _stay(self, _request: Request, body: bytes) -> Response:
        self.arrived.release()
        await self.go.wait()
        return Response(str(len(body)))

    async def enter(self, *bodies: bytes) -> list[asyncio.Task[httpx.Response]]:
        tasks = [asyncio.create_task(self.client.post("/", content=body)) for body in bodies]
        for _ in bodies:
            await self.arrived.acquire()
        return tasks


async def body_of(*chunks: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(pause)


def test_a_body_is_handed_on_whole() -> None:
    async def scenario() -> str:
        door = Turnstile()
        door.go.set()
        return (await door.client.post("/", content=body_of(b"x" * 400, b"y" * 600))).text

    assert asyncio.run(scenario()) == "1000"


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
def test_a_body_that_is_too_large_is_refused(declared: bool) -> None:
    async def scenario() -> httpx.Response:
        content = b"x" * 1001 if declared else body_of(b"x" * 600, b"x" * 600)
        return await Turnstile().client.post("/", content=content)

    response = asyncio.run(scenario())
    assert (response.status_code, "at most 1000 bytes" in response.json()["error"]) == (413, True)


def test_a_declared_body_that_is_too_large_is_not_read() -> None:
    async def scenario() -> int:
        never = body_of(b"x", pause=60)
        return (
            await Turnstile().client.post("/", content=never, headers={"content-length": "5000"})
        ).status_code

    assert asyncio.run(scenario()) == 413


def test_a_body_that_takes_too_long_is_refused() -> None:
    async def scenario() -> int:
        impatient = Turnstile(SETTINGS.model_copy(update={"body_seconds": 0.1}))
        return (await impatient.client.post("/", content=body_of(b"x", b"x", pause=0.5))).status_code

    assert asyncio.run(scenario()) == 408


def test_one_request_too_many_is_asked_to_come_back() -> None:
    async def scenario() -> tuple[httpx.Response, list[int], int]:
        door = Turnstile()
        inside = await door.enter(b"1", b"2")
        refused = await door.client.post("/", content=b"3")
        door.go.set()
        served = [(await task).status_code for task in inside]
        return refused, served, (await door.client.post("/", content=b"4")).status_code

    refused, served, later = asyncio.run(scenario())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert (served, later) == ([200, 200], 200)


def test_too_many_bytes_at_once_are_asked_to_come_back() -> None:
    async def scenario() -> tuple[int, int]:
        door = Turnstile()
        (inside,) = await door.enter(b"x" * 800)
        refused = await door.client.post("/", content=b"x" * 800)
        door.go.set()
        await inside
        return refused.status_code, (await door.client.post("/", content=b"x" * 800)).status_code

    assert asyncio.run(scenario()) == (429, 200)
