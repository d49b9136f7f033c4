"""What a bare cluster lacks: DNS, dynamic volumes and pod metrics, from adapted upstream manifests."""

from pathlib import Path
from string import Template

import yaml

from tests.cluster.node import network
from tests.cluster.node.gobuild import built
from tests.cluster.node.images import BASE_IMAGE
from tests.cluster.node.kubectl import Manifest, apply, kubectl
from tests.cluster.node.pieces import COREDNS, LOCAL_PATH_PROVISIONER, METRICS_SERVER
from tests.cluster.node.places import DISK

# The service account's CA is the one that signed the kubelet's certificate.
CLUSTER_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"


def install_dns() -> None:
    """Install CoreDNS."""
    template = Template((Path(__file__).parent / "config/coredns.yaml").read_text())
    apply(template.substitute(image=COREDNS.images[0].name, dns=network.DNS_ADDRESS))


def install_volumes() -> None:
    """Install the volume provisioner that kind uses; as there, its class `standard` is the default."""
    manifest = (built(LOCAL_PATH_PROVISIONER) / "deploy/local-path-storage.yaml").read_text()
    manifest = manifest.replace("image: busybox", f"image: {BASE_IMAGE}")
    manifest = manifest.replace("/opt/local-path-provisioner", f"{DISK}/volumes")
    objects = list(yaml.safe_load_all(manifest))
    storage_class = _one(objects, "StorageClass")
    storage_class["metadata"] = {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    }
    apply(yaml.safe_dump_all(objects))


def install_metrics() -> None:
    """Install metrics-server, which the HorizontalPodAutoscaler queries."""
    objects = list(yaml.safe_load_all(kubectl("kustomize", str(built(METRICS_SERVER) / "manifests/base"))))
    pod = _one(objects, "Deployment")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    container["image"] = METRICS_SERVER.images[0].name
    container["args"].append(f"--kubelet-certificate-authority={CLUSTER_CA}")
    container["readinessProbe"]["initialDelaySeconds"] = 0
    apply(yaml.safe_dump_all(objects))


def _one(objects: list[Manifest], kind: str) -> Manifest:
    return next(thing for thing in objects if thing["kind"] == kind)
