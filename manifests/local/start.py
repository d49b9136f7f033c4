"""`make up` and `make monitor`: start what is not running, and wait until it answers."""

import hashlib
import sys
import time
from collections.abc import Sequence

from manifests.local import database, modules, monitoring, supervisor
from manifests.local.components import COMPONENTS, WATCHERS, Component
from manifests.local.failures import full_disk
from manifests.local.output import say
from manifests.local.settings import SECRETS, STATE, LocalSettings, environment

READY_SECONDS = 300
ENDINGS = 3
"""After this many exits during the wait, a component is considered broken."""
STOPPED = {"STOPPED", "EXITED", "FATAL"}
STARTED_WITH = STATE / "started-with"
"""A digest of the settings that the components run with, which may be secret."""
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
        refuse_taken_ports(settings, COMPONENTS)
        database.provide(STATE / "label-studio")
        supervisor.start(environment(settings))
        STARTED_WITH.write_text(_digest(settings))
    wait(settings)
    say(f"\nLabel Studio's user and password, and the store's keys, are in {SECRETS}")
    say("Upload a photo at " + next(each for each in COMPONENTS if each.name == "webapp").url(settings))


def monitor(settings: LocalSettings) -> None:
    """Start Prometheus and Alertmanager as well."""
    monitoring.require_programs(settings)
    up(settings)
    refuse_taken_ports(settings, [component for component in WATCHERS if not component.answers(settings)])
    monitoring.configure(settings)
    supervisor.control(environment(settings), "restart", *(component.name for component in WATCHERS))
    wait(settings, WATCHERS)


def start_what_stopped(settings: LocalSettings) -> None:
    """Start the components that supervisord has given up on or was told to stop."""
    known = environment(settings)
    states = supervisor.states(known)
    refuse_taken_ports(
        settings, [each for each in COMPONENTS if states.get(each.name) in {*STOPPED, "BACKOFF"}]
    )
    needed = [*(component.name for component in COMPONENTS), "scheduler"]
    if stopped := [name for name in needed if states.get(name) in STOPPED]:
        supervisor.control(known, "start", *stopped)


def wait(settings: LocalSettings, components: Sequence[Component] = COMPONENTS) -> None:
    """Wait for each component, in the order of dependencies, and set it up once it responds."""
    started = time.monotonic()
    for component in components:
        _await(settings, component, started + READY_SECONDS)
        for module in SET_UP.get(component.name, ()):
            if modules.run(settings, module):
                sys.exit(f"The {component.title} could not be set up; the reason is above.")
        seconds = time.monotonic() - started
        say(f"{component.title:20} {component.url(settings):24} ready after {seconds:.0f} s")


def _await(settings: LocalSettings, component: Component, deadline: float) -> None:
    """Poll until a component responds; exit with a message if it is too slow or keeps exiting."""
    log = STATE / f"logs/{component.name}.log"
    before = supervisor.endings(component.name)
    while not component.answers(settings):
        if time.monotonic() > deadline:
            sys.exit(f"The {component.title} did not respond within {READY_SECONDS} s: see {log}")
        if supervisor.endings(component.name) - before >= ENDINGS:
            said = log.read_text(errors="replace").splitlines() or [""]
            sys.exit(f"The {component.title} exits right after starting: {said[-1].strip()} (see {log})")
        time.sleep(0.1)


def refuse_taken_ports(settings: LocalSettings, components: Sequence[Component]) -> None:
    """Exit with a message for each port that something else listens on."""
    taken = [component for component in components if supervisor.is_taken(component.port(settings))]
    for component in taken:
        holder = supervisor.holder(component.port(settings))
        say(f"Port {component.port(settings)}, for the {component.title}, is taken by {holder}.")
        say(f"Stop it, or choose another port with GOURMETGRAM_{component.variable}=…")
    if taken:
        sys.exit(1)


def refuse_other_ports(settings: LocalSettings) -> None:
    """Exit with a message if the components run on other ports, where something else may answer."""
    known = supervisor.variables()
    ports = {component.variable: str(component.port(settings)) for component in COMPONENTS}
    other = [
        f"GOURMETGRAM_{name}={known[name]}" for name in ports if known.get(name, ports[name]) != ports[name]
    ]
    if other:
        sys.exit(f"The components run with {' '.join(other)}: give that to this command too.")


def _digest(settings: LocalSettings) -> str:
    """Hash all settings of all components, including those from the environment."""
    known = sorted((name, value) for name, value in environment(settings).items() if "GOURMETGRAM" in name)
    return hashlib.sha256(repr((known, settings)).encode()).hexdigest()
