"""The alerts for Grafana's own alerting, generated from the Prometheus rules.

A Prometheus rule fires for each series that its expression returns, whatever the value. Here the expression
is query A, and condition C is true for each of its series.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


def alerting(rules: Path) -> Json:
    """Read the files of rules and convert their alerts to Grafana's provisioning format."""
    return {"apiVersion": 1, "groups": [_group(path) for path in sorted(rules.glob("*.yaml"))]}


def _group(path: Path) -> Json:
    return {
        "orgId": 1,
        "name": path.stem,
        "folder": "GourmetGram",
        "interval": "1m",
        "rules": [_rule(alert) for alert in alerts(path)],
    }


def alerts(path: Path) -> Iterator[Json]:
    """Yield the alerts of a rule file."""
    for group in yaml.safe_load(path.read_text())["groups"]:
        yield from (rule for rule in group["rules"] if "alert" in rule)


def _rule(alert: Json) -> Json:
    return {
        "uid": re.sub("^gourmetgram", "gourmetgram-", alert["alert"].lower()),
        "title": alert["alert"],
        "condition": "C",
        "data": [_query(alert["expr"]), _condition()],
        "for": alert.get("for", "0s"),
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": alert["labels"],
        "annotations": {name: _text(text) for name, text in alert["annotations"].items()},
    }


def _query(expression: str) -> Json:
    model = {"refId": "A", "expr": expression.strip(), "instant": True, "range": False}
    return {
        "refId": "A",
        "datasourceUid": "prometheus",
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": model,
    }


def _condition() -> Json:
    model = {"refId": "C", "type": "math", "expression": "is_number($A)"}
    return {
        "refId": "C",
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": model,
    }


def _text(text: str) -> str:
    return text.replace("$value", "$values.A.Value").strip()
