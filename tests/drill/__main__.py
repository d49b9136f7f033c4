"""`python -m tests.drill [NAME ...]`: break one component after another under load, and print the effects.

Each drill then checks the invariant: every acknowledged upload and label is stored whole, exactly once.
"""

import argparse
import os
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
from tests.drill import faults, invariant
from tests.drill.clock import give_clock
from tests.drill.disks import give_small_disk
from tests.drill.faults import STORE_DISK
from tests.drill.jobs import process
from tests.drill.label_studio import annotators, jobs_complete
from tests.drill.machine import Machine
from tests.processes import Server
from tests.proxy import proxied

CALM_SECONDS, RECOVERY_SECONDS = 3, 60
SMALL_SPOOL = {"GOURMETGRAM_SPOOL_MAX_BYTES": "200000", "GOURMETGRAM_MAX_PHOTO_BYTES": "100000"}
EVERY_PHOTO_ASKS = {"GOURMETGRAM_CONFIDENCE_THRESHOLD": "1"}
SPOOL_DISK = "spool"
DISK_KIB = {STORE_DISK: 4096, SPOOL_DISK: 256}


class Drill(NamedTuple):
    """What breaks, and how the machine is set up for it."""

    title: str
    fault: Callable[[Machine, Server], None]
    settings: Mapping[str, str] = {}
    small_disk: str | None = None
    """The folder that is a small disk."""
    sets_clock: bool = False
    """Whether the web application has its own clock."""
    labels: bool = False
    """Whether there is a Label Studio; if so, the machine has recovered once the jobs complete their work."""


DRILLS = {
    "store-killed": Drill("store killed", faults.store_killed),
    "store-hung": Drill("store hangs", faults.store_hung),
    "store-slow": Drill("store 1.5 s slower for each request", faults.store_slow),
    "store-takes-nothing": Drill("store breaks off every write", faults.store_takes_nothing),
    "store-corrupts": Drill("a third of what the store gets and gives corrupted", faults.store_corrupts),
    "spool-full": Drill("store killed, and the spool full", faults.store_killed, SMALL_SPOOL),
    "spool-disk-full": Drill(
        "store killed, and the spool's disk full", faults.store_killed, small_disk=SPOOL_DISK
    ),
    "store-disk-full": Drill("the store's disk full", faults.store_disk_full, small_disk=STORE_DISK),
    "store-read-only": Drill("store takes only reads", faults.store_read_only),
    "predictor-killed": Drill("predictor killed", faults.predictor_killed),
    "predictor-hung": Drill("predictor hangs", faults.predictor_hung),
    "predictor-out-of-memory": Drill("predictor gets no memory", faults.predictor_out_of_memory),
    "webapp-killed": Drill(
        "web application killed while the store is away", faults.webapp_killed_without_store
    ),
    "clock-jumps": Drill("web application's clock jumps by hours", faults.clock_jumps, sets_clock=True),
    "traffic": Drill("ten times the traffic", faults.ten_times_the_traffic),
    "label-studio-away": Drill(
        "Label Studio away for all jobs of a day", faults.label_studio_away, EVERY_PHOTO_ASKS, labels=True
    ),
    "jobs-doubled": Drill("every job runs twice at once", faults.jobs_doubled),
}


def drill(chosen: Drill) -> tuple[str, bool]:
    """Run one; return its row of the table, and whether the invariant held."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = new_store_server(folder)
        if chosen.small_disk == STORE_DISK:
            give_small_disk(server, folder / STORE_DISK, DISK_KIB[STORE_DISK])
        stack.enter_context(_running(server))
        os.environ.update(server.env)
        store = Store(StoreSettings())
        store.create_buckets()
        machine = stack.enter_context(_machine(chosen, folder, server))
        if chosen.labels:
            aws = {name: value for name, value in server.env.items() if name.startswith("AWS_")}
            machine.annotators = stack.enter_context(annotators(folder, store, aws))
        with machine.users.load():
            time.sleep(CALM_SECONDS)
            chosen.fault(machine, server)
            seconds = _recovered(machine)
            time.sleep(CALM_SECONDS)
        machine.recovered(RECOVERY_SECONDS)
        _finish(machine, store)
        return _row(chosen.title, machine, store, seconds)


def _recovered(machine: Machine) -> float:
    started = time.monotonic()
    assert not machine.annotators or jobs_complete()
    machine.recovered(RECOVERY_SECONDS)
    return time.monotonic() - started


def _finish(machine: Machine, store: Store) -> None:
    """Turn all feedback into labels, after annotators have answered the last tasks."""
    if machine.annotators:
        assert jobs_complete()
        machine.annotators.answer_all()
        assert jobs_complete()
    assert process(store)


@contextmanager
def _machine(chosen: Drill, folder: Path, server: Server) -> Iterator[Machine]:
    aws = {name: value for name, value in server.env.items() if name.startswith("AWS_")}
    with proxied(server.url) as proxy:
        machine = Machine(folder, proxy, aws, **chosen.settings)
        if chosen.small_disk == SPOOL_DISK:
            give_small_disk(machine.webapp, folder / SPOOL_DISK, DISK_KIB[SPOOL_DISK])
        if chosen.sets_clock:
            give_clock(machine.webapp, folder)
        with _running(machine.predictor), _running(machine.webapp):
            yield machine


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.stop()


def _row(title: str, machine: Machine, store: Store, seconds: float) -> tuple[str, bool]:
    users = machine.users
    uploads = invariant.uploads(store, users.acknowledged)
    counts = [invariant.labels(store, users.relabelled)]
    if machine.annotators:
        counts.append(machine.annotators.count(users.acknowledged))
    labels = [sum(column) for column in zip(*counts, strict=True)]
    cells = [
        title, uploads.acknowledged, users.refused(), *uploads[1:], *labels, f"{seconds:.1f} s",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |", not any((*uploads[1:], *labels[1:]))


COLUMNS = ("what happens", "uploads", "refused", "lost", "doubled", "labels", "lost", "doubled")
HEADER = f"| {' | '.join((*COLUMNS, 'recovered after'))} |\n| --- |{' --- |' * len(COLUMNS)}"


def main() -> None:
    """Run the named drills, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"all, or any of: {', '.join(DRILLS)}")
    drills = parser.parse_args().drills or list(DRILLS)
    if unknown := [name for name in drills if name not in DRILLS]:
        parser.error(f"there is no drill {unknown[0]}; there are {', '.join(DRILLS)}")
    held = True
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1) as table:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the jobs' logs are not part of the table
        print(HEADER, file=table)
        for name in drills:
            row, is_well = drill(DRILLS[name])
            held = held and is_well
            print(row, file=table)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
