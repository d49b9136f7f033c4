"""What is measured with one server at a time: its start, and its memory after loads."""

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
    """What one server took."""

    cold_start_s: float
    """From the start of its process to its first prediction."""
    memory_mb: dict[str, float]
    """Proportional set size of all its processes, by the clients that it has just answered."""
    cpu_ms: float
    """Processor time of a request, with 16 clients."""
    largest_mb: float
    """The most that was resident, after the phone's photos too."""


def measure(contender: Contender, threads: Threads, folder: Path, photos: Photos, seconds: float) -> Alone:
    """Start a server, ask it once, load it with more and more clients."""
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
    """Find a server's processes."""
    assert server.process is not None
    root = psutil.Process(server.process.pid)
    return [root, *root.children(recursive=True)]


def proportional_mb(server: Server) -> float:
    """Add up what its processes take, in MiB; a page that several share counts once."""
    return sum(process.memory_full_info().pss for process in processes(server)) / MIB


def resident_mb(server: Server) -> float:
    """Add up what its processes have in memory, in MiB."""
    return sum(process.memory_info().rss for process in processes(server)) / MIB


def cpu_seconds(server: Server) -> float:
    """Add up the processor time that its processes have taken."""
    return sum(sum(process.cpu_times()[:2]) for process in processes(server))
