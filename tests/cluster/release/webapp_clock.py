"""A clock of the web applications' own, as in the drills on one machine."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.cluster.release.installed import NAME, Release
from tests.drill.clock import compiled

STATEFUL_SET = f"statefulset/{NAME}-webapp"
OFFSET = "/tmp/clock"  # noqa: S108 (in a pod)
CONTAINER = {
    "name": "webapp",
    "env": [
        {"name": "LD_PRELOAD", "value": "/clock/clock.so"},
        {"name": "CLOCK_OFFSET_FILE", "value": OFFSET},
    ],
    "volumeMounts": [{"name": "clock", "mountPath": "/clock"}],
}
POD = {"containers": [CONTAINER], "volumes": [{"name": "clock", "configMap": {"name": "clock"}}]}


@contextmanager
def own_clock(release: Release, folder: Path) -> Iterator[Callable[[int], None]]:
    """Give what lets the web applications' clock differ from the right one by some seconds."""
    release.kubectl("create", "configmap", "clock", f"--from-file={compiled(folder)}")
    release.kubectl("patch", STATEFUL_SET, f"--patch={json.dumps({'spec': {'template': {'spec': POD}}})}")
    try:
        release.wait_until_ready()
        yield partial(_set_clock, release)
    finally:
        release.kubectl("rollout", "undo", STATEFUL_SET)
        release.wait_until_ready()
        release.kubectl("delete", "configmap/clock")


def _set_clock(release: Release, offset_seconds: int) -> None:
    program = f"open({OFFSET!r}, 'w').write('{offset_seconds}')"
    for pod in release.pods("webapp"):
        release.kubectl("exec", pod.metadata.name, "--", "python", "-c", program)
