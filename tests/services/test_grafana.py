"""Grafana's published types are the check: TypeScript for the dashboards, Go for the alerts."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring.__main__ import DASHBOARDS, IN_CHART

PACKAGE = Path(__file__).parent / "grafana"
ENUMS = {"absolute": "ThresholdsMode.Absolute", "continuous-BlPu": "FieldColorModeId.ContinuousBlPu"}
"""TypeScript accepts enum members only by name."""

OPTIONS = ["--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler"]
OPTIONS += ["--module", "esnext", "--target", "es2022"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the types."""
    if not shutil.which("npm"):
        pytest.skip("npm, which fetches Grafana's types, is not on PATH")
    folder = tmp_path_factory.mktemp("grafana")
    shutil.copytree(PACKAGE, folder, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True)
    return folder


def complaints(folder: Path, dashboard: str) -> str:
    for text, name in ENUMS.items():
        dashboard = dashboard.replace(json.dumps(text), name)
    imported = sorted({name.partition(".")[0] for name in ENUMS.values()})
    lines = [
        'import type { Dashboard } from "@grafana/schema";',
        f'import {{ {", ".join(imported)} }} from "@grafana/schema";',
        f"export const dashboard: Dashboard = {dashboard};",
    ]
    (folder / "dashboard.ts").write_text("\n".join(lines))
    command = [folder / "node_modules/.bin/tsc", *OPTIONS, "dashboard.ts"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_is_what_grafana_takes(folder: Path, name: str) -> None:
    assert complaints(folder, (IN_CHART / f"dashboards/{name}.json").read_text()) == ""


def test_a_field_that_grafana_does_not_know_is_found(folder: Path) -> None:
    wrong = re.sub('"refresh"', '"refreshes"', (IN_CHART / "dashboards/loop.json").read_text(), count=1)
    assert "refreshes" in complaints(folder, wrong)


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a program that reads alerts as Grafana's own client does."""
    if not shutil.which("go"):
        pytest.skip("go, which fetches Grafana's model of alerts, is not on PATH")
    program = tmp_path_factory.mktemp("alerting") / "alerting"
    command = ["go", "build", "-gcflags=all=-N -l -dwarf=false", "-o", program, "."]  # compiled quickly
    subprocess.run(command, cwd=PACKAGE / "alerting", check=True, capture_output=True)
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
