"""On a real versitygw, each process's key permits its work and nothing else."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from cronjobs import access
from cronjobs.credentials import completed, name_of
from gourmetgram.keys import BUCKETS
from tests.processes import Server, free_port

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def credentials() -> dict[str, str]:
    return completed({}, "http://store:9000", "us-east-1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, credentials: dict[str, str]) -> Iterator[Server]:
    binary = os.environ.get("VERSITYGW", "") or shutil.which("versitygw")
    if not binary:
        pytest.skip("versitygw is not installed (set VERSITYGW to its path)")
    folder = tmp_path_factory.mktemp("access")
    for name in ("data", "metadata", "users"):
        (folder / name).mkdir()
    (folder / "users/users.json").write_text(credentials["users.json"])
    port = free_port()
    command = [binary, "--port", f"127.0.0.1:{port}", "--iam-dir", folder / "users"]
    root = {
        "ROOT_ACCESS_KEY": credentials["root-access-key"],
        "ROOT_SECRET_KEY": credentials["root-secret-key"],
    }
    server = Server(
        [*command, "posix", "--sidecar", folder / "metadata", folder / "data"],
        port,
        folder / "store.log",
        env=root,
        ready_statuses=(),
    ).start()
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def _set_up(server: Server, credentials: Mapping[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ACCESS_KEY_ID", credentials["root-access-key"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", credentials["root-secret-key"])
        access.set_up()
        access.set_up()
        yield


def client_of(user: str, credentials: Mapping[str, str], url: str) -> "S3Client":
    """Return a client for the store with a process's key."""
    return boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=credentials[name_of(user, "access")],
        aws_secret_access_key=credentials[name_of(user, "secret")],
    )


@pytest.fixture
def can(server: Server, credentials: dict[str, str]) -> Callable[[str], bool]:
    """Return a function that tries a line like "webapp put bucket/key"; "not found" counts as allowed."""

    def attempt(line: str) -> bool:
        user, action, place = line.split()
        bucket, key = place.split("/", 1)
        method = getattr(client_of(user, credentials, server.url), f"{action}_object")
        try:
            method(Bucket=bucket, Key=key, **({"Body": b"x"} if action == "put" else {}))
        except ClientError as error:
            return error.response["Error"]["Code"] == "NoSuchKey"
        return True

    return attempt


@pytest.mark.parametrize(
    "work",
    [
        "webapp put production/class_00/a.jpg",
        "webapp put tracking/predictions/2026-01-01/a.json",
        "webapp put labelstudio/tasks/lowconfidence/a.json",
        "webapp put labelstudio/output/userfeedback2/a.json",
        "webapp get labelstudio/processed/tasks/userfeedback/a.json",
        "cronjobs get production/class_00/a.jpg",
        "cronjobs put tracking/labels/2026-01-01/user_flag/a.json",
        "cronjobs delete labelstudio/tasks/lowconfidence/a.json",
        "cronjobs delete tracking/labels/2026-01-01/user_flag/a.json",
        "cronjobs delete tracking/imports/2026-01-01/userfeedback/a.json",
        "cronjobs delete tracking/shares/2026-01-01/001/0-of-2.json",
        "cronjobs delete cleanproduction/class_00/a.jpg",
        "deletion delete production/class_00/a.jpg",
        "deletion delete tracking/predictions/2026-01-01/a.json",
        "deletion get labelstudio/output/lowconfidence/1",
        "deletion put tracking/deletions/a.json",
        "retraining get tracking/labels/2026-01-01/user_flag/a.json",
        "retraining get cleanproduction/class_00/a.jpg",
        "retraining put models/food11/1/food11.onnx",
        "label-studio get production/class_00/a.jpg",
        "label-studio put labelstudio/output/lowconfidence/1",
        "predictor get models/food11/1/food11.onnx",
    ],
)
def test_a_process_can_do_its_work(can: Callable[[str], bool], work: str) -> None:
    assert can(work)


@pytest.mark.parametrize(
    "mischief",
    [
        "webapp delete production/class_00/a.jpg",
        "webapp put tracking/labels/2026-01-01/user_flag/a.json",
        "webapp put labelstudio/output/randomsampled/1",
        "webapp get cleanproduction/class_00/a.jpg",
        "webapp put models/food11/1/food11.onnx",
        "cronjobs delete production/class_00/a.jpg",
        "deletion put tracking/predictions/2026-01-01/a.json",
        "deletion put production/class_00/a.jpg",
        "deletion delete models/food11/1/food11.onnx",
        "cronjobs put production/class_00/a.jpg",
        "cronjobs delete tracking/predictions/2026-01-01/a.json",
        "retraining get production/class_00/a.jpg",
        "retraining put tracking/labels/2026-01-01/user_flag/a.json",
        "retraining delete cleanproduction/class_00/a.jpg",
        "retraining delete models/food11/1/food11.onnx",
        "label-studio put production/class_00/a.jpg",
        "label-studio delete labelstudio/tasks/lowconfidence/a.json",
        "label-studio get tracking/predictions/2026-01-01/a.json",
        "predictor get production/class_00/a.jpg",
        "predictor put models/food11/1/food11.onnx",
    ],
)
def test_a_process_can_do_nothing_else(can: Callable[[str], bool], mischief: str) -> None:
    assert not can(mischief)


def test_no_process_can_change_who_may_do_what(server: Server, credentials: dict[str, str]) -> None:
    for user in access.ACCESS_KEYS:
        client = client_of(user, credentials, server.url)
        for bucket in BUCKETS:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.put_bucket_policy(Bucket=bucket, Policy='{"Statement": []}')


def test_nobody_gets_in_without_a_key(server: Server) -> None:
    nobody = {"root-access-key": "nobody", "root-secret-key": "x"}
    anonymous = client_of("root", nobody, server.url)
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        anonymous.list_buckets()
