"""The chart as installed on Chameleon's virtual machines, and the ports that lead to its pods."""

import pytest
import yaml

from tests.unit.chart.conftest import ROOT, Manifest, Render, containers, named, pods

VM = ROOT / "chameleon/vm"
PORTS = [
    thing
    for thing in yaml.safe_load_all((VM / "ports.yaml").read_text())
    if (thing["kind"], thing["metadata"]["namespace"]) == ("Service", "gourmetgram")
    and "jupyter" not in thing["metadata"]["name"]
]


@pytest.fixture(scope="session")
def small(render: Render) -> list[Manifest]:
    return render("--values", VM / "small/gourmetgram.yaml", release="gourmetgram")


def test_a_small_machine_runs_one_of_each(small: list[Manifest]) -> None:
    assert named(small, "StatefulSet", "webapp")["spec"]["replicas"] == 1
    assert named(small, "InferenceService")["spec"]["predictor"]["maxReplicas"] == 1


@pytest.mark.parametrize("service", PORTS, ids=lambda service: service["metadata"]["name"])
def test_each_port_leads_to_a_pod_that_listens_there(service: Manifest, small: list[Manifest]) -> None:
    selector, [port] = service["spec"]["selector"], service["spec"]["ports"]
    [pod] = [pod for pod in pods(small) if pod["metadata"]["labels"].items() >= selector.items()]
    open_ports = [one for container in containers(pod) for one in container.get("ports", [])]
    assert any(port["targetPort"] in (one["name"], one["containerPort"]) for one in open_ports)
