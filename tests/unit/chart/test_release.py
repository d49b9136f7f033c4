"""What the chart renders from its values."""

import shutil
import subprocess
import tarfile
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pytest

import predictor.torchserve.ready
from cronjobs.label_studio import client, projects
from tests.unit.chart.conftest import CHART, RefusedError, Render, containers, environment, named, pods


def test_a_model_is_a_uri_in_the_store(render: Render) -> None:
    service = named(render("--set", "store.bucketPrefix=a-,predictor.model.version=7"), "InferenceService")
    assert service["spec"]["predictor"]["model"]["storageUri"] == "s3://a-models/food11/7/food11.onnx"


def test_a_version_of_digits_stays_as_it_is(render: Render, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("predictor: { model: { version: 123456789012 } }")
    service = named(render("--values", tmp_path / "values.yaml"), "InferenceService")
    assert (
        service["spec"]["predictor"]["model"]["storageUri"] == "s3://models/food11/123456789012/food11.onnx"
    )


def test_the_wanted_version_is_put_into_the_store(render: Render) -> None:
    job = named(render("--set", "predictor.model.version=7"), "Job", "store-set-up")
    assert job["spec"]["template"]["spec"]["containers"][0]["command"][-2:] == ["predictor.publish", "7"]


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [("predictor.model.version", "1", "2"), ("predictor.runtime", "torch", "torchserve")],
)
def test_another_set_up_is_another_job(render: Render, path: str, one: str, other: str) -> None:
    jobs = [named(render("--set", f"{path}={value}"), "Job", "store-set-up") for value in (one, one, other)]
    assert len({job["metadata"]["name"] for job in jobs}) == 2


