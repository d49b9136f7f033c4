"""Queries a Prometheus under test: every rule and panel, until all return data."""

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
    """Query the current series of an expression, which may contain a dashboard's variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return list(_get(url, "query", query=expression)["result"])


def unanswered(url: str, expressions: Iterable[str], meanwhile: Callable[[], object]) -> set[str]:
    """Query until all return data or time is up, while users carry on; return those without data."""
    left = set(expressions)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while left and time.monotonic() < deadline:
        meanwhile()
        left = {each for each in left if not ask(url, each)}
    return left


def groups(url: str) -> list[dict[str, Any]]:
    """Return the loaded rule groups, with each rule's health."""
    return list(_get(url, "rules")["groups"])


def targets(url: str) -> list[dict[str, Any]]:
    """Return the scrape targets."""
    return list(_get(url, "targets", state="active")["activeTargets"])


def _get(url: str, what: str, **parameters: str) -> dict[str, Any]:
    answered = requests.get(f"{url}/api/v1/{what}", params=parameters, timeout=30)
    assert answered.status_code == 200, answered.text
    data: dict[str, Any] = answered.json()["data"]
    return data
