"""The node's processes are started as Kubernetes expects."""

import pytest

from tests.cluster.node import components, images, kserve
from tests.cluster.node.places import STATE


@pytest.mark.parametrize("component", [*components.COMPONENTS, "containerd"])
def test_the_supervisor_restarts_every_component(component: str) -> None:
    assert components.supervisor_configuration()[f"program:{component}"]["autorestart"] == "true"


def test_flags_are_written_as_go_reads_them() -> None:
    assert components.command("etcd").startswith(f"{STATE}/bin/etcd --data-dir={STATE}/disk/etcd ")
    assert "--unsafe-no-fsync=true" in components.command("etcd")


@pytest.mark.parametrize(
    ("name", "full_name"),
    [
        ("webapp:1", "docker.io/library/webapp:1"),
        ("gourmetgram/webapp:1", "docker.io/gourmetgram/webapp:1"),
        ("localhost/webapp:1", "localhost/webapp:1"),
        ("quay.io/a/b:1", "quay.io/a/b:1"),
    ],
)
def test_image_names_are_spelt_out_as_containerd_does(name: str, full_name: str) -> None:
    assert images.full_name(name) == full_name


def test_kserve_is_installed_without_cert_manager() -> None:
    webhook = {"apiVersion": "v1", "kind": "MutatingWebhookConfiguration", "webhooks": [{"clientConfig": {}}]}
    certificate = {"apiVersion": "cert-manager.io/v1", "kind": "Certificate"}
    kept = kserve.without_cert_manager([webhook, certificate], ca_bundle="Q0E=")
    assert [thing["kind"] for thing in kept] == ["MutatingWebhookConfiguration"]
    assert kept[0]["webhooks"][0]["clientConfig"]["caBundle"] == "Q0E="
