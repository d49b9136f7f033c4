"""`make status`: one table of all components; its exit status tells whether every required one is running."""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from manifests.local import supervisor
from manifests.local.components import COMPONENTS, WATCHERS, Component
from manifests.local.failures import full_disk
from manifests.local.output import say
from manifests.local.settings import STATE, LocalSettings, environment

READY = "ready"
SAID = {
    "STOPPED": "stopped: start it with make up",
    "STARTING": "starting",
    "RUNNING": "running, but not responding",
    "BACKOFF": "keeps exiting and being restarted",
    "STOPPING": "stopping",
    "EXITED": "exited: start it with make up",
    "FATAL": "exited at every start; no more attempts",
}
"""Explanations of supervisord's states, for a component that does not respond."""


class Line(NamedTuple):
    """A row of the table."""

    name: str
    title: str
    address: str
    state: str
    needed: bool

    @property
    def missing(self) -> bool:
        """Return whether this component is required but not ready."""
        return self.needed and self.state != READY


def status(settings: LocalSettings) -> None:
    """Print the table; exit with 1 and a message if a required component does not work."""
    states = supervisor.states(environment(settings)) if supervisor.running() else {}
    if not states:
        sys.exit("Nothing is running. Start everything with: make up")
    lines = list(_lines(settings, states))
    say(f"{'component':20} {'address':24} state")
    for line in lines:
        say(f"{line.title:20} {line.address:24} {line.state}{'' if line.needed else ' (optional)'}")
    if missing := [line for line in lines if line.missing]:
        named = ", ".join(f"{STATE}/logs/{line.name}.log" for line in missing)
        sys.exit(full_disk() or f"Not all required components are ready. If this persists, see {named}")


def _lines(settings: LocalSettings, states: dict[str, str]) -> Iterator[Line]:
    for component in COMPONENTS:
        yield Line(
            component.name,
            component.title,
            component.url(settings),
            _state(component, settings, states),
            needed=True,
        )
    scheduler = states.get("scheduler", "STOPPED")
    state = READY if scheduler == "RUNNING" else SAID.get(scheduler, scheduler)
    yield Line("scheduler", "scheduler", "", state, needed=True)
    for component in WATCHERS:
        state = _state(component, settings, states)
        stopped = "not started: start it with make monitor"
        yield Line(
            component.name,
            component.title,
            component.url(settings),
            stopped if state == SAID["STOPPED"] else state,
            needed=False,
        )


def _state(component: Component, settings: LocalSettings, states: dict[str, str]) -> str:
    """Return a component's state; if it is not running, what answers on its port is something else."""
    state = states.get(component.name, "STOPPED")
    if state == "RUNNING" and component.answers(settings):
        return READY
    return SAID.get(state, state)
