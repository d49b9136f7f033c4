"""Admission control: limits on a body's size and time, on the bytes of all bodies, and on queued requests.

What exceeds a limit is refused at once, so that the client can still react and the process
stays within its memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from predictor.protocols.responses import RESPONSES
from predictor.settings import PredictorSettings

WAITING = Gauge("gourmetgram_predictor_waiting_requests", "Requests that are computed or wait for it")

Handler = Callable[[Request, bytes], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Admission:
    """Counts admitted requests; belongs to one event loop."""

    def __init__(self, settings: PredictorSettings) -> None:
        self._settings = settings
        self._waiting = 0
        self._bytes = 0

    def __call__(self, handler: Handler) -> Endpoint:
        """Make an endpoint that reads a body within the limits and passes it to the handler."""

        async def endpoint(request: Request) -> Response:
            chunks: list[bytes] = []
            try:
                await self._read(request, chunks)
                with self._turn():
                    response = await handler(request, b"".join(chunks))
            finally:
                self._bytes -= sum(map(len, chunks))
            RESPONSES.labels(response.status_code).inc()
            return response

        return endpoint

    async def _read(self, request: Request, chunks: list[bytes]) -> None:
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                await self._read_within_bounds(request, chunks)
        except TimeoutError as error:
            raise HTTPException(408, "The request body took too long to arrive.") from error
        except ClientDisconnect as error:
            raise HTTPException(400, "The request body did not arrive whole.") from error

    async def _read_within_bounds(self, request: Request, chunks: list[bytes]) -> None:
        size = 0
        _require_plain(request)
        self._require_size(int(request.headers.get("content-length", 0)))
        async for chunk in request.stream():
            chunks.append(chunk)
            self._bytes += len(chunk)
            size += len(chunk)
            self._require_size(size)
            if self._bytes > self._settings.max_waiting_bytes:
                raise _busy()

    def _require_size(self, size: int) -> None:
        if size > self._settings.max_body_bytes:
            raise HTTPException(
                413,
                f"The request body is too large: at most {self._settings.max_body_bytes} bytes are accepted.",
            )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._waiting >= self._settings.max_waiting_requests:
            raise _busy()
        self._waiting += 1
        WAITING.inc()
        try:
            yield
        finally:
            self._waiting -= 1
            WAITING.dec()


def _require_plain(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the body as it is: no Content-Encoding is accepted.")


def _busy() -> HTTPException:
    return HTTPException(429, "Too many requests are waiting; try again soon.", {"Retry-After": "1"})
