"""Measures whole uploads: from the form through web application and predictor into the store."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.bench.alone import cpu_seconds
from tests.bench.contender import http_request
from tests.bench.figures import Figures, Upload
from tests.bench.load import Load, closed
from tests.bench.scenarios import Length
from tests.conftest import new_store_server, new_webapp
from tests.processes import Server
from tests.proxy import proxied

log = logging.getLogger(__name__)

WARM_UP_SECONDS = 1.0
CLIENTS = 16
BOUNDARY = "here-a-photo-ends"


def form(photo: bytes) -> bytes:
    """Return the request that the page sends."""
    part = 'Content-Disposition: form-data; name="file"; filename="photo.jpg"\r\nContent-Type: image/jpeg'
    body = b"".join((f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode(), photo, f"\r\n--{BOUNDARY}--\r\n".encode()))
    return http_request("/predict", f"multipart/form-data; boundary={BOUNDARY}", body)


def measure(
    folder: Path, predictor: Server, asked: Sequence[bytes], photos: Sequence[bytes], length: Length
) -> Upload:
    """Upload photos and, in alternation, send the same ones directly to the predictor."""
    uploads = [form(photo) for photo in photos]
    with new_store(folder) as store:
        with new_web_application(folder, store.env, predictor) as webapp:
            closed(webapp.port, uploads, CLIENTS, WARM_UP_SECONDS)
            one, alone = [], []
            for number in range(length.rounds):
                log.info("round %d of %d: uploads", number + 1, length.rounds)
                one.append(closed(webapp.port, uploads, 1, length.seconds))
                alone.append(closed(predictor.port, asked, 1, length.seconds))
            parts = {"web application": webapp, "predictor": predictor, "store": store}
            many, cpu_ms = _many(parts, uploads, length)
        written = _store_requests(folder, store, predictor, uploads)
    return Upload(
        one=Figures.of(one),
        many=Figures.of(many),
        predictor=Figures.of(alone),
        cpu_ms=cpu_ms,
        store_requests=written,
    )


def _many(
    parts: Mapping[str, Server], uploads: Sequence[bytes], length: Length
) -> tuple[list[Load], dict[str, float]]:
    """Load with 16 clients; also return the CPU time per upload in each component."""
    before = {part: cpu_seconds(server) for part, server in parts.items()}
    port = parts["web application"].port
    loads = [closed(port, uploads, CLIENTS, length.seconds) for _ in range(length.rounds)]
    spent = {part: cpu_seconds(server) - before[part] for part, server in parts.items()}
    count = sum(len(load.latencies) for load in loads)
    return loads, {part: round(1000 * seconds / count, 2) for part, seconds in spent.items()}


def _store_requests(folder: Path, store: Server, predictor: Server, uploads: Sequence[bytes]) -> float:
    """Return the store requests per upload, on average: its writes, as only the loop's metrics read."""
    with (
        proxied(store.url) as proxy,
        new_web_application(folder, {**store.env, "AWS_ENDPOINT_URL_S3": proxy.url}, predictor) as webapp,
    ):
        load = closed(webapp.port, uploads, 1, 2.0)
        return round(proxy.counts["PUT"] / len(load.latencies), 2)


@contextmanager
def new_store(folder: Path) -> Iterator[Server]:
    """Run an object store with empty buckets."""
    store = new_store_server(folder / "store").start()
    try:
        os.environ.update({name: value for name, value in store.env.items() if name.startswith("AWS_")})
        Store(StoreSettings()).create_buckets()
        yield store
    finally:
        store.stop()


@contextmanager
def new_web_application(folder: Path, env: Mapping[str, str], predictor: Server) -> Iterator[Server]:
    """Run a web application between a store and the predictor."""
    webapp = new_webapp(folder, dict(env), predictor).start()
    try:
        yield webapp
    finally:
        webapp.stop()
