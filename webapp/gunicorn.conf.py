"""gunicorn's configuration: one process, so that its metrics are complete, and one thread per request."""
# ruff: noqa: N999 - gunicorn's own name for it

import logging
import socket
import struct
from pathlib import Path

from gunicorn.arbiter import Arbiter
from prometheus_client import disable_created_metrics

from gourmetgram.memory import keep_small
from gourmetgram.settings import valid_or_exit
from webapp.settings import WebappSettings

with valid_or_exit():
    _settings = WebappSettings()
keep_small()  # before the worker and its threads are created

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
logging.getLogger("botocore").setLevel(logging.WARNING)
disable_created_metrics()  # an extra series for each counter, unused here

bind = f"{_settings.host}:{_settings.port}"
workers = 1
worker_class = "gthread"
threads = _settings.request_threads
graceful_timeout = 20
keepalive = 75
# The heartbeat file needs a writable folder even where the root file system is read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

SILENT_SECONDS = 10


def when_ready(server: Arbiter) -> None:
    """Drop a client that stalls in the middle of a request, since it occupies a thread.

    gunicorn limits only the wait for the first byte; accepted sockets inherit the listener's option.
    """
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENT_SECONDS, 0))
