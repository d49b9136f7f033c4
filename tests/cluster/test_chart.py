"""The API server itself takes what the chart renders, in every scenario and stage."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cluster.conftest import Command
from tests.unit.chart.conftest import CHART, SCENARIOS

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_the_api_server_takes_every_scenario(helm: Command, namespace: str, scenario: Path) -> None:
    rendered = helm(
        "template", "food", str(CHART), f"--namespace={namespace}", f"--values={scenario}", "--validate"
    )
    # The cluster of the tests has no Gateway API.
    known = [one for one in yaml.safe_load_all(rendered) if one and one["kind"] != "HTTPRoute"]
    command = ["kubectl", "apply", "--dry-run=server", f"--namespace={namespace}", "--filename=-"]
    done = subprocess.run(
        command, input=yaml.safe_dump_all(known), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "PodSecurity" not in done.stderr
