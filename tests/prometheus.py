"""What a Prometheus under test is asked: each rule and each query of a panel, until all have an answer."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import requests
import yaml

from monitoring.__main__ import DASHBOARDS
from tests.conftest import ROOT

VARIABLES = {"$namespace": "gourmetgram", "$window": "30d", "$__rate_interval": "2m", "$__range": "1h"}
DEADLINE_SECONDS = 120

Rule = dict[str, Any]

RULES: list[Rule] = [
    rule
    for path in sorted((ROOT / "charts/gourmetgram/monitoring/rules").glob("*.yaml"))
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
PANEL_QUERIES: set[str] = {
    target["expr"]
    for board in DASHBOARDS.values()
    for panel in board["panels"]
    for target in panel.get("targets", [])
}


def ask(url: str, expression: str) -> list[dict[str, Any]]:
    """Ask for the present series of an expression, which may name a dashboard's variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return list(_get(url, "query", query=expression)["result"])


def unanswered(url: str, expressions: Iterable[str], meanwhile: Callable[[], object]) -> set[str]:
    """Ask until all have an answer or time is up, and give those that have none; meanwhile users go on."""
    left = set(expressions)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while left and time.monotonic() < deadline:
        meanwhile()
        left = {each for each in left if not ask(url, each)}
    return left


def groups(url: str) -> list[dict[str, Any]]:
    """List the groups of rules that are loaded, with how each rule fares."""
    return list(_get(url, "rules")["groups"])


def targets(url: str) -> list[dict[str, Any]]:
    """List what is scraped."""
    return list(_get(url, "targets", state="active")["activeTargets"])


def _get(url: str, what: str, **parameters: str) -> dict[str, Any]:
    answered = requests.get(f"{url}/api/v1/{what}", params=parameters, timeout=30)
    assert answered.status_code == 200, answered.text
    data: dict[str, Any] = answered.json()["data"]
    return data
