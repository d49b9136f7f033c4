"""The client copes with the differences between object stores."""

import io

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from gourmetgram.etags import Etags
from gourmetgram.keys import Location
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
        server.add_response("list_buckets", {"Buckets": []})
        with pytest.raises(StoreUnavailableError, match="AccessDenied"):
            store.create_buckets(["models"])


def test_the_folders_that_tools_make_are_not_listed(store: Store) -> None:
    listed = [
        {"Key": key} for key in ("output/userfeedback/", "output/userfeedback/7", "output/userfeedback/a/")
    ]
    with Stubber(store.client) as server:
        server.add_response("list_objects_v2", {"Contents": listed})
        assert list(store.keys("labelstudio", "output/userfeedback/")) == ["output/userfeedback/7"]


def test_an_answer_that_can_not_be_read_is_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(**_: object) -> None:
        message = "Invalid timestamp"
        raise ValueError(message)

    monkeypatch.setattr(store.client, "get_object", read)
    with pytest.raises(StoreUnavailableError, match="Invalid timestamp"):
        store.get(PLACE)


OTHER_DIGEST = f'"{"0" * 32}"'
"""An ETag that looks like an MD5 but isn't one, as for objects encrypted with KMS."""
PLACE = Location("models", "food11/1/food11.onnx")


def found(body: bytes) -> dict[str, object]:
    return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ETag": OTHER_DIGEST}


def test_what_reads_the_same_twice_is_believed_though_its_etag_is_no_md5(store: Store) -> None:
    with Stubber(store.client) as server:
        for _ in range(3):
            server.add_response("get_object", found(b"model"))
        assert [store.get(PLACE), store.get(PLACE)] == [b"model", b"model"]  # three requests in all
        server.assert_no_pending_responses()


def test_what_reads_differently_each_time_is_not_believed(store: Store) -> None:
    with Stubber(store.client) as server:
        server.add_response("get_object", found(b"model"))
        server.add_response("get_object", found(b"mudel"))
        with pytest.raises(StoreUnavailableError, match="changed on its way from"):
            store.get(PLACE)


def test_what_was_written_is_read_again_where_its_etag_is_no_md5(store: Store) -> None:
    with Stubber(store.client) as server:
        server.add_response("put_object", {"ETag": OTHER_DIGEST})
        server.add_response("get_object", found(b"model"))
        server.add_response("put_object", {"ETag": OTHER_DIGEST})
        store.put(PLACE, b"model", "application/onnx")
        store.put(PLACE, b"model", "application/onnx")
        server.assert_no_pending_responses()


@pytest.mark.parametrize("etag", ['"9e107d9d372bb6826bd81d3542a419d6-3"', '"1"', "", None])
def test_an_etag_of_another_form_says_nothing(etag: str | None) -> None:
    assert not Etags().contradict("models", etag, b"model")
