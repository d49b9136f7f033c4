"""The API server itself takes what the chart renders, in every scenario and stage."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from kubernetes import client

from tests.cluster.conftest import Command
from tests.unit.chart.conftest import CHART, KSERVE, OPERATOR, SCENARIOS

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_api_server_takes_every_scenario(helm: Command, namespace: str, scenario: Path) -> None:
    knows = [f"--api-versions={kind}" for kind in (KSERVE, OPERATOR)]
    version = f"--kube-version={client.VersionApi().get_code().git_version}"
    rendered = helm("template", "food", str(CHART), f"--values={scenario}", version, *knows)
    # The tests' cluster may lack the Gateway API.
    items = [one for one in yaml.safe_load_all(rendered) if one and one["apiVersion"] in _served()]
    command = ["kubectl", "apply", "--dry-run=server", f"--namespace={namespace}", "--filename=-"]
    said = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PodSecurity" not in done.stderr


def _served() -> set[str]:
    groups = client.ApisApi().get_api_versions().groups
    return {"v1", *(version.group_version for group in groups for version in group.versions)}
