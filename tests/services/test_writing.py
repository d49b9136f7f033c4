"""The web application's own client for writes, with the real store."""

import time
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gourmetgram.keys import PRODUCTION, Location
from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store, StoreUnavailableError
from tests.processes import Server, free_port
from tests.serving import serving
from tests.uploads import metric, photo, upload
from webapp.settings import MIB
from webapp.writing import WritingStore

PHOTO = Location(PRODUCTION, "class_01/a photo+ü.jpg")
WRITES = 'gourmetgram_store_request_seconds_count{operation="PutObject"}'


def writing(monkeypatch: pytest.MonkeyPatch, **env: str) -> WritingStore:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return WritingStore(StoreSettings(store_attempts=1))


def test_what_is_written_is_read_by_the_other_processes(
    empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing(monkeypatch).put(PHOTO, b"photo", "image/jpeg")
    found = empty_store.client.get_object(Bucket=f"{empty_store.bucket_prefix}{PRODUCTION}", Key=PHOTO.key)
    assert (found["Body"].read(), found["ContentType"]) == (b"photo", "image/jpeg")


def test_a_missing_bucket_is_said_in_one_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store
    with pytest.raises(StoreUnavailableError, match="did not accept production/class_01") as error:
        writing(monkeypatch, GOURMETGRAM_BUCKET_PREFIX="no-such-").put(PHOTO, b"photo", "image/jpeg")
    assert "\n" not in str(error.value)


def test_a_store_that_is_away_is_unavailable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store
    away = writing(monkeypatch, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(StoreUnavailableError):
        away.put(PHOTO, b"photo", "image/jpeg")


def test_without_credentials_the_store_is_unavailable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    stranger = writing(monkeypatch, AWS_EC2_METADATA_DISABLED="true", AWS_SHARED_CREDENTIALS_FILE="/nowhere")
    with pytest.raises(StoreUnavailableError):
        stranger.put(PHOTO, b"photo", "image/jpeg")


def test_a_large_photo_may_take_longer_than_a_store_may_be_silent(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    with slow_link() as url:
        far = writing(monkeypatch, AWS_ENDPOINT_URL_S3=url, GOURMETGRAM_STORE_TIMEOUT_SECONDS="0.2")
        far.put(PHOTO, bytes(2 * MIB), "image/jpeg")


def slow_link() -> AbstractContextManager[str]:
    """Run a store that accepts 3 MB per second."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            for _ in range(int(self.headers["Content-Length"]) // 65_536):
                self.rfile.read(65_536)
                time.sleep(0.02)
            self.send_response(200)
            self.send_header("ETag", '"1"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler))


def test_writes_are_timed(webapp: Server) -> None:
    assert upload(webapp, photo(1)).ok
    before = metric(webapp, WRITES)
    assert upload(webapp, photo(2)).ok
    assert metric(webapp, WRITES) - before in {2, 3}
