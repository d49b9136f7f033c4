"""What the object store is told, where servers differ."""

import pytest
from botocore.stub import Stubber

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store, StoreUnavailableError


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return Store(StoreSettings())


def test_a_server_that_wants_to_be_told_the_region_is_told(store: Store) -> None:
    told = {"Bucket": "models", "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    with Stubber(store.client) as server:
        server.add_response("list_buckets", {"Buckets": []})
        server.add_client_error("create_bucket", "IllegalLocationConstraintException")
        server.add_response("create_bucket", {}, told)
        store.create_buckets(["models"])
        server.assert_no_pending_responses()


def test_another_refusal_is_not_repeated(store: Store) -> None:
    with Stubber(store.client) as server:
        server.add_response("list_buckets", {"Buckets": []})
        server.add_client_error("create_bucket", "AccessDenied")
        with pytest.raises(StoreUnavailableError, match="AccessDenied"):
            store.create_buckets(["models"])


def test_the_folders_that_tools_make_are_not_listed(store: Store) -> None:
    listed = [
        {"Key": key} for key in ("output/userfeedback/", "output/userfeedback/7", "output/userfeedback/a/")
    ]
    with Stubber(store.client) as server:
        server.add_response("list_objects_v2", {"Contents": listed})
        assert list(store.keys("labelstudio", "output/userfeedback/")) == ["output/userfeedback/7"]
