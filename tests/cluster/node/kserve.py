"""Install KServe from its own charts; the cluster's CA, not cert-manager, signs the webhook's certificate."""

from pathlib import Path

import yaml

from tests.cluster.node.certificates import Certificate, create, encoded, key, public
from tests.cluster.node.commands import CommandError, run
from tests.cluster.node.gobuild import built
from tests.cluster.node.kubectl import Manifest, apply, kubectl, wait_for
from tests.cluster.node.pieces import KSERVE
from tests.cluster.node.places import BINARIES
from tests.cluster.node.polling import wait_until
from tests.cluster.node.versions import REPOSITORY

NAMESPACE = "kserve"
WEBHOOK = f"kserve-webhook-server-service.{NAMESPACE}.svc"
VALUES = REPOSITORY / "manifests/platform/kserve.yaml"
# The chart limits the controller to a tenth of a core, which slows every test down.
QUICK = "kserve.controller.resources.limits.cpu=1"
CANARY = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: answers, namespace: default}
spec: {predictor: {containers: [{name: kserve-container, image: none}]}}
"""


def install() -> None:
    """Install the custom resources and the controller."""
    apply(_template("kserve-crd"))
    create(Certificate("kserve-webhook", f"/CN={WEBHOOK}", names=(f"DNS:{WEBHOOK}",)))
    apply(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {NAMESPACE}}}\n")
    rendered = yaml.safe_load_all(_template("kserve-resources", f"--values={VALUES}", f"--set={QUICK}"))
    # The API server knows the CRDs' kinds shortly after they are applied.
    wait_for("condition=Established", "crd/clusterstoragecontainers.serving.kserve.io")
    apply(yaml.safe_dump_all(without_cert_manager(list(rendered), encoded(public("ca")))))
    apply(yaml.safe_dump(_certificate_secret()))


def wait_until_ready() -> None:
    """Wait until the controller's webhook responds, a few seconds after its pod is ready."""
    wait_for("condition=Available", f"--namespace={NAMESPACE}", "deployment/kserve-controller-manager")
    wait_until(_webhook_answers, "KServe's webhook", seconds=60)


def without_cert_manager(objects: list[Manifest], ca_bundle: str) -> list[Manifest]:
    """Return the chart's objects without those of cert-manager and the metrics proxy of the controller."""
    kept = [thing for thing in objects if thing and not thing["apiVersion"].startswith("cert-manager.io")]
    for thing in kept:
        for webhook in thing.get("webhooks", []):
            webhook["clientConfig"]["caBundle"] = ca_bundle
        if thing["kind"] == "Deployment":
            pod = thing["spec"]["template"]["spec"]
            pod["containers"] = [one for one in pod["containers"] if one["name"] == "manager"]
            pod["containers"][0]["readinessProbe"]["initialDelaySeconds"] = 0
    return kept


def _certificate_secret() -> Manifest:
    data = {"tls.crt": encoded(public("kserve-webhook")), "tls.key": encoded(key("kserve-webhook"))}
    metadata = {"name": "kserve-webhook-server-cert", "namespace": NAMESPACE}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": metadata,
        "data": data,
    }


def _template(chart: str, *arguments: str) -> str:
    folder: Path = built(KSERVE) / "charts" / chart
    return run(BINARIES / "helm", "template", "kserve", folder, f"--namespace={NAMESPACE}", *arguments)


def _webhook_answers() -> bool:
    try:
        kubectl("apply", "--dry-run=server", "--filename=-", stdin=CANARY)
    except CommandError:
        return False
    return True
