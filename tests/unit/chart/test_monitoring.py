"""kube-prometheus-stack finds the monitoring objects, which concern only this release."""

import json
from typing import Any

import pytest
import yaml

from predictor.settings import PredictorSettings
from tests.unit.chart.conftest import CHART, Manifest, Render, named

WATCHED = ("ServiceMonitor", "PodMonitor", "PrometheusRule")


@pytest.fixture(scope="module")
def objects(render: Render) -> list[Manifest]:
    return render("--values", CHART / "ci/10-monitoring.yaml")


def _rules(objects: list[Manifest]) -> list[dict[str, Any]]:
    groups = named(objects, "PrometheusRule")["spec"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("kind", WATCHED)
def test_the_stack_selects_it_by_its_label(objects: list[Manifest], kind: str) -> None:
    assert named(objects, kind)["metadata"]["labels"]["release"] == "kube-prometheus-stack"


def test_without_monitoring_nothing_of_it_is_made(render: Render) -> None:
    assert not [thing for thing in render() if thing["kind"] in WATCHED]


def test_the_web_applications_port_is_the_services(objects: list[Manifest]) -> None:
    service = named(objects, "Service", "webapp")
    monitor = named(objects, "ServiceMonitor")["spec"]
    assert service["metadata"]["labels"].items() >= monitor["selector"]["matchLabels"].items()
    assert monitor["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}


def test_the_predictors_pods_are_watched(objects: list[Manifest]) -> None:
    monitor = named(objects, "PodMonitor")["spec"]
    pods = named(objects, "InferenceService")["metadata"]["labels"]
    assert pods.items() >= monitor["selector"]["matchLabels"].items()


@pytest.mark.parametrize(
    ("runtime", "setting"), [("onnx", "port"), ("torch", "port"), ("torchserve", "metrics_port")]
)
def test_the_predictors_port_is_declared_and_open_to_prometheus(
    render: Render, runtime: str, setting: str
) -> None:
    objects = render("--values", CHART / "ci/10-monitoring.yaml", "--set", f"predictor.runtime={runtime}")
    port = PredictorSettings.model_fields[setting].default
    ports = named(objects, "ServingRuntime")["spec"]["containers"][0]["ports"]
    watched = named(objects, "PodMonitor")["spec"]["podMetricsEndpoints"][0]["port"]
    assert {one["name"]: one["containerPort"] for one in ports}[watched] == port
    (rule,) = named(objects, "NetworkPolicy", "predictor-metrics")["spec"]["ingress"]
    assert rule["ports"] == [{"port": port}]


def test_the_series_have_the_job_labels_that_the_rules_ask_for(objects: list[Manifest]) -> None:
    monitors = [named(objects, kind)["spec"] for kind in ("ServiceMonitor", "PodMonitor")]
    assert {monitor["selector"]["matchLabels"][monitor["jobLabel"]] for monitor in monitors} == {
        "webapp",
        "predictor",
    }


def test_the_rules_are_about_the_releases_namespace(objects: list[Manifest]) -> None:
    assert all('namespace="eat"' in rule["expr"] for rule in _rules(objects))
    assert not any('namespace="gourmetgram"' in rule["expr"] for rule in _rules(objects))


def test_alerts_link_to_runbooks_where_the_values_say(objects: list[Manifest]) -> None:
    links = [rule["annotations"]["runbook_url"] for rule in _rules(objects) if "alert" in rule]
    assert all(link.startswith("https://git.example.org/gourmetgram/monitoring/runbooks/") for link in links)


def test_grafana_gets_the_dashboards(objects: list[Manifest]) -> None:
    config = named(objects, "ConfigMap", "dashboards")
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert {json.loads(text)["uid"] for text in config["data"].values()} == {
        f"gourmetgram-{name}" for name in ("service", "quality", "loop")
    }


def test_grafana_gets_the_alerts_of_this_namespace(objects: list[Manifest]) -> None:
    config = named(objects, "ConfigMap", "grafana-alerts")
    assert config["metadata"]["labels"]["grafana_alert"] == "1"
    (text,) = config["data"].values()
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert all('namespace="eat"' in rule["data"][0]["model"]["expr"] for rule in rules)
    assert max(len(rule["uid"]) for rule in rules) <= 40


def test_without_label_studio_no_alert_waits_for_its_answers(render: Render) -> None:
    objects = render("--values", CHART / "ci/10-monitoring.yaml", "--set", "labelStudio.enabled=false")
    (text,) = named(objects, "ConfigMap", "grafana-alerts")["data"].values()
    in_grafana = [rule["title"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert in_grafana == [rule["alert"] for rule in _rules(objects) if "alert" in rule]
    assert not {"GourmetGramTasksWaitTooLong", "GourmetGramTooFewLabels"} & set(in_grafana)
    (success,) = (rule for rule in _rules(objects) if rule.get("record") == "gourmetgram:cronjob_success:max")
    assert 'cronjob="processing"' in success["expr"]


def test_prometheus_may_ask_the_web_application(objects: list[Manifest]) -> None:
    (rule,) = named(objects, "NetworkPolicy", "webapp-metrics")["spec"]["ingress"]
    assert rule["ports"] == [{"port": 5000}]
