"""The tests' cluster is a real Kubernetes: everything that the chart needs works."""

import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.cluster import pods
from tests.cluster.conftest import Command
from tests.cluster.node import network
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.polling import wait_until
from tests.cluster.node.versions import versions

pytestmark = pytest.mark.cluster

SERVE = """
import http.server
http.server.test(http.server.SimpleHTTPRequestHandler, port=8080)
"""
BUSY = """
import time
while True:
    sum(range(100_000))
    time.sleep(0.01)
"""
FETCH = "import urllib.request; print(urllib.request.urlopen({url!r}, timeout=10).status)"
CONNECT = "import socket; s = socket.socket(); s.settimeout(10); print(s.connect_ex(({address!r}, {port})))"


def test_the_node_is_ready_in_the_pinned_minor_version(core: client.CoreV1Api) -> None:
    info = core.list_node().items[0].status
    conditions = {condition.type: condition.status for condition in info.conditions}
    assert conditions["Ready"] == "True"
    pinned = versions()["KUBERNETES_VERSION"].rsplit(".", 1)[0]
    assert info.node_info.kubelet_version.startswith(pinned)


def test_a_pod_finds_a_service_by_name(core: client.CoreV1Api, namespace: str) -> None:
    pods.start(core, namespace, "server", pods.pod_spec(SERVE))
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "server"}, "spec": {"selector": {"app": "server"}, "ports": ports}}
    core.create_namespaced_service(namespace, service)
    wait_until(lambda: _is_ready(core, namespace, "server"), "the server")
    program = f"import time; time.sleep(1); {FETCH.format(url=f'http://server.{namespace}.svc')}"
    pods.start(core, namespace, "client", pods.pod_spec(program))
    assert pods.output(core, namespace, "client") == "200"


def test_a_privileged_pod_is_refused(core: client.CoreV1Api, namespace: str) -> None:
    spec = pods.pod_spec(SERVE, container={"securityContext": {"privileged": True}})
    with pytest.raises(ApiException, match="violates PodSecurity"):
        pods.start(core, namespace, "privileged", spec)


def test_a_pod_reaches_nothing_outside_the_cluster(
    core: client.CoreV1Api, namespace: str, built_node: BuiltNode
) -> None:
    del built_node
    with socket.create_server((network.HOST_ADDRESS, 0)) as outside:
        program = CONNECT.format(address=network.HOST_ADDRESS, port=outside.getsockname()[1])
        pods.start(core, namespace, "curious", pods.pod_spec(program))
        assert pods.output(core, namespace, "curious") != "0"


def test_a_claim_is_bound_and_keeps_what_a_pod_wrote(core: client.CoreV1Api, namespace: str) -> None:
    resources = {"requests": {"storage": "1Mi"}}
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources}}
    core.create_namespaced_persistent_volume_claim(namespace, claim)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    for name, program in {
        "writer": "open('/data/photo', 'w').write('soup')",
        "reader": "print(open('/data/photo').read())",
    }.items():
        pods.start(core, namespace, name, pods.pod_spec(program, container=mounts, volumes=volumes))
        written = pods.output(core, namespace, name)
    assert written == "soup"


def test_a_cron_job_fires_and_runs_by_hand(namespace: str, kubectl: Command) -> None:
    template = {"spec": {"template": {"spec": pods.pod_spec("print('sampled')")}}}
    spec = {"schedule": "* * * * *", "timeZone": "Etc/UTC", "jobTemplate": template}
    cron_job = {"metadata": {"name": "sampling"}, "spec": spec}
    client.BatchV1Api().create_namespaced_cron_job(namespace, cron_job)
    kubectl("create", "job", "by-hand", "--from=cronjob/sampling", f"--namespace={namespace}")
    wait_until(lambda: len(_succeeded_jobs(namespace)) > 1, "both jobs' success", seconds=150)


def test_a_busy_deployment_is_scaled_up(namespace: str, kubectl: Command) -> None:
    metadata, labels = {"name": "busy"}, {"app": "busy"}
    pod = {"metadata": {"labels": labels}, "spec": pods.pod_spec(BUSY, restartPolicy="Always")}
    spec = {"selector": {"matchLabels": labels}, "template": pod}
    client.AppsV1Api().create_namespaced_deployment(namespace, {"metadata": metadata, "spec": spec})
    kubectl("autoscale", "deployment/busy", "--max=2", "--cpu=50%", f"--namespace={namespace}")
    replicas = "--for=jsonpath={.status.readyReplicas}=2"
    kubectl("wait", replicas, "deployment/busy", "--timeout=180s", f"--namespace={namespace}")


def test_an_inference_service_answers_through_a_port_forward(namespace: str, kubectl: Command) -> None:
    predictor = pods.pod_spec(SERVE, container={"name": "kserve-container"}, restartPolicy="Always")
    service = {"metadata": {"name": "food11"}, "spec": {"predictor": predictor}}
    service |= {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
    client.CustomObjectsApi().create_namespaced_custom_object(
        "serving.kserve.io", "v1beta1", namespace, "inferenceservices", service
    )
    kubectl("wait", "--for=condition=Ready", "isvc/food11", "--timeout=120s", f"--namespace={namespace}")
    with _port_forward(namespace, "service/food11-predictor", 80) as url:
        assert urllib.request.urlopen(url, timeout=10).status == 200  # noqa: S310 (our own address)


def test_a_killed_api_server_comes_back(
    restart_api_server: Callable[[], None], core: client.CoreV1Api
) -> None:
    restart_api_server()
    assert core.list_node().items


def test_to_start_a_running_node_changes_nothing(built_node: BuiltNode, core: client.CoreV1Api) -> None:
    def running() -> set[str]:
        return {pod.metadata.uid for pod in core.list_namespaced_pod("kube-system").items}

    before = running()
    built_node.up()
    assert running() == before


def _is_ready(core: client.CoreV1Api, namespace: str, name: str) -> bool:
    statuses = core.read_namespaced_pod_status(name, namespace).status.container_statuses or []
    return bool(statuses) and all(status.ready for status in statuses)


def _succeeded_jobs(namespace: str) -> list[str]:
    jobs = client.BatchV1Api().list_namespaced_job(namespace).items
    return [job.metadata.name for job in jobs if job.status.succeeded]


@contextmanager
def _port_forward(namespace: str, target: str, port: int) -> Iterator[str]:
    command = ["kubectl", "port-forward", f"--namespace={namespace}", target, f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        # "Forwarding from 127.0.0.1:41357 -> 8080"
        local = process.stdout.readline().split()[2]
        yield f"http://{local}/"
        process.terminate()
