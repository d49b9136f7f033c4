"""`make status`: one table of all parts; its exit status tells whether every required part runs."""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from manifests.local import supervisor
from manifests.local.failures import full_disk
from manifests.local.output import say
from manifests.local.parts import PARTS, WATCHERS, Part
from manifests.local.settings import STATE, LocalSettings, environment

READY = "ready"
SAID = {
    "STOPPED": "stopped: make up starts it",
    "STARTING": "starting",
    "RUNNING": "runs, but does not answer",
    "BACKOFF": "keeps ending, and is started again",
    "STOPPING": "stopping",
    "EXITED": "ended: make up starts it",
    "FATAL": "ended at each start, and was given up",
}
"""Plain words for supervisord's states, for a part that does not answer."""


class Line(NamedTuple):
    """A row of the table."""

    name: str
    title: str
    address: str
    state: str
    needed: bool

    @property
    def missing(self) -> bool:
        """Return whether the system lacks this part."""
        return self.needed and self.state != READY


def status(settings: LocalSettings) -> None:
    """Print the table; exit with 1 and a message if a required part does not work."""
    states = supervisor.states(environment(settings)) if supervisor.running() else {}
    if not states:
        sys.exit("Nothing runs. Start it with: make up")
    lines = list(_lines(settings, states))
    say(f"{'part':20} {'address':24} state")
    for line in lines:
        say(f"{line.title:20} {line.address:24} {line.state}{'' if line.needed else ' (optional)'}")
    if missing := [line for line in lines if line.missing]:
        named = ", ".join(f"{STATE}/logs/{line.name}.log" for line in missing)
        sys.exit(full_disk() or f"Not all that is needed is ready. If it stays so, see {named}")


def _lines(settings: LocalSettings, states: dict[str, str]) -> Iterator[Line]:
    for part in PARTS:
        yield Line(part.name, part.title, part.url(settings), _state(part, settings, states), needed=True)
    scheduler = states.get("scheduler", "STOPPED")
    state = READY if scheduler == "RUNNING" else SAID.get(scheduler, scheduler)
    yield Line("scheduler", "scheduler", "", state, needed=True)
    for part in WATCHERS:
        state = _state(part, settings, states)
        stopped = "not started: make monitor starts it"
        yield Line(
            part.name,
            part.title,
            part.url(settings),
            stopped if state == SAID["STOPPED"] else state,
            needed=False,
        )


def _state(part: Part, settings: LocalSettings, states: dict[str, str]) -> str:
    """Return a part's state; if it is not running, what answers on its port is something else."""
    state = states.get(part.name, "STOPPED")
    if state == "RUNNING" and part.answers(settings):
        return READY
    return SAID.get(state, state)
