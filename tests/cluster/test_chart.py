"""The API server accepts the chart's objects in every scenario and stage."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from kubernetes import client

from tests.cluster.conftest import Command
from tests.cluster.node.gobuild import module
from tests.cluster.node.polling import wait_until
from tests.cluster.node.versions import versions
from tests.unit.chart.conftest import CHART, KSERVE, OPERATOR, ROOT, SCENARIOS, TRAINER

pytestmark = pytest.mark.cluster

CLOUDNATIVE_PG = "github.com/cloudnative-pg/cloudnative-pg"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_api_server_takes_every_scenario(helm: Command, namespace: str, scenario: Path) -> None:
    knows = [f"--api-versions={kind}" for kind in (KSERVE, OPERATOR, TRAINER)]
    version = f"--kube-version={client.VersionApi().get_code().git_version}"
    rendered = helm("template", "food", str(CHART), f"--values={scenario}", version, *knows)
    # The tests' cluster may lack the Gateway API, and has no Kubeflow Trainer.
    items = [one for one in yaml.safe_load_all(rendered) if one and one["apiVersion"] in _served()]
    command = ["kubectl", "apply", "--dry-run=server", f"--namespace={namespace}", "--filename=-"]
    said = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PodSecurity" not in done.stderr


@pytest.fixture
def cloudnative_pg(kubectl: Command) -> Iterator[None]:
    """Define CloudNativePG's Cluster in the API server; no operator runs that would create one."""
    if shutil.which("go") is None:
        pytest.skip("Go, which fetches the definition, is not installed")
    folder = module(CLOUDNATIVE_PG, versions()["CLOUDNATIVE_PG_VERSION"]) / "config/crd/bases"
    definition = f"--filename={folder}/postgresql.cnpg.io_clusters.yaml"
    kubectl("apply", "--server-side", definition)
    wait_until(lambda: _is_established(kubectl, definition), "CloudNativePG's definition")
    yield
    kubectl("delete", definition)


@pytest.mark.usefixtures("cloudnative_pg")
def test_the_api_server_takes_the_cluster_of_cloudnative_pg(kubectl: Command, namespace: str) -> None:
    example = f"--filename={ROOT}/manifests/platform/postgres.yaml"
    said = kubectl("create", "--dry-run=server", "--validate=strict", f"--namespace={namespace}", example)
    assert "cluster.postgresql.cnpg.io/food-db created (server dry run)" in said


def _is_established(kubectl: Command, definition: str) -> bool:
    """Return whether such objects are accepted; without any condition `kubectl wait` fails."""
    status = json.loads(kubectl("get", definition, "--output=json")).get("status", {})
    conditions = status.get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def _served() -> set[str]:
    groups = client.ApisApi().get_api_versions().groups
    return {"v1", *(version.group_version for group in groups for version in group.versions)}
