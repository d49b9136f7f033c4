"""A change that is still needed: what a dry run prints about it, and the call that a real run makes."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from openstack.connection import Connection

from chameleon.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """One write to the cloud, or one wait."""

    sentence: str
    apply: Callable[[], object]


Step = Callable[[Connection, Settings], Iterator[Change]]


def carry_out(steps: Iterable[Step], cloud: Connection, settings: Settings, *, dry_run: bool) -> int:
    """Make the changes of each step, in order, and return their number.

    Each step looks at the cloud when its turn comes, and so sees what earlier steps created.
    """
    count = 0
    for step in steps:
        for change in step(cloud, settings):
            count += 1
            log.info("%s%s", "Would: " if dry_run else "", change.sentence)
            if not dry_run:
                change.apply()
    return count
