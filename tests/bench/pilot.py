"""The pilot: finds the threads and workers with which each rival serves the most requests with 16 clients."""

import logging
from collections.abc import Sequence
from pathlib import Path

from tests.bench.contender import Contender, Threads
from tests.bench.load import closed

log = logging.getLogger(__name__)

CLIENTS = 16
WARM_UP_SECONDS = 1.0


def try_out(
    contender: Contender, folder: Path, photos: Sequence[bytes], seconds: float
) -> dict[Threads, float]:
    """Start a server with each of its settings; return the requests per second that it served."""
    served = {}
    requests = [contender.request(photo) for photo in photos]
    for threads in contender.choices:
        server = contender.new_server(folder, threads).start()
        try:
            closed(server.port, requests, CLIENTS, WARM_UP_SECONDS)
            served[threads] = closed(server.port, requests, CLIENTS, seconds).per_second
        finally:
            server.stop()
        log.info("pilot: %s, %s: %.0f a second", contender.name, threads, served[threads])
    return served
