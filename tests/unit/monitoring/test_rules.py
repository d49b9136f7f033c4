"""Every alert is silent below its threshold, fires above it, and says what to do."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gourmetgram.jobs import JOBS
from tests.conftest import ROOT

MONITORING = ROOT / "monitoring"
RULES = sorted((ROOT / "charts/gourmetgram/monitoring/rules").glob("*.yaml"))
RUNBOOKS = sorted(MONITORING.glob("runbooks/*.md"))
TESTS = sorted(MONITORING.glob("tests/*.yaml"))


@cache
def rules(path: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def alerts(path: Path) -> list[dict[str, Any]]:
    return [rule for rule in rules(path) if "alert" in rule]


ALERTS = [pytest.param(path.stem, alert, id=alert["alert"]) for path in RULES for alert in alerts(path)]


@pytest.fixture(scope="session")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("there is no promtool on PATH: apt-get install prometheus")
    return found


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_prometheus_accepts_the_rules(promtool: str, path: Path) -> None:
    assert "SUCCESS" in subprocess.check_output([promtool, "check", "rules", path], text=True)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(promtool: str, path: Path) -> None:
    command = [promtool, "test", "rules", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_below_and_above_its_threshold() -> None:
    tests = [test for path in TESTS for test in yaml.safe_load(path.read_text())["tests"]]
    checks = [check for test in tests for check in test.get("alert_rule_test", [])]
    tested = {(check["alertname"], bool(check.get("exp_alerts"))) for check in checks}
    assert tested == {(rule["alert"], fires) for path in RULES for rule in alerts(path) for fires in (0, 1)}


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_quotes_what_users_are_told(path: Path) -> None:
    quoted = re.findall(r'"([A-Z][^"]*)"', " ".join(path.read_text().split()))
    told = (ROOT / "webapp/errors.py").read_text()
    assert [sentence for sentence in quoted if sentence not in told] == []


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_names_the_cronjobs_of_the_release(path: Path) -> None:
    named = re.findall(r"cronjob/([^\s`]+)", path.read_text())
    assert [name for name in named if name.removeprefix("gourmetgram-") not in JOBS] == []


@pytest.mark.parametrize(("subsystem", "alert"), ALERTS)
def test_an_alert_says_what_is_wrong_and_leads_to_its_runbook(subsystem: str, alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    anchor = alert["alert"].lower()
    assert alert["annotations"]["runbook_url"] == f"monitoring/runbooks/{subsystem}.md#{anchor}"
    headings = re.findall(r"^## (\w+)$", (MONITORING / f"runbooks/{subsystem}.md").read_text(), re.MULTILINE)
    assert alert["alert"] in headings


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_the_runbook_has_no_page_for_an_alert_that_is_gone(path: Path) -> None:
    headings = re.findall(r"^## (\w+)$", (MONITORING / f"runbooks/{path.stem}.md").read_text(), re.MULTILINE)
    assert headings == [alert["alert"] for alert in alerts(path)]
