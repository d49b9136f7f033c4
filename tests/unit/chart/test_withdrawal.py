"""The Job that withdraws a canary exists only while it can do so, and has no other permissions."""

import pytest

from tests.unit.chart.conftest import Manifest, Render, named, pods

CANARY = ("--set", "monitoring.enabled=true,predictor.canary.version=new")


def _of_the_withdrawal(objects: list[Manifest], kind: str) -> list[Manifest]:
    component = "app.kubernetes.io/component"
    return [
        thing
        for thing in objects
        if thing["kind"] == kind and thing["metadata"]["labels"].get(component) == "withdrawal"
    ]


@pytest.mark.parametrize(
    "missing", ["monitoring.enabled=false", "predictor.canary.version=", "predictor.canary.withdraw=false"]
)
def test_it_is_there_only_while_it_can_withdraw_something(render: Render, missing: str) -> None:
    objects = render(*CANARY, "--set", missing)
    for kind in ("CronJob", "ServiceAccount", "Role", "RoleBinding", "ConfigMap"):
        assert _of_the_withdrawal(objects, kind) == []


def test_it_may_read_and_change_the_inference_service_and_its_record_alone(render: Render) -> None:
    objects = render(*CANARY)
    service = named(objects, "InferenceService")["metadata"]["name"]
    (record,) = _of_the_withdrawal(objects, "ConfigMap")
    (role,) = _of_the_withdrawal(objects, "Role")
    one = {"resourceNames": [service], "verbs": ["get", "patch"]}
    other = {"resourceNames": [record["metadata"]["name"]], "verbs": ["get", "patch"]}
    assert role["rules"] == [
        {"apiGroups": ["serving.kserve.io"], "resources": ["inferenceservices"], **one},
        {"apiGroups": [""], "resources": ["configmaps"], **other},
    ]


def test_nobody_else_has_these_rights_and_it_has_no_others(render: Render) -> None:
    objects = render(*CANARY)
    (job,) = _of_the_withdrawal(objects, "CronJob")
    (pod,) = pods([job])
    account = pod["spec"]["serviceAccountName"]
    bindings = [thing for thing in objects if thing["kind"] == "RoleBinding"]
    (binding,) = [one for one in bindings if account in [subject["name"] for subject in one["subjects"]]]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": "eat"}]
    assert binding["roleRef"]["name"] == _of_the_withdrawal(objects, "Role")[0]["metadata"]["name"]
    others = [other for other in pods(objects) if other["spec"].get("serviceAccountName") == account]
    assert others == [pod]


def test_it_is_told_whom_to_ask_about_what(render: Render) -> None:
    objects = render(*CANARY, "--set", "monitoring.prometheusUrl=http://prometheus.example.org:9999")
    (pod,) = pods(_of_the_withdrawal(objects, "CronJob"))
    assert pod["spec"]["containers"][0]["args"] == [
        named(objects, "InferenceService")["metadata"]["name"],
        _of_the_withdrawal(objects, "ConfigMap")[0]["metadata"]["name"],
        "http://prometheus.example.org:9999",
    ]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (
            "http://prometheus-operated.monitoring.svc:9090",
            {
                "to": [
                    {
                        "namespaceSelector": {},
                        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
                    }
                ]
            },
        ),
        ("https://prometheus.example.org", {"ports": [{"port": 443}]}),
    ],
)
def test_it_reaches_prometheus_and_the_api_server_alone(
    render: Render, url: str, rule: dict[str, object]
) -> None:
    objects = render(*CANARY, "--set", f"monitoring.prometheusUrl={url}")
    (policy,) = _of_the_withdrawal(objects, "NetworkPolicy")
    assert policy["spec"]["egress"] == [
        rule,
        {"ports": [{"port": port} for port in (443, 6443, 8443, 16443)]},
    ]
    assert "ingress" not in policy["spec"]
