"""What breaks in a drill, and for how long; each fault ends by restoring the previous state."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.drill.clock import set_clock
from tests.drill.connection import corrupting, slower
from tests.drill.disks import disk_of, filled
from tests.drill.jobs import run_each_twice
from tests.drill.label_studio import a_day_of_jobs, jobs_complete
from tests.drill.machine import Machine
from tests.drill.users import CLIENTS
from tests.processes import Server
from tests.uploads import photo

FAULT_SECONDS = 10
STORE_DISK = "data"
PHONE_PHOTO = photo(0, side=3000)


def store_killed(_: Machine, store: Server) -> None:
    store.kill()
    time.sleep(FAULT_SECONDS)
    store.start()


def store_hung(_: Machine, store: Server) -> None:
    _hung(store)


def store_slow(machine: Machine, _: Server) -> None:
    with slower(machine.proxy):
        time.sleep(FAULT_SECONDS)


def store_takes_nothing(machine: Machine, _: Server) -> None:
    def refuse(_: int, line: str) -> None:
        if line.startswith("PUT"):
            raise ConnectionAbortedError

    machine.proxy.watch(refuse)
    time.sleep(FAULT_SECONDS)
    machine.proxy.watch(None)


def store_corrupts(machine: Machine, store: Server) -> None:
    """Change bodies while the jobs read and write too."""
    with corrupting(machine.proxy):
        jobs_doubled(machine, store)


def store_read_only(_: Machine, store: Server) -> None:
    store.stop()
    writable = store.command
    store.command = [*writable, "--read-only"]
    store.start()
    time.sleep(FAULT_SECONDS)
    store.stop()
    store.command = writable
    store.start()


def store_disk_full(_: Machine, store: Server) -> None:
    with filled(disk_of(store, STORE_DISK)):
        time.sleep(FAULT_SECONDS)


def predictor_killed(machine: Machine, _: Server) -> None:
    machine.predictor.kill()
    time.sleep(FAULT_SECONDS)
    machine.predictor.start()


def predictor_hung(machine: Machine, _: Server) -> None:
    _hung(machine.predictor)


def predictor_out_of_memory(machine: Machine, _: Server) -> None:
    """Let it allocate no more memory while large photos arrive; restart it if it has ended."""
    with _no_more_memory(machine.predictor), machine.users.load(photos=[PHONE_PHOTO]):
        time.sleep(FAULT_SECONDS)
    if not machine.predictor.running():
        machine.predictor.start()


def webapp_killed_without_store(machine: Machine, store: Server) -> None:
    store.kill()
    time.sleep(FAULT_SECONDS / 2)
    machine.webapp.kill()
    machine.webapp.start()
    time.sleep(FAULT_SECONDS / 2)
    store.start()


def clock_jumps(machine: Machine, _: Server) -> None:
    """Set the web application's clock an hour forward, then two hours back, then right again."""
    for offset_seconds in (3600, -3600):
        set_clock(machine.webapp, offset_seconds)
        time.sleep(FAULT_SECONDS / 2)
    set_clock(machine.webapp, 0)


def ten_times_the_traffic(machine: Machine, _: Server) -> None:
    with machine.users.load(9 * CLIENTS):
        time.sleep(FAULT_SECONDS)


def label_studio_away(machine: Machine, _: Server) -> None:
    """Stop Label Studio, which has new annotations, during all jobs of a day."""
    assert machine.annotators
    assert jobs_complete()
    machine.annotators.answer_all()
    machine.annotators.server.kill()
    a_day_of_jobs()
    machine.annotators.server.start()


def jobs_doubled(machine: Machine, _: Server) -> None:
    deadline = time.monotonic() + FAULT_SECONDS
    while time.monotonic() < deadline:
        run_each_twice(machine.proxy.url)


def _hung(server: Server) -> None:
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGSTOP)
    time.sleep(FAULT_SECONDS)
    os.killpg(server.process.pid, signal.SIGCONT)


@contextmanager
def _no_more_memory(server: Server) -> Iterator[None]:
    """Inside the context, let every allocation of a server fail; needs no root."""
    assert server.process is not None
    pid = server.process.pid
    _, most = resource.prlimit(pid, resource.RLIMIT_DATA)
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
    resource.prlimit(pid, resource.RLIMIT_DATA, (used, most))
    yield
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
