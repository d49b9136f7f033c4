"""Shortens the durations in the release's own rules: a day becomes four minutes.

Windows, offsets and `for` shrink by the same factor, but not below a minimum: a window still spans several
scrapes, and an alert several evaluations. Thresholds stay, except for those that are an age.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kubernetes import client

from tests.cluster.node.polling import wait_until
from tests.cluster.release.installed import NAME, Release
from tests.cluster.release.stack import hasten
from tests.prometheus import groups, targets

FACTOR = 360
PERIOD, WINDOW_SECONDS, FOR_SECONDS = "5s", 30, 10
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
WINDOW = re.compile(r"(?<=\[)\d+[smhdw](?=\])")
OFFSET = re.compile(r"(?<=offset )\d+[smhdw]")
AGE = re.compile(r"> 600\b")

CHANGED = (
    ("prometheusrules", NAME),
    ("servicemonitors", f"{NAME}-webapp"),
    ("podmonitors", f"{NAME}-predictor"),
)

Rule = dict[str, Any]


def sooner(rule: Rule) -> Rule:
    """Return the same rule with shorter durations."""
    expression = WINDOW.sub(lambda match: _shortened(match[0], WINDOW_SECONDS), rule["expr"])
    expression = OFFSET.sub(lambda match: _shortened(match[0]), expression)
    changed = {**rule, "expr": AGE.sub("> 20", expression)}
    if "for" in rule:
        changed["for"] = _shortened(rule["for"], FOR_SECONDS)
    return changed


@contextmanager
def hurried(release: Release, prometheus: str) -> Iterator[None]:
    """Inside the context, have Prometheus use such rules, and scrape and evaluate them more often."""
    api, place = client.CustomObjectsApi(), ("monitoring.coreos.com", "v1", release.namespace)
    before = {thing: api.get_namespaced_custom_object(*place, *thing)["spec"] for thing in CHANGED}
    for thing, spec in before.items():
        api.patch_namespaced_custom_object(*place, *thing, {"spec": _hurried(spec)})
    try:
        wait_until(lambda: _is_hurried(release, prometheus), "the shortened rules", seconds=400, pause=3)
        yield
    finally:
        for thing, spec in before.items():
            api.patch_namespaced_custom_object(*place, *thing, {"spec": spec})


def _is_hurried(release: Release, prometheus: str) -> bool:
    hasten(release)
    ours = [group for group in groups(prometheus) if group["name"].startswith(NAME)]
    scraped = {
        target["scrapeInterval"]
        for target in targets(prometheus)
        if target["labels"].get("namespace") == release.namespace
    }
    return {group["interval"] for group in ours} == {float(PERIOD[:-1])} and scraped == {PERIOD}


def _hurried(spec: dict[str, Any]) -> dict[str, Any]:
    changed = dict(spec)
    for field in ("endpoints", "podMetricsEndpoints"):
        if field in spec:
            changed[field] = [{**endpoint, "interval": PERIOD} for endpoint in spec[field]]
    if "groups" in spec:
        changed["groups"] = [
            {**group, "interval": PERIOD, "rules": [sooner(rule) for rule in group["rules"]]}
            for group in spec["groups"]
        ]
    return changed


def _shortened(duration: str, floor: int = 1) -> str:
    seconds = int(duration[:-1]) * SECONDS[duration[-1]]
    return f"{max(seconds // FACTOR, floor)}s"
