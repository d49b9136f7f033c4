"""The rules that every pod of every scenario follows."""

import pytest

from tests.unit.chart.conftest import Manifest, containers, pods


def test_every_pod_keeps_to_the_restricted_standard(scenario: list[Manifest]) -> None:
    for pod in pods(scenario):
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"]
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(pod):
            context = container["securityContext"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["allowPrivilegeEscalation"] is False


def test_every_root_file_system_is_read_only(scenario: list[Manifest]) -> None:
    for pod in pods(scenario):
        assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in containers(pod))


def test_every_container_says_what_it_needs_and_what_it_may_take(scenario: list[Manifest]) -> None:
    for pod in pods(scenario):
        for container in containers(pod):
            for bound in ("requests", "limits"):
                assert container["resources"][bound].keys() >= {"cpu", "memory"}


def test_only_what_makes_the_secret_and_what_withdraws_a_canary_have_a_token(
    scenario: list[Manifest],
) -> None:
    with_token = [pod for pod in pods(scenario) if pod["spec"]["automountServiceAccountToken"]]
    accounts = [pod["spec"]["serviceAccountName"] for pod in with_token]
    assert {*accounts} <= {"food-gourmetgram-credentials", "food-gourmetgram-withdraw"}
    assert len(accounts) == len({*accounts})


def test_every_image_has_a_version(scenario: list[Manifest]) -> None:
    for pod in pods(scenario):
        for container in containers(pod):
            assert container["image"].rpartition(":")[2] not in {"", "latest"}


def test_nothing_secret_is_part_of_a_release(scenario: list[Manifest]) -> None:
    assert not [thing for thing in scenario if thing["kind"] == "Secret"]


def test_every_server_says_when_it_is_ready_and_when_it_is_dead(scenario: list[Manifest]) -> None:
    for pod in pods([thing for thing in scenario if thing["kind"] in {"Deployment", "StatefulSet"}]):
        for container in pod["spec"]["containers"]:
            assert container.keys() >= {"readinessProbe", "livenessProbe"}


@pytest.mark.parametrize("kind", ["StatefulSet", "InferenceService"])
def test_a_pod_that_goes_still_answers_while_requests_may_come(scenario: list[Manifest], kind: str) -> None:
    wanted = [thing for thing in scenario if thing["kind"] in {kind, "ServingRuntime"}]
    for pod in pods(wanted):
        assert pod["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] >= 5
        assert pod["spec"]["terminationGracePeriodSeconds"] >= 30
