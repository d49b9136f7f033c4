"""The release that this folder's tests install, use, change, disrupt and uninstall, in this order."""

import sys
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import yaml
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.cluster.conftest import RESTRICTED, Command
from tests.cluster.node import Node
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.polling import wait_until
from tests.cluster.release.drilled import Drill, drilled, opened
from tests.cluster.release.installed import CHART, NAME, ROOT, Release
from tests.cluster.release.stack import MONITORING, OF_THE_OPERATOR
from tests.drill.users import Users


@pytest.fixture(scope="package")
def label_studio_image(node: Node) -> None:
    """Load Label Studio's image into a node that can't pull the published one; make loads the others."""
    if isinstance(node, BuiltNode):
        name = yaml.safe_load((CHART / "values.yaml").read_text())["labelStudio"]["image"]
        node.build_image(name, ROOT / "cronjobs/label_studio/Dockerfile", ROOT)


@pytest.fixture(scope="package")
def release(
    label_studio_image: None,  # noqa: ARG001 (must be in the node)
    core: client.CoreV1Api,
    kubectl: Command,
    helm: Command,
) -> Iterator[Release]:
    """Install the chart into a namespace that enforces the restricted standard, and remove it at the end."""
    _remove(core)
    _forget(core)
    core.create_namespace({"metadata": {"name": NAME, "labels": RESTRICTED}})
    release = Release(NAME, core, kubectl, helm)
    release.notes = release.install()
    yield release
    _remove(core)


@pytest.fixture(scope="package")
def torch_image(core: client.CoreV1Api) -> None:
    """Skip the test if the node lacks the image; it lists the largest ones first."""
    images = core.list_node().items[0].status.images
    # An image has no name left once another has been loaded under it.
    if not any("/predictor-torch:" in name for image in images for name in image.names or []):
        pytest.skip("the cluster lacks the image predictor-torch: `make test-cluster-torch` brings it")


@pytest.fixture(scope="module")
def users(release: Release) -> Iterator[Users]:
    """Have two users upload continuously from outside the cluster."""
    with opened(release) as url:
        users = Users(url, pause_seconds=1)
        with users.load():
            wait_until(lambda: len(users.acknowledged) > 2, "the first uploads")
            yield users


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line that is shown even if the test passes."""

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")

    return say


@pytest.fixture
def drill(release: Release, users: Users, say: Callable[[str], None]) -> Drill:
    """Return a context manager to break something in."""
    return partial(drilled, release, users, say)


def _forget(core: client.CoreV1Api) -> None:
    """Make Prometheus and Alertmanager forget earlier releases; their data is in their pods."""
    core.delete_collection_namespaced_pod(MONITORING, label_selector=OF_THE_OPERATOR)


def _remove(core: client.CoreV1Api) -> None:
    def gone() -> bool:
        try:
            core.delete_namespace(NAME)
        except ApiException as error:
            return bool(error.status == 404)
        return False

    wait_until(gone, f"the end of the namespace {NAME}", seconds=180)
