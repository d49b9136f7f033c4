"""A proxy in front of a real server: it counts requests, and lets a test intervene at any of them."""

import contextlib
import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.serving import serving

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


class Proxy(ThreadingHTTPServer):
    """Forwards requests to a server byte for byte, so that signatures stay valid."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.counts: Counter[str] = Counter()
        self.connections = 0
        self.before: Callable[[int, str], object] | None = None
        """Called before each request is forwarded, with its number, from 1, and its first line."""
        self.change: Callable[[bytes], bytes] = bytes
        """Changes each body on its way, in both directions."""
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Return the proxy's URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, *args: Any) -> None:  # noqa: ANN401 - the base class's
        """Count a connection."""
        self.connections += 1
        super().process_request(*args)

    def watch(self, before: Callable[[int, str], object] | None) -> None:
        """Restart counting from 1, and call `before` before each request."""
        with self.lock:
            self.counts.clear()
            self.before = before

    def count(self, method: str) -> int:
        """Count a request; return its number."""
        with self.lock:
            self.counts[method] += 1
            return self.counts.total()

    def handle_error(self, *_: object) -> None:
        """Don't log clients that were killed."""


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """Run a proxy."""
    proxy = Proxy(upstream)
    with serving(proxy):
        yield proxy


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number, before = self.server.count(self.command), self.server.before
        if before:
            before(number, f"{self.command} {self.path}")
        with contextlib.closing(http.client.HTTPConnection(self.server.upstream, timeout=60)) as upstream:
            self._ask(upstream, body)
            self._answer(upstream.getresponse())

    def _ask(self, upstream: http.client.HTTPConnection, body: bytes) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP | {"expect"}:
                upstream.putheader(name, value)
        upstream.endheaders(self.server.change(body))

    def _answer(self, answer: http.client.HTTPResponse) -> None:
        content = self.server.change(answer.read())
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = _hand_on  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        """Log nothing."""
