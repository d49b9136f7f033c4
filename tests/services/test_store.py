"""The store behaves the same on the default server and on every other one that is installed."""

import itertools
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from gourmetgram.keys import Location
from gourmetgram.settings import StoreSettings
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError
from tests.conftest import new_store_server
from tests.processes import Server, free_port
from tests.proxy import proxied
from webapp.writing import WritingStore


def _other_server(folder: Path, command: str, arguments: list[str], user: str, password: str) -> Server:
    binary = os.environ.get(command.upper(), "") or shutil.which(command)
    if not binary:
        pytest.skip(f"{command} is not installed (set {command.upper()} to its path)")
    port, key, secret = free_port(), secrets.token_hex(8), secrets.token_hex(16)
    (folder / "data").mkdir()
    filled = [argument.format(port=port, data=folder / "data") for argument in arguments]
    return Server(
        [binary, *filled],
        port,
        folder / "store.log",
        env={
            user: key,
            password: secret,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
        },
        ready_statuses=(),
    )


def _versitygw(folder: Path) -> Server:
    arguments = ["--port", "127.0.0.1:{port}", "posix", "{data}"]
    return _other_server(folder, "versitygw", arguments, "ROOT_ACCESS_KEY", "ROOT_SECRET_KEY")


def _minio(folder: Path) -> Server:
    arguments = ["server", "{data}", "--address", "127.0.0.1:{port}"]
    return _other_server(folder, "minio", arguments, "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD")


@pytest.fixture(
    scope="module", params=[new_store_server, _versitygw, _minio], ids=["rclone", "versitygw", "minio"]
)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    new_server: Callable[[Path], Server] = request.param
    server = new_server(tmp_path_factory.mktemp("conformance")).start()
    yield server
    server.stop()


@pytest.fixture
def store(server: Server, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    store = Store(StoreSettings(store_timeout_seconds=2, store_attempts=1))
    store.create_buckets()
    return store


@pytest.fixture
def place() -> Location:
    return Location("production", f"class_00/{secrets.token_hex(8)}.jpg")


@contextmanager
def corrupting(store: Store) -> Iterator[str]:
    """Corrupt every body on its way, each in a different place."""
    numbers = itertools.count()

    def changed(body: bytes) -> bytes:
        place = next(numbers) % len(body) if body else 0
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :] if body else body

    with proxied(store.client.meta.endpoint_url) as proxy:
        proxy.change = changed
        yield proxy.url


def test_what_was_put_is_got_back(store: Store, place: Location) -> None:
    store.put(place, b"\x00photo\xff", "image/jpeg")
    assert store.get(place) == b"\x00photo\xff"


@pytest.mark.parametrize("kind", [Store, WritingStore])
def test_what_was_changed_on_its_way_to_the_store_is_not_taken_for_written(
    store: Store, place: Location, kind: type[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    with corrupting(store) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        with pytest.raises(StoreUnavailableError):
            kind(StoreSettings(store_attempts=1)).put(place, b"photo", "image/jpeg")


def test_what_was_changed_on_its_way_from_the_store_is_not_believed(
    store: Store, place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(place, b"photo", "image/jpeg")
    with corrupting(store) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        with pytest.raises(StoreUnavailableError, match="changed on its way"):
            Store(StoreSettings()).get(place)


def test_the_second_put_replaces_the_first(store: Store, place: Location) -> None:
    store.put(place, b"first", "image/jpeg")
    store.put(place, b"second", "image/jpeg")
    assert store.get(place) == b"second"


def test_an_empty_object_is_kept(store: Store, place: Location) -> None:
    store.put(place, b"", "image/jpeg")
    assert store.get(place) == b""


def test_what_is_not_there_is_not_found(store: Store, place: Location) -> None:
    assert not store.exists(place)
    with pytest.raises(ObjectNotFoundError):
        store.get(place)


def test_a_copy_of_what_is_not_there_is_not_found(store: Store, place: Location) -> None:
    with pytest.raises(ObjectNotFoundError):
        store.copy(place, Location("cleanproduction", place.key))


def test_a_copy_lands_in_another_bucket(store: Store, place: Location) -> None:
    store.put(place, b"photo", "image/jpeg")
    store.copy(place, Location("cleanproduction", place.key))
    assert store.get(Location("cleanproduction", place.key)) == b"photo"


def test_deleting_twice_is_deleting_once(store: Store, place: Location) -> None:
    store.put(place, b"photo", "image/jpeg")
    store.delete(place)
    store.delete(place)
    assert not store.exists(place)


def test_a_listing_is_complete_over_many_pages(store: Store) -> None:
    prefix = f"tasks/{secrets.token_hex(4)}/"
    wanted = [f"{prefix}{number:04d}.json" for number in range(1100)]
    for key in wanted:
        store.put(Location("labelstudio", key), b"{}", "application/json")
    assert list(store.keys("labelstudio", prefix)) == wanted


def test_a_listing_of_nothing_is_empty(store: Store) -> None:
    assert list(store.keys("tracking", "predictions/1999-01-01/")) == []


def test_a_listing_passes_over_the_folders_that_tools_make(store: Store) -> None:
    prefix = f"tasks/{secrets.token_hex(4)}/"
    store.put(Location("labelstudio", f"{prefix}1.json"), b"{}", "application/json")
    try:
        store.put(Location("labelstudio", prefix), b"", "application/x-directory")
    except StoreUnavailableError:
        pytest.skip("this server has no such objects")
    assert list(store.keys("labelstudio", prefix)) == [f"{prefix}1.json"]
    assert [key for key, _ in store.versions("labelstudio", prefix)] == [f"{prefix}1.json"]


def test_creating_the_buckets_again_keeps_what_is_in_them(store: Store, place: Location) -> None:
    store.put(place, b"photo", "image/jpeg")
    store.create_buckets()
    assert store.exists(place)


@pytest.mark.usefixtures("store")
def test_processes_that_create_the_buckets_at_once_all_succeed() -> None:
    at_once = threading.Barrier(4)

    def create(_: int) -> None:
        other = Store(StoreSettings(bucket_prefix="shared-", store_attempts=1))
        at_once.wait()
        other.create_buckets()

    with ThreadPoolExecutor(at_once.parties) as pool:
        list(pool.map(create, range(at_once.parties)))


def test_a_wrong_key_is_said_to_be_unavailable_not_missing(
    store: Store, place: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(place, b"photo", "image/jpeg")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StoreUnavailableError):
        Store(StoreSettings(store_attempts=1)).get(place)


def test_a_store_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch, place: Location) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    with pytest.raises(StoreUnavailableError):
        Store(StoreSettings(store_attempts=1)).exists(place)
