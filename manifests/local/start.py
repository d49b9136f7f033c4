"""`make up` and `make monitor`: start what is not running, and wait until it answers."""

import hashlib
import sys
import time
from collections.abc import Sequence

from manifests.local import database, modules, monitoring, supervisor
from manifests.local.failures import full_disk
from manifests.local.output import say
from manifests.local.parts import PARTS, WATCHERS, Part
from manifests.local.settings import SECRETS, STATE, LocalSettings, environment

READY_SECONDS = 300
ENDINGS = 3
"""A component that has exited this often during the wait will not run."""
STOPPED = {"STOPPED", "EXITED", "FATAL"}
STARTED_WITH = STATE / "started-with"
"""A digest of the settings that the components run with, as they may be secret."""
SET_UP = {"store": ("cronjobs.buckets",), "label-studio": ("cronjobs.label_studio.setup",)}


def up(settings: LocalSettings) -> None:
    """Start what is not running, wait until every component responds, and print their addresses."""
    if full := full_disk():
        sys.exit(full)
    if supervisor.running() and not (STARTED_WITH.exists() and STARTED_WITH.read_text() == _digest(settings)):
        say("The settings have changed: stopping all components first.")
        supervisor.stop()
    if supervisor.running():
        start_what_stopped(settings)
    else:
        supervisor.stop()
        refuse_taken_ports(settings, PARTS)
        database.provide(STATE / "label-studio")
        supervisor.start(environment(settings))
        STARTED_WITH.write_text(_digest(settings))
    wait(settings)
    say(f"\nLabel Studio's user and password, and the store's keys, are in {SECRETS}")
    say("Upload a photo at " + next(part for part in PARTS if part.name == "webapp").url(settings))


def monitor(settings: LocalSettings) -> None:
    """Start Prometheus and Alertmanager as well."""
    monitoring.require_programs(settings)
    up(settings)
    refuse_taken_ports(settings, [part for part in WATCHERS if not part.answers(settings)])
    monitoring.configure(settings)
    supervisor.control(environment(settings), "restart", *(part.name for part in WATCHERS))
    wait(settings, WATCHERS)


def start_what_stopped(settings: LocalSettings) -> None:
    """Start the components that supervisord has given up on or was told to stop."""
    known = environment(settings)
    states = supervisor.states(known)
    refuse_taken_ports(settings, [part for part in PARTS if states.get(part.name) in {*STOPPED, "BACKOFF"}])
    needed = [*(part.name for part in PARTS), "scheduler"]
    if stopped := [name for name in needed if states.get(name) in STOPPED]:
        supervisor.control(known, "start", *stopped)


def wait(settings: LocalSettings, parts: Sequence[Part] = PARTS) -> None:
    """Wait for each component and set it up once it responds, in the order of their dependencies."""
    started = time.monotonic()
    for part in parts:
        _await(settings, part, started + READY_SECONDS)
        for module in SET_UP.get(part.name, ()):
            if modules.run(settings, module):
                sys.exit(f"The {part.title} could not be set up; the reason is above.")
        say(f"{part.title:20} {part.url(settings):24} ready after {time.monotonic() - started:.0f} s")


def _await(settings: LocalSettings, part: Part, deadline: float) -> None:
    """Poll until a component responds; exit with a message if it is too slow or keeps exiting."""
    log = STATE / f"logs/{part.name}.log"
    before = supervisor.endings(part.name)
    while not part.answers(settings):
        if time.monotonic() > deadline:
            sys.exit(f"The {part.title} did not respond within {READY_SECONDS} s: see {log}")
        if supervisor.endings(part.name) - before >= ENDINGS:
            said = log.read_text(errors="replace").splitlines() or [""]
            sys.exit(f"The {part.title} exits right after starting: {said[-1].strip()} (see {log})")
        time.sleep(0.1)


def refuse_taken_ports(settings: LocalSettings, parts: Sequence[Part]) -> None:
    """Exit with a message for each port that something else listens on."""
    taken = [part for part in parts if supervisor.is_taken(part.port(settings))]
    for part in taken:
        holder = supervisor.holder(part.port(settings))
        setting = f"GOURMETGRAM_{part.name.replace('-', '_').upper()}_PORT"
        say(f"Port {part.port(settings)}, for the {part.title}, is taken by {holder}.")
        say(f"Stop it, or choose another port with {setting}=…")
    if taken:
        sys.exit(1)


def _digest(settings: LocalSettings) -> str:
    """Hash all settings of all components; their own come from the environment."""
    known = sorted((name, value) for name, value in environment(settings).items() if "GOURMETGRAM" in name)
    return hashlib.sha256(repr((known, settings)).encode()).hexdigest()
