"""After `helm install`, everything runs and follows the rules, and the notes are right."""

import base64
import subprocess

import pytest
from kubernetes import client

from gourmetgram import keys
from tests.cluster.release.installed import COMPONENT, NAME, SECRET, Release, values

pytestmark = pytest.mark.cluster


def test_every_component_has_its_pods(release: Release) -> None:
    running = [pod for pod in release.pods() if pod.status.phase == "Running"]
    components = [pod.metadata.labels[COMPONENT] for pod in running]
    assert sorted(components) == ["label-studio", "predictor", "predictor", "store", "webapp", "webapp"]


def test_the_restricted_standard_refused_no_pod(release: Release) -> None:
    events = release.core.list_namespaced_event(release.namespace).items
    assert [event.message for event in events if "violates PodSecurity" in (event.message or "")] == []


def test_no_pod_has_a_token_of_the_api_server(release: Release) -> None:
    volumes = [volume for pod in release.pods() for volume in pod.spec.volumes or []]
    assert [volume.name for volume in volumes if volume.name.startswith("kube-api-access")] == []


def test_every_root_file_system_is_read_only_but_the_storage_initializers(release: Release) -> None:
    for pod in release.pods():
        for container in pod.spec.containers:
            assert container.security_context.read_only_root_filesystem, pod.metadata.name


def test_helm_test_passes(release: Release) -> None:
    said = release.helm("test", NAME, "--timeout=3m")
    assert said.count("Phase:          Succeeded") == 4


def test_the_model_is_in_the_store_under_its_version(release: Release) -> None:
    version = values(release)["predictor"]["model"]["version"]
    with release.store() as store:
        assert store.exists(keys.model("food11", version))


def test_the_commands_of_the_checklist_work(release: Release) -> None:
    commands = [line.strip() for line in release.notes.splitlines() if line.strip().startswith("kubectl ")]
    by_kind = {command.split()[1]: command for command in commands}
    assert by_kind.keys() >= {"wait", "port-forward", "get", "create", "logs"}
    for command in commands:
        if "get secret" in command or "kubectl wait" in command:
            assert subprocess.run(["bash", "-ec", command], capture_output=True, check=True).stdout


def test_nothing_secret_is_in_what_helm_keeps(release: Release) -> None:
    kept = release.helm("get", "all", NAME)
    for entry, value in release.credentials().items():
        if entry.endswith(("secret-key", "password", "token", "SECRET_ACCESS_KEY", "users.json")):
            assert value not in kept
            assert base64.b64encode(value.encode()).decode() not in kept


def test_nothing_secret_is_in_a_log(release: Release) -> None:
    logs = "".join(release.kubectl("logs", pod.metadata.name, "--all-containers") for pod in release.pods())
    secrets = {entry: value for entry, value in release.credentials().items() if "secret" in entry.lower()}
    assert [entry for entry, value in secrets.items() if value in logs] == []


def test_the_rights_to_make_the_secret_are_gone(release: Release) -> None:
    roles = client.RbacAuthorizationV1Api().list_namespaced_role(release.namespace).items
    accounts = release.core.list_namespaced_service_account(release.namespace).items
    assert [role.metadata.name for role in roles] == []
    assert {account.metadata.name for account in accounts} == {"default", f"{NAME}-predictor"}


def test_a_second_installation_of_the_name_is_refused(release: Release) -> None:
    with pytest.raises(AssertionError, match="cannot re-use a name that is still in use"):
        release.install()


def test_the_secret_is_not_helms(release: Release) -> None:
    labels = release.core.read_namespaced_secret(SECRET, release.namespace).metadata.labels
    assert "app.kubernetes.io/managed-by" not in (labels or {})
