"""Measures one server at a time: its start, and its memory after loads."""

import time
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.bench.contender import Contender, Threads
from tests.bench.load import closed
from tests.bench.scenarios import CLIENTS, Photos
from tests.processes import Server

MIB = 1024 * 1024


class Alone(NamedTuple):
    """The figures of one server."""

    cold_start_s: float
    """Seconds from the start of its process to its first prediction."""
    memory_mb: dict[str, float]
    """Proportional set size of all its processes, by the number of clients in the load just before."""
    cpu_ms: float
    """CPU time per request, with 16 clients."""
    largest_mb: float
    """The most resident memory, including loads with phone photos."""


def measure(contender: Contender, threads: Threads, folder: Path, photos: Photos, seconds: float) -> Alone:
    """Start a server, send one request, then load it with more and more clients."""
    server = contender.new_server(folder, threads)
    small = [contender.request(photo) for photo in photos.small]
    started = time.perf_counter()
    server.start()
    try:
        closed(server.port, small, 1, 0.001)
        cold_start = time.perf_counter() - started
        memory, cpu_ms, largest = {}, {}, 0.0
        for clients in CLIENTS:
            before = cpu_seconds(server)
            load = closed(server.port, small, clients, seconds)
            cpu_ms[clients] = 1000 * (cpu_seconds(server) - before) / len(load.latencies)
            memory[str(clients)] = round(proportional_mb(server), 1)
            largest = max(largest, resident_mb(server))
        closed(server.port, [contender.request(photos.phone)], 4, seconds)
        largest = max(largest, resident_mb(server))
        return Alone(round(cold_start, 2), memory, round(cpu_ms[16], 2), round(largest, 1))
    finally:
        server.stop()


def processes(server: Server) -> list[psutil.Process]:
    """Return a server's processes."""
    assert server.process is not None
    root = psutil.Process(server.process.pid)
    return [root, *root.children(recursive=True)]


def proportional_mb(server: Server) -> float:
    """Add up the memory of its processes, in MiB; shared pages count once."""
    return sum(process.memory_full_info().pss for process in processes(server)) / MIB


def resident_mb(server: Server) -> float:
    """Add up the resident memory of its processes, in MiB."""
    return sum(process.memory_info().rss for process in processes(server)) / MIB


def cpu_seconds(server: Server) -> float:
    """Add up the CPU time of its processes."""
    return sum(sum(process.cpu_times()[:2]) for process in processes(server))
