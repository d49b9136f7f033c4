"""`python -m tests.drill [NAME ...]`: break one part after the other under load, and print what it did.

The invariant is counted after each: every acknowledged upload is there whole, and no photo twice.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store
from tests.conftest import new_store_server
from tests.drill.disks import disk_of, give_small_disk
from tests.drill.machine import Machine, lost_and_doubled
from tests.processes import Server
from tests.proxy import proxied

CLIENTS = 2
CALM_SECONDS, FAULT_SECONDS, RECOVERY_SECONDS = 3, 10, 60


class Drill(NamedTuple):
    """What breaks, and how the web application is set for it."""

    title: str
    fault: Callable[[Machine, Server], None]
    settings: Mapping[str, str] = {}
    small_disk: str | None = None
    """The folder of the machine that is a small disk."""


def store_killed(_: Machine, store: Server) -> None:
    store.kill()
    time.sleep(FAULT_SECONDS)
    store.start()


def hung(server: Server) -> None:
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGSTOP)
    time.sleep(FAULT_SECONDS)
    os.killpg(server.process.pid, signal.SIGCONT)


def store_hung(_: Machine, store: Server) -> None:
    hung(store)


def store_slow(machine: Machine, _: Server) -> None:
    machine.proxy.watch(lambda *_: time.sleep(1.5))
    time.sleep(FAULT_SECONDS)
    machine.proxy.watch(None)


def store_takes_nothing(machine: Machine, _: Server) -> None:
    def refuse(_: int, line: str) -> None:
        if line.startswith("PUT"):
            raise ConnectionAbortedError

    machine.proxy.watch(refuse)
    time.sleep(FAULT_SECONDS)
    machine.proxy.watch(None)


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
    ballast = disk_of(store, STORE_DISK) / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    time.sleep(FAULT_SECONDS)
    ballast.unlink()


def predictor_killed(machine: Machine, _: Server) -> None:
    machine.predictor.kill()
    time.sleep(FAULT_SECONDS)
    machine.predictor.start()


def predictor_hung(machine: Machine, _: Server) -> None:
    hung(machine.predictor)


def webapp_killed_without_store(machine: Machine, store: Server) -> None:
    store.kill()
    time.sleep(FAULT_SECONDS / 2)
    machine.webapp.kill()
    machine.webapp.start()
    time.sleep(FAULT_SECONDS / 2)
    store.start()


def ten_times_the_traffic(machine: Machine, _: Server) -> None:
    with machine.load(9 * CLIENTS):
        time.sleep(FAULT_SECONDS)


SMALL_SPOOL = {"GOURMETGRAM_SPOOL_MAX_BYTES": "200000"}
STORE_DISK, SPOOL_DISK = "data", "spool"
DISK_KIB = {STORE_DISK: 4096, SPOOL_DISK: 256}
DRILLS = {
    "store-killed": Drill("store killed", store_killed),
    "store-hung": Drill("store hangs", store_hung),
    "store-slow": Drill("store 1.5 s slower for each request", store_slow),
    "store-takes-nothing": Drill("store breaks off every write", store_takes_nothing),
    "spool-full": Drill("store killed, and the spool full", store_killed, SMALL_SPOOL),
    "spool-disk-full": Drill("store killed, and the spool's disk full", store_killed, small_disk=SPOOL_DISK),
    "store-disk-full": Drill("the store's disk full", store_disk_full, small_disk=STORE_DISK),
    "store-read-only": Drill("store takes only reads", store_read_only),
    "predictor-killed": Drill("predictor killed", predictor_killed),
    "predictor-hung": Drill("predictor hangs", predictor_hung),
    "webapp-killed": Drill("web application killed while the store is away", webapp_killed_without_store),
    "traffic": Drill("ten times the traffic", ten_times_the_traffic),
}


def drill(chosen: Drill) -> tuple[str, bool]:
    """Run one; return its row of the table, and whether the invariant held."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = new_store_server(folder)
        if chosen.small_disk == STORE_DISK:
            give_small_disk(server, folder / STORE_DISK, DISK_KIB[STORE_DISK])
        stack.enter_context(_running(server))
        for name, value in server.env.items():
            os.environ[name] = value
        store = Store(StoreSettings())
        store.create_buckets()
        proxy = stack.enter_context(proxied(server.url))
        aws = {name: value for name, value in server.env.items() if name.startswith("AWS_")}
        machine = Machine(folder, proxy, aws, **chosen.settings)
        if chosen.small_disk == SPOOL_DISK:
            give_small_disk(machine.webapp, folder / SPOOL_DISK, DISK_KIB[SPOOL_DISK])
        stack.enter_context(_running(machine.predictor))
        stack.enter_context(_running(machine.webapp))
        with machine.load(CLIENTS):
            time.sleep(CALM_SECONDS)
            chosen.fault(machine, server)
            seconds = machine.recovered(RECOVERY_SECONDS)
            time.sleep(CALM_SECONDS)
        machine.recovered(RECOVERY_SECONDS)
        lost, doubled = lost_and_doubled(store, machine.acknowledged)
        refused = sum(machine.statuses.values()) - machine.statuses[200]
        counts = f"{len(machine.acknowledged)} | {refused} | {lost} | {doubled}"
        return f"| {chosen.title} | {counts} | {seconds:.1f} s |", lost == doubled == 0


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.stop()


HEADER = (
    "| what happens | acknowledged | refused | lost | doubled | recovered after |\n| --- |" + " --- |" * 5
)


def main() -> None:
    """Run those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"all, or any of: {', '.join(DRILLS)}")
    drills = parser.parse_args().drills or list(DRILLS)
    if unknown := [name for name in drills if name not in DRILLS]:
        parser.error(f"there is no drill {unknown[0]}; there are {', '.join(DRILLS)}")
    print(HEADER)  # noqa: T201
    held = True
    for name in drills:
        row, is_well = drill(DRILLS[name])
        held = held and is_well
        print(row, flush=True)  # noqa: T201
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
