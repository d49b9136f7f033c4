"""The load generator: one thread, persistent connections, and requests prepared as bytes.

It shares the machine with what it measures, so it does little per request: one send, one wait, one read. Its
own cost is measured with every load.
"""

import itertools
import random
import select
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

STALLED_SECONDS = 120
_READ_BYTES = 256 * 1024
_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """The results of one load."""

    latencies: list[float]
    """Latency of each request in seconds, from when it was due to the last byte of its response."""
    refused: int
    """Number of responses other than 200."""
    per_second: float
    """Responses with 200 per second, within the time of the load."""
    own_cpu_ms: float
    """The generator's own CPU time per request."""


class StalledError(Exception):
    """There was no response for a long time."""


def closed(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    """Load a server with clients that each send the next request after the response to the last one."""
    return _Generator(port, clients).run(itertools.cycle(requests), itertools.repeat(0.0), seconds)


def paced(port: int, requests: Sequence[bytes], rate: float, seconds: float, seed: int) -> Load:
    """Load a server at a given rate, at random times (Poisson), whether it keeps up or not.

    The first is due at once. A request that finds all of 64 connections busy waits, and its time counts from
    when it was due.
    """
    return _Generator(port, 64).run(itertools.cycle(requests), _arrivals(rate, random.Random(seed)), seconds)


def _arrivals(rate: float, chance: random.Random) -> Iterator[float]:
    return itertools.accumulate((chance.expovariate(rate) for _ in itertools.count()), initial=0.0)


class _Connection:
    """A connection with at most one request in flight."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.due = 0.0
        self._unsent = memoryview(b"")
        self._answer = b""

    def begin(self, request: bytes, due: float) -> bool:
        """Send a request; return whether all of it was sent."""
        self.due, self._unsent, self._answer = due, memoryview(request), b""
        return self.go_on()

    def go_on(self) -> bool:
        """Send more of the request; return whether all of it was sent."""
        try:
            self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        return not self._unsent

    def status(self) -> int | None:
        """Read what has arrived; return the status once the response is complete."""
        received = self.socket.recv(_READ_BYTES)
        if not received:
            raise ConnectionError("The server closed a connection in the middle of the load.")
        self._answer += received
        end = self._answer.find(_HEAD_END)
        if end < 0 or len(self._answer) < end + len(_HEAD_END) + _content_length(self._answer[:end]):
            return None
        return int(self._answer[9:12])


def _content_length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


class _Generator:
    def __init__(self, port: int, clients: int) -> None:
        self._idle = deque(_Connection(port) for _ in range(clients))
        self._connections = {connection.socket.fileno(): connection for connection in self._idle}
        self._poll = select.epoll()
        for descriptor in self._connections:
            self._poll.register(descriptor, select.EPOLLIN)
        self._latencies: list[float] = []
        self._refused = self._in_time = 0

    def run(self, requests: Iterator[bytes], due_times: Iterable[float], seconds: float) -> Load:
        cpu, start = time.thread_time(), time.perf_counter()
        due_times = iter(due_times)
        due = start + next(due_times)
        while (now := time.perf_counter()) < start + seconds:
            while self._idle and due <= now:
                self._send(next(requests), due if due > start else now)
                due = start + next(due_times)
            wait = start + seconds - now if not self._idle else min(due, start + seconds) - now
            self._receive(max(0.0, wait), start + seconds)
        self._drain(start + seconds)
        spent = time.thread_time() - cpu
        return Load(
            self._latencies,
            self._refused,
            self._in_time / seconds,
            1000 * spent / max(1, len(self._latencies) + self._refused),
        )

    def _send(self, request: bytes, due: float) -> None:
        connection = self._idle.popleft()
        if not connection.begin(request, due):
            self._poll.modify(connection.socket, select.EPOLLIN | select.EPOLLOUT)

    def _receive(self, wait: float, until: float) -> None:
        for descriptor, event in self._poll.poll(wait):
            connection = self._connections[descriptor]
            if event & select.EPOLLOUT and connection.go_on():
                self._poll.modify(descriptor, select.EPOLLIN)
            if event & ~select.EPOLLOUT and (status := connection.status()) is not None:
                self._note(status, time.perf_counter(), connection.due, until)
                self._idle.append(connection)

    def _note(self, status: int, now: float, due: float, until: float) -> None:
        if status != HTTPStatus.OK:
            self._refused += 1
            return
        self._latencies.append(now - due)
        self._in_time += now <= until

    def _drain(self, until: float) -> None:
        while len(self._idle) < len(self._connections):
            if time.perf_counter() > until + STALLED_SECONDS:
                raise StalledError(f"There was no response for {STALLED_SECONDS} seconds.")
            self._receive(1.0, until)
        for connection in self._idle:
            connection.socket.close()
        self._poll.close()
