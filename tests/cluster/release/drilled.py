"""What drills on the cluster share: users outside it, waiting for recovery, and counting uploads."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from kubernetes import client
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import COMPONENT, NAME, Release, has_ended
from tests.drill import invariant
from tests.drill.users import Users

PODS = {"label-studio": 1, "predictor": 2, "store": 1, "webapp": 2}
RECOVERY_SECONDS = 300
SPOOLED = "gourmetgram_spool_entries "

Drill = Callable[[str], AbstractContextManager[None]]
"""A context manager in which something breaks; its argument is the row's title."""


@contextmanager
def opened(release: Release) -> Iterator[str]:
    """Expose the web application on a port of the node; a port-forward would break with its pod."""
    labels = "--labels=app=outside"  # different labels, so that Prometheus doesn't scrape it
    release.kubectl("expose", f"service/{NAME}-webapp", "--name=outside", "--type=NodePort", labels)
    try:
        addresses = release.core.list_node().items[0].status.addresses
        address = next(each.address for each in addresses if each.type == "InternalIP")
        service = release.core.read_namespaced_service("outside", release.namespace)
        yield f"http://{address}:{service.spec.ports[0].node_port}"
    finally:
        release.kubectl("delete", "service/outside")


@contextmanager
def drilled(release: Release, users: Users, say: Callable[[str], object], title: str) -> Iterator[None]:
    """Let the caller break something; then wait for recovery, and count the uploads acknowledged meanwhile.

    Raises:
        AssertionError: An upload is lost or duplicated.
    """
    before, refused = set(users.acknowledged), users.refused()
    yield
    started = time.monotonic()
    wait_until(lambda: _is_well(release, users), "the recovery", seconds=RECOVERY_SECONDS)
    seconds = time.monotonic() - started
    count = kept(release, {key: users.acknowledged[key] for key in users.acknowledged.keys() - before})
    cells = [title, count.acknowledged, users.refused() - refused, count.lost, count.doubled]
    say(f"| {' | '.join(map(str, cells))} | {seconds:.1f} s |")
    assert (count.lost, count.doubled) == (0, 0)


def kept(release: Release, photos: dict[str, bytes]) -> invariant.Count:
    """Count uploads, once the last ones have reached the store or after 20 seconds."""
    with release.store() as store:
        with suppress(TimeoutError):
            wait_until(lambda: not invariant.uploads(store, photos).lost, "the last uploads", seconds=20)
        return invariant.uploads(store, photos)


def kill(release: Release, component: str) -> None:
    """Kill a pod of a component, and wait until another replaces it."""
    before = {pod.metadata.uid for pod in release.pods(component)}
    name = release.pods(component)[0].metadata.name
    release.kubectl("delete", "pod", name, "--grace-period=0", "--force")
    wait_until(lambda: {pod.metadata.uid for pod in release.pods(component)} - before, "another pod")


@contextmanager
def away(release: Release, component: str) -> Iterator[None]:
    """Scale a Deployment of one replica to none while inside."""
    deployment = f"deployment/{NAME}-{component}"
    release.kubectl("scale", deployment, "--replicas=0")
    wait_until(lambda: not release.pods(component), f"the end of the {component}")
    try:
        yield
    finally:
        release.kubectl("scale", deployment, "--replicas=1")


def _is_well(release: Release, users: Users) -> bool:
    """Return whether every pod is ready, no job is running, and an upload goes straight to the store."""
    with suppress(AssertionError, ApiException, HTTPError):
        release.kubectl("get", "--raw=/readyz", "--request-timeout=5s")
        return _is_whole(release) and not _at_work(release) and users.upload() and not _spooled(release)
    return False


def _is_whole(release: Release) -> bool:
    pods = [pod for pod in release.pods() if not pod.metadata.deletion_timestamp]
    ready = (
        pod.metadata.labels[COMPONENT]
        for pod in pods
        if {one.type: one.status for one in pod.status.conditions or []}.get("Ready") == "True"
    )
    return Counter(ready) == PODS


def _at_work(release: Release) -> bool:
    jobs = client.BatchV1Api().list_namespaced_job(release.namespace).items
    return not all(map(has_ended, jobs))


def _spooled(release: Release) -> float:
    """Count the entries in the spools of all web application pods."""
    pods = f"/api/v1/namespaces/{release.namespace}/pods"
    pages = (
        release.kubectl("get", f"--raw={pods}/{pod.metadata.name}:5000/proxy/metrics")
        for pod in release.pods("webapp")
    )
    lines = (line for page in pages for line in page.splitlines() if line.startswith(SPOOLED))
    return sum(float(line.removeprefix(SPOOLED)) for line in lines)
