"""The release that the tests of this folder install, use, change, disturb and uninstall, in this order."""

from collections.abc import Iterator

import pytest
import yaml
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.cluster.conftest import RESTRICTED, Command
from tests.cluster.node import Node
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import CHART, NAME, ROOT, Release

DOCKERFILES = {
    "predictor": ROOT / "predictor/Dockerfile",
    "webapp": ROOT / "webapp/Dockerfile",
    "cronjobs": ROOT / "cronjobs/Dockerfile",
}


@pytest.fixture(scope="session")
def images(node: Node) -> None:
    """Bring the images into the node; Label Studio's too where the published one can't be had."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    for process, dockerfile in DOCKERFILES.items():
        node.build_image(f"{values['image']['registry']}/{process}:{version}", dockerfile, ROOT)
    if isinstance(node, BuiltNode):
        node.build_image(values["labelStudio"]["image"], ROOT / "cronjobs/label_studio/Dockerfile", ROOT)


@pytest.fixture(scope="session")
def release(images: None, core: client.CoreV1Api, kubectl: Command, helm: Command) -> Iterator[Release]:  # noqa: ARG001
    """Install the chart into a namespace that enforces the restricted standard; remove that at the end."""
    _remove(core)
    core.create_namespace({"metadata": {"name": NAME, "labels": RESTRICTED}})
    release = Release(NAME, core, kubectl, helm)
    release.notes = release.install()
    yield release
    _remove(core)


def _remove(core: client.CoreV1Api) -> None:
    def gone() -> bool:
        try:
            core.delete_namespace(NAME)
        except ApiException as error:
            return bool(error.status == 404)
        return False

    wait_until(gone, f"the end of the namespace {NAME}", seconds=180)
