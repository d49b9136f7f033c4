"""A version that is not in the store is refused before an upgrade, unless the store is down."""

import pytest

from gourmetgram import keys
from gourmetgram.store import Store
from predictor import published, runtimes
from predictor.settings import PredictorSettings


def test_a_version_in_the_store_is_accepted(store: Store) -> None:
    store.create_buckets((keys.MODELS,))
    store.put(keys.model("food11", "retrained"), b"a model", "application/octet-stream")
    assert published.main(["retrained"]) == 0


def test_a_version_that_is_nowhere_is_refused(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.create_buckets((keys.MODELS,))
    assert published.main(["deadbeef0000"]) == 1
    assert "There is no model deadbeef0000 in the store" in caplog.text


def test_each_of_several_versions_has_to_be_there(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.create_buckets((keys.MODELS,))
    assert published.main([_own(), "deadbeef0000"]) == 1
    assert "There is no model deadbeef0000 in the store" in caplog.text


def test_the_images_own_version_need_not_be_there_yet(store: Store) -> None:
    assert not store.exists(keys.model("food11", own := _own()))
    assert published.main([own]) == 0


def test_a_store_that_is_away_refuses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    del store
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setattr(published, "WAIT_SECONDS", 0)
    assert published.main(["deadbeef0000"]) == 0
    assert "not checked whether there is a model deadbeef0000" in caplog.text


def _own() -> str:
    return runtimes.load("onnx", runtimes.model_file(PredictorSettings().model_path)).version
