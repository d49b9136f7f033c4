"""Rules and panels query only exported metrics, all of which are documented."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from prometheus_client import REGISTRY, CollectorRegistry, Metric

import predictor.serving.server
from gourmetgram.settings import StoreSettings
from monitoring.__main__ import DASHBOARDS, files
from tests.conftest import ROOT
from tests.unit.monitoring.test_rules import RULES, alerts, rules
from tests.unit.webapp.conftest import MemoryStore
from webapp.loop_metrics import LoopMetrics
from webapp.metrics import Metrics
from webapp.model_feedback import ModelFeedback
from webapp.spool import Spool

DOCUMENTATION = (ROOT / "docs/monitoring.md").read_text()
OF_PROMETHEUS = {"up", "ALERTS"}
OF_PYTHON = ("process_", "python_")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of all exported metrics, including samples such as _bucket."""
    store, feedback = MemoryStore(StoreSettings()), ModelFeedback()
    feedback.add({"prediction": 1, "actual": 1})
    loop = LoopMetrics(store, 60)
    loop.read()
    spool = Spool(tmp_path_factory.mktemp("spool"), 1)
    metrics = Metrics(store, spool, feedback, loop)
    spool.close()
    assert predictor.serving.server
    return {name for registry in (metrics.registry, REGISTRY) for name in names(registry)}


def names(registry: CollectorRegistry) -> Iterator[str]:
    for metric in registry.collect():
        yield from (f"{metric.name}{suffix}" for suffix in suffixes(metric))


def suffixes(metric: Metric) -> tuple[str, ...]:
    more = {"counter": ("_total",), "summary": ("_count", "_sum"), "histogram": ("_bucket", "_count", "_sum")}
    return more.get(metric.type, ("",))


def panels() -> Iterator[dict[str, object]]:
    for board in DASHBOARDS.values():
        yield from (panel for panel in board["panels"] if panel["type"] != "row")


def expressions() -> Iterator[str]:
    for path in RULES:
        yield from (rule["expr"] for rule in rules(path))
    for panel in panels():
        yield from (target["expr"] for target in panel["targets"])  # type: ignore[attr-defined]


def recorded() -> set[str]:
    return {rule["record"] for path in RULES for rule in rules(path) if "record" in rule}


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_a_query_names_metrics_that_exist(expression: str, exported: set[str]) -> None:
    asked = set(re.findall(r"([a-zA-Z_:][\w:]*)\{", expression))
    assert asked
    assert asked <= exported | recorded() | OF_PROMETHEUS


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_a_query_asks_for_one_namespace(expression: str) -> None:
    selectors = re.findall(r"[a-zA-Z_:][\w:]*\{([^}]*)\}", expression)
    assert all(selector.startswith('namespace="') for selector in selectors)


def test_every_metric_is_documented_and_every_documented_one_exists(exported: set[str]) -> None:
    column = "".join(re.findall(r"^\| (`[^|]*)\|", section("Metrics"), re.MULTILINE))
    documented = set(re.findall(r"`(\w+)(?:\{[a-z_,]+\})?`", column))
    families = {re.sub("_(bucket|count|sum)$", "", name) for name in exported}
    assert {name for name in families if not name.startswith(OF_PYTHON)} == documented


def test_every_alert_is_documented_with_its_severity() -> None:
    documented = re.findall(r"^\| \[(\w+)\]\(\S+\) \| (\w+) \| (.*) \|$", section("Alerts"), re.MULTILINE)
    assert set(documented) == {
        (rule["alert"], rule["labels"]["severity"], rule["annotations"]["summary"])
        for path in RULES
        for rule in alerts(path)
    }


def test_every_dashboard_is_documented_and_every_panel_explains_itself() -> None:
    for board in DASHBOARDS.values():
        assert f"| {board['title']} |" in section("Dashboards")
    for panel in panels():
        assert panel["description"], panel["title"]


def test_what_is_generated_is_up_to_date() -> None:
    assert [str(path) for path, text in files() if path.read_text() != text] == []


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_panels_of_a_dashboard_fill_rows_without_overlap(name: str) -> None:
    board = json.loads((ROOT / f"charts/gourmetgram/monitoring/dashboards/{name}.json").read_text())
    cells = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_grafana_gets_every_alert_with_a_condition_on_its_query() -> None:
    alerting = yaml.safe_load((ROOT / "charts/gourmetgram/monitoring/dashboards/alerts.yaml").read_text())
    listed = [rule for group in alerting["groups"] for rule in group["rules"]]
    assert {rule["title"] for rule in listed} == {rule["alert"] for path in RULES for rule in alerts(path)}
    for rule in listed:
        assert rule["condition"] in {query["refId"] for query in rule["data"]}
        assert len(rule["uid"]) <= 40


def section(title: str) -> str:
    return DOCUMENTATION.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
