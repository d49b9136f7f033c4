"""The rendered network policies allow the necessary connections and no others."""

import pytest

from tests.unit.chart.conftest import Manifest, Render, named, pods

COMPONENT = "app.kubernetes.io/component"


def _rules(objects: list[Manifest], direction: str, side: str) -> set[tuple[str, str, int]]:
    found = set()
    for policy in (thing for thing in objects if thing["kind"] == "NetworkPolicy"):
        own = policy["spec"]["podSelector"]["matchLabels"].get(COMPONENT, "")
        for rule in policy["spec"].get(direction, []):
            for peer in rule.get(side, [{}]):
                for expression in peer.get("podSelector", {}).get("matchExpressions", []):
                    pairs = [(own, other) for other in expression["values"]]
                    ports = [port["port"] for port in rule["ports"]]
                    found |= {(*pair, port) for pair in pairs for port in ports}
    return found


def test_every_pod_is_under_a_policy_that_denies_both_directions(scenario: list[Manifest]) -> None:
    default = named(scenario, "NetworkPolicy")["spec"]
    policies = [thing["spec"] for thing in scenario if thing["kind"] == "NetworkPolicy"]
    default = next(one for one in policies if COMPONENT not in one["podSelector"]["matchLabels"])
    assert default["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in default
    for pod in pods(scenario):
        assert pod["metadata"]["labels"].items() >= default["podSelector"]["matchLabels"].items()


def test_what_one_side_may_say_the_other_side_may_hear(scenario: list[Manifest]) -> None:
    said = _rules(scenario, "egress", "to")
    heard = {(speaker, own, port) for own, speaker, port in _rules(scenario, "ingress", "from")}
    present = {pod["metadata"]["labels"][COMPONENT] for pod in pods(scenario)}
    assert {rule for rule in said if present >= set(rule[:2])} == {
        rule for rule in heard if present >= set(rule[:2])
    }


def test_only_the_web_application_reaches_the_predictor(render: Render) -> None:
    heard = _rules(render(), "ingress", "from")
    assert {speaker for own, speaker, _ in heard if own == "predictor"} == {"webapp", "tests"}


def test_the_web_application_reaches_the_redis_that_counts(render: Render) -> None:
    told = "webapp.settings.limits_storage=redis://redis.databases.svc:7000/0"
    policy = named(render("--set", told), "NetworkPolicy", "webapp")
    assert {"ports": [{"port": 7000}]} in policy["spec"]["egress"]


def test_the_stores_web_page_has_no_door(render: Render) -> None:
    assert 9001 not in {port for _, _, port in _rules(render(), "ingress", "from")}


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("https://s3.example.org", 443), ("http://s3.example.org", 80), ("http://s3.example.org:9000", 9000)],
)
def test_another_store_is_reached_at_its_port(render: Render, endpoint: str, port: int) -> None:
    chosen = f"store.bundled=false,store.endpoint={endpoint},credentials.existingSecret=keys"
    policy = named(render("--set", chosen), "NetworkPolicy", "webapp")
    assert policy["spec"]["egress"][-1] == {"ports": [{"port": port}]}
    assert {"to": [{"namespaceSelector": {}}]} not in policy["spec"]["egress"]


def test_a_store_behind_a_service_is_reached_at_its_pods_port(render: Render) -> None:
    chosen = "store.bundled=false,store.endpoint=http://minio.minio.svc,credentials.existingSecret=keys"
    rules = named(render("--set", chosen), "NetworkPolicy", "webapp")["spec"]["egress"]
    assert rules[-2:] == [{"to": [{"namespaceSelector": {}}]}, {"ports": [{"port": 80}]}]


@pytest.mark.parametrize(
    ("uri", "open_to_the_web"),
    [("https://models.example.org/a.onnx", True), ("s3://models/a.onnx", False), ("pvc://a/a.onnx", False)],
)
def test_a_model_from_elsewhere_can_be_fetched(render: Render, uri: str, open_to_the_web: bool) -> None:
    objects = render("--set", f"predictor.model.storageUri={uri}")
    rules = named(objects, "NetworkPolicy", "predictor")["spec"]["egress"]
    assert ({"ports": [{"port": 443}, {"port": 80}]} in rules) is open_to_the_web


def test_the_set_up_reaches_the_api_server_wherever_it_listens(render: Render) -> None:
    rules = named(render(), "NetworkPolicy", "set-up")["spec"]["egress"]
    assert {one["port"] for one in rules[-1]["ports"]} == {443, 6443, 8443, 16443}


def test_names_may_be_asked_for_anywhere(render: Render) -> None:
    policies = [thing["spec"] for thing in render() if thing["kind"] == "NetworkPolicy"]
    default = next(one for one in policies if COMPONENT not in one["podSelector"]["matchLabels"])
    assert default["egress"] == [
        {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    ]


def test_people_can_be_named(render: Render) -> None:
    here = "networkPolicy.clients[0].ipBlock.cidr=10.0.0.0/8"
    rules = named(render("--set", here), "NetworkPolicy", "webapp")["spec"]["ingress"]
    assert rules[0]["from"] == [{"ipBlock": {"cidr": "10.0.0.0/8"}}]