def test_kserve_runs_it_without_mesh_on_our_own_runtime(render: Render) -> None:
    objects = render()
    service = named(objects, "InferenceService")
    assert service["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Standard"
    runtime = service["spec"]["predictor"]["model"]["runtime"]
    assert runtime == named(objects, "ServingRuntime")["metadata"]["name"]


def test_the_service_in_front_selects_the_pods_of_every_revision(render: Render) -> None:
    objects = render()
    name = named(objects, "InferenceService")["metadata"]["name"]
    selector = named(objects, "Service", "predictor")["spec"]["selector"]
    assert selector == {"serving.kserve.io/inferenceservice": name}


def test_nothing_is_deleted_by_the_clock_unless_a_period_is_given(render: Render) -> None:
    asleep = named(render(), "CronJob", "deletion")["spec"]
    awake = named(render("--set", "cronjobs.settings.retention_days=90"), "CronJob", "deletion")["spec"]
    assert (asleep.get("suspend"), awake.get("suspend")) == (True, None)


def test_a_namespace_may_give_the_pods_their_user(render: Render) -> None:
    for pod in pods(render("--set", "pods.randomUser=true")):
        assert pod["spec"]["securityContext"].keys().isdisjoint({"runAsUser", "runAsGroup", "fsGroup"})


def test_label_studio_is_replaced_at_once_or_one_by_one(render: Render) -> None:
    several = CHART / "ci/13-several-nodes.yaml"
    one, two = (named(render(*more), "Deployment", "label-studio") for more in ((), ("--values", several)))
    assert (one["spec"]["replicas"], one["spec"]["strategy"]) == (1, {"type": "Recreate"})
    assert (two["spec"]["replicas"], "strategy" in two["spec"]) == (2, False)


def test_the_deletion_has_a_key_of_its_own(render: Render) -> None:
    (pod,) = pods([named(render(), "CronJob", "deletion")])
    key = environment(containers(pod)[0])["AWS_ACCESS_KEY_ID"]
    assert key["secretKeyRef"]["key"] == "deletion-access-key"


def test_the_jobs_do_not_overlap_pile_up_or_hang(render: Render) -> None:
    for job in (thing for thing in render() if thing["kind"] == "CronJob"):
        spec = job["spec"]
        assert spec["timeZone"] == "Etc/UTC"
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec.keys() >= {
            "startingDeadlineSeconds",
            "successfulJobsHistoryLimit",
            "failedJobsHistoryLimit",
        }
        assert spec["jobTemplate"]["spec"].keys() >= {"activeDeadlineSeconds", "ttlSecondsAfterFinished"}


def test_sampling_in_several_pods_tells_each_which_it_is(render: Render) -> None:
    several = named(render("--values", CHART / "ci/13-several-nodes.yaml"), "CronJob", "sampling")
    job = several["spec"]["jobTemplate"]["spec"]
    assert (job["completionMode"], job["completions"], job["parallelism"]) == ("Indexed", 4, 4)
    env = environment(containers(*pods([several]))[0])
    index = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
    assert env["GOURMETGRAM_SAMPLING_PODS"] == "4"
    assert env["GOURMETGRAM_SAMPLING_POD"] == {"fieldRef": {"fieldPath": index}}


def test_each_process_has_its_own_key(render: Render) -> None:
    entries = set()
    for pod in pods(
        [thing for thing in render() if thing["kind"] in {"StatefulSet", "Deployment", "CronJob"}]
    ):
        key = environment(pod["spec"]["containers"][0]).get("AWS_ACCESS_KEY_ID")
        entries |= {key["secretKeyRef"]["key"]} if key else set()
    processes = ("webapp", "cronjobs", "deletion", "retraining", "label-studio")
    assert entries == {f"{process}-access-key" for process in processes}


def test_only_the_store_and_the_set_up_read_the_root_key(render: Render) -> None:
    readers = set()
    for pod in pods(render()):
        for container in containers(pod):
            sources = [one for one in environment(container).values() if isinstance(one, dict)]
            if any(source["secretKeyRef"]["key"] == "root-secret-key" for source in sources):
                readers.add(pod["metadata"]["labels"]["app.kubernetes.io/component"])
    assert readers == {"store", "set-up"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [("confidence_threshold", "0.8"), ("max_photo_bytes", "33554432"), ("store_attempts", "3")],
)
def test_a_setting_becomes_a_variable(render: Render, tmp_path: Path, setting: str, value: str) -> None:
    (tmp_path / "values.yaml").write_text(f"webapp: {{ settings: {{ {setting}: {value} }} }}")
    by_file = render("--values", tmp_path / "values.yaml")
    for objects in (by_file, render("--set", f"webapp.settings.{setting}={value}")):
        container = containers(next(pods([named(objects, "StatefulSet")])))[0]
        assert environment(container)[f"GOURMETGRAM_{setting.upper()}"] == value


def test_what_holds_data_outlives_the_release(render: Render) -> None:
    claims = [thing for thing in render() if thing["kind"] == "PersistentVolumeClaim"]
    assert len(claims) == 2
    for claim in claims:
        assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_without_label_studio_nothing_of_it_is_left(render: Render) -> None:
    objects = render("--set", "labelStudio.enabled=false")
    assert not [thing for thing in objects if "label-studio" in thing["metadata"]["name"]]
    jobs = {thing["metadata"]["name"] for thing in objects if thing["kind"] == "CronJob"}
    assert jobs == {f"food-gourmetgram-{job}" for job in ("processing", "deletion", "retrain")}


def test_two_releases_share_no_name(render: Render) -> None:
    def names(release: str) -> set[tuple[str, str]]:
        objects = render(release=release)
        return {(thing["kind"], thing["metadata"]["name"]) for thing in objects}

    assert not names("a") & names("b")


@pytest.mark.parametrize("release", ["1food", "food.v2"])
def test_a_release_that_would_get_invalid_names_is_refused(render: Render, release: str) -> None:
    with pytest.raises(RefusedError, match=f"release name {release} can't be used"):
        render(release=release)


def test_the_chart_is_packed_whole_without_the_repository(helm: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(CHART, tmp_path / "chart", symlinks=True)
    packed = subprocess.run(
        [helm, "package", copy, "--destination", tmp_path], capture_output=True, text=True, check=True
    )
    assert "symbolic link" not in packed.stdout + packed.stderr
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as archive:
        names = {name.removeprefix("gourmetgram/monitoring/") for name in archive.getnames()}
    assert names >= {"rules/loop.yaml", "dashboards/loop.json", "dashboards/alerts.yaml"}


def test_the_chart_refers_to_nothing_outside_itself() -> None:
    assert [path for path in CHART.rglob("*") if path.is_symlink()] == []


@pytest.mark.parametrize("found", [3, None])
def test_the_test_of_label_studio_knows_the_projects_as_the_jobs_do(
    render: Render, monkeypatch: pytest.MonkeyPatch, found: int | None
) -> None:
    code = named(render(), "Pod", "test-label-studio")["spec"]["containers"][0]["command"][-1]
    monkeypatch.setattr(client, "connect", nullcontext)
    monkeypatch.setattr(projects, "project_id", lambda *_: found)
    with nullcontext() if found else pytest.raises(AssertionError):
        exec(code, {})  # noqa: S102


@pytest.mark.parametrize(
    ("runtime", "image"),
    [("onnx", "predictor"), ("torch", "predictor-torch"), ("torchserve", "predictor-torch")],
)
def test_the_runtime_chooses_the_image_that_has_it(render: Render, runtime: str, image: str) -> None:
    objects = render("--set", f"predictor.runtime={runtime}")
    runtimes = named(objects, "ServingRuntime")["spec"]["containers"]
    publishers = named(objects, "Job", "store-set-up")["spec"]["template"]["spec"]["containers"]
    for container in (*runtimes, *publishers):
        assert container["image"].startswith(f"localhost/gourmetgram/{image}:")
        assert environment(container)["GOURMETGRAM_RUNTIME"] == runtime


def test_torchserve_gets_no_request_before_a_worker_has_the_model(render: Render) -> None:
    (container,) = named(render("--set", "predictor.runtime=torchserve"), "ServingRuntime")["spec"][
        "containers"
    ]
    assert container["startupProbe"]["exec"]["command"][-1] == predictor.torchserve.ready.__name__
    (container,) = named(render(), "ServingRuntime")["spec"]["containers"]
    assert "startupProbe" not in container


def test_a_test_tries_again_until_the_network_lets_it_through(
    render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = named(render(), "Pod", "test-webapp")["spec"]["containers"][0]["command"][-1]
    answers = [OSError("refused"), BytesIO(b'{"predictor": "ready", "store": "ready"}')]

    def answer(*_: object, **__: object) -> BytesIO:
        match answers.pop(0):
            case BytesIO() as body:
                return body
            case error:
                raise error

    monkeypatch.setattr("urllib.request.urlopen", answer)
    monkeypatch.setattr("time.sleep", lambda _: None)
    exec(code, {})  # noqa: S102
    assert not answers


def test_a_wanted_version_is_looked_for_before_an_upgrade(render: Render) -> None:
    job = named(render("--set", "predictor.model.version=7"), "Job", "model-check")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["command"][-2:] == ["predictor.published", "7"]


def test_a_model_from_elsewhere_is_not_looked_for(render: Render) -> None:
    objects = render("--set", "predictor.model.storageUri=pvc://models/a.onnx")
    assert not [thing for thing in objects if "model-check" in thing["metadata"]["name"]]


@pytest.mark.parametrize(
    ("percent", "least", "stable", "canary"),
    [(10, 2, 9, 1), (25, 2, 3, 1), (33, 2, 3, 1), (50, 2, 2, 2), (1, 1, 99, 1), (10, 40, 40, 4)],
)
def test_a_canary_gets_at_most_its_share_of_the_pods(
    render: Render, percent: int, least: int, stable: int, canary: int
) -> None:
    chosen = f"predictor.canary.percent={percent},predictor.replicas.min={least},predictor.replicas.max=40"
    spec = named(render("--set", f"{chosen},predictor.canary.version=new"), "InferenceService")["spec"]
    (entry,) = spec["canary"]
    assert entry["predictor"]["minReplicas"] == canary
    assert spec["predictor"]["minReplicas"] == stable + canary  # KServe subtracts the canary's pods
    assert spec["predictor"]["maxReplicas"] == max(40, stable + canary)
    assert canary / (stable + canary) <= percent / 100


def test_without_a_canary_the_pods_are_those_that_were_asked_for(render: Render) -> None:
    spec = named(render("--set", "predictor.canary.percent=50"), "InferenceService")["spec"]
    assert (spec["predictor"]["minReplicas"], spec["predictor"]["maxReplicas"]) == (2, 5)
    assert "canary" not in spec


def test_a_canary_is_looked_for_and_published_too(render: Render) -> None:
    objects = render("--set", "predictor.model.version=7,predictor.canary.version=8")
    for job, module in (("model-check", "predictor.published"), ("store-set-up", "predictor.publish")):
        spec = named(objects, "Job", job)["spec"]["template"]["spec"]
        assert spec["containers"][0]["command"][-3:] == [module, "7", "8"]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("version=7", "7 is the version that is already served"),
        ("storageUri=pvc://a/b.onnx", "a version in the store"),
    ],
)
def test_a_canary_that_makes_no_sense_is_refused(render: Render, model: str, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        render("--set", f"predictor.canary.version=7,predictor.model.{model}")
