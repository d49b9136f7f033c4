"""Grafana's published types are the check: TypeScript for the dashboards, Go for the alerts."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring.__main__ import DASHBOARDS, IN_CHART
from tests.cluster.node.gobuild import UNCOLLECTED

PACKAGE = Path(__file__).parent / "grafana"
ENUMS = {"absolute": "ThresholdsMode.Absolute", "continuous-BlPu": "FieldColorModeId.ContinuousBlPu"}
"""TypeScript accepts enum members only by name."""

OPTIONS = ["--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler"]
OPTIONS += ["--module", "esnext", "--target", "es2022"]
WRONG = "wrong"


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install the types, and check all dashboards, and a wrong one, at once."""
    if not shutil.which("npm"):
        pytest.skip("npm, which fetches Grafana's types, is not on PATH")
    folder = tmp_path_factory.mktemp("grafana")
    shutil.copytree(PACKAGE, folder, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    dashboards = {name: (IN_CHART / f"dashboards/{name}.json").read_text() for name in DASHBOARDS}
    dashboards[WRONG] = re.sub('"refresh"', '"refreshes"', dashboards["loop"], count=1)
    for name, dashboard in dashboards.items():
        (folder / f"{name}.ts").write_text(as_typescript(dashboard))
    command = [folder / "node_modules/.bin/tsc", *OPTIONS, *(f"{name}.ts" for name in dashboards)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def as_typescript(dashboard: str) -> str:
    for text, name in ENUMS.items():
        dashboard = dashboard.replace(json.dumps(text), name)
    imported = sorted({name.partition(".")[0] for name in ENUMS.values()})
    lines = [
        'import type { Dashboard } from "@grafana/schema";',
        f'import {{ {", ".join(imported)} }} from "@grafana/schema";',
        f"export const dashboard: Dashboard = {dashboard};",
    ]
    return "\n".join(lines)


def test_dashboards_are_what_grafana_takes(complaints: str) -> None:
    assert [line for line in complaints.splitlines() if not line.startswith((f"{WRONG}.ts", " "))] == []


def test_a_field_that_grafana_does_not_know_is_found(complaints: str) -> None:
    assert f"{WRONG}.ts" in complaints
    assert "refreshes" in complaints


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a program that reads alerts as Grafana's own client does."""
    if not shutil.which("go"):
        pytest.skip("go, which fetches Grafana's model of alerts, is not on PATH")
    program = tmp_path_factory.mktemp("alerting") / "alerting"
    command = ["go", "build", "-gcflags=all=-N -l -dwarf=false", "-o", program, "."]  # compiled quickly
    environment = os.environ | UNCOLLECTED
    subprocess.run(command, cwd=PACKAGE / "alerting", check=True, capture_output=True, env=environment)
    return program


def refusal(checker: Path, alerts: str) -> str:
    read = json.dumps(yaml.safe_load(alerts))
    return subprocess.run([checker], input=read, capture_output=True, text=True, check=False).stderr


def test_the_alerts_are_what_grafana_provisions(checker: Path) -> None:
    assert refusal(checker, (IN_CHART / "dashboards/alerts.yaml").read_text()) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("condition:", "conditions:", 'unknown field "conditions"'),
        ("noDataState: OK", "noDataState: Fine", "noDataState in body should be one of"),
    ],
)
def test_an_alert_that_grafana_would_refuse_is_found(
    checker: Path, right: str, wrong: str, reason: str
) -> None:
    alerts = (IN_CHART / "dashboards/alerts.yaml").read_text()
    assert reason in refusal(checker, alerts.replace(right, wrong, 1))
