"""A predictor that follows the registry changes models under load without a failed request."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.store import Store
from predictor.registry.choosing import promote
from predictor.registry.records import Choice
from predictor.registry.registry import Registry
from tests.conftest import PHOTOS, new_predictor
from tests.processes import Server
from tests.services.test_registry import judge
from tests.tiny_model import write_tiny_model

PHOTO = next(PHOTOS.glob("evaluation/class_06/*.jpg")).read_bytes()


@pytest.fixture
def registry(empty_store: Store) -> Registry:
    empty_store.create_buckets((keys.MODELS,))
    return Registry(empty_store, "food11")


@pytest.fixture
def follower(registry: Registry, store_env: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    server = new_predictor(tmp_path)
    model = write_tiny_model(tmp_path / "packaged.onnx", version="packaged")
    server.env |= {
        **store_env,
        "GOURMETGRAM_BUCKET_PREFIX": registry.store.bucket_prefix,
        "GOURMETGRAM_MODEL_PATH": str(model),
        "GOURMETGRAM_FOLLOW_SECONDS": "0.2",
    }
    server.start()
    yield server
    server.stop()


def put(registry: Registry, folder: Path, version: str, **more: object) -> None:
    path = write_tiny_model(folder / f"{version}.onnx", version=version, **more)  # type: ignore[arg-type]
    registry.put_once(version, "food11.onnx", path.read_bytes())


def ask(server: Server) -> tuple[int, str]:
    answer = requests.post(
        f"{server.url}/v1/models/food11:predict",
        data=PHOTO,
        headers={"Content-Type": "image/jpeg"},
        timeout=30,
    )
    return answer.status_code, answer.json()["predictions"][0]["model_version"]


def ask_until(server: Server, version: str) -> Counter[tuple[int, str]]:
    seen: Counter[tuple[int, str]] = Counter()
    deadline = time.monotonic() + 60
    with ThreadPoolExecutor(4) as pool:
        while (requests.codes.ok, version) not in seen:
            assert time.monotonic() < deadline
            seen.update(pool.map(lambda _: ask(server), range(8)))
    return seen


def test_it_serves_its_own_model_until_a_version_is_current_and_no_request_fails_meanwhile(
    registry: Registry, follower: Server, tmp_path: Path
) -> None:
    assert ask(follower) == (200, "packaged")
    put(registry, tmp_path, "two")
    judge(registry, "two", "packaged")
    promote(registry, "two", "packaged", "ann", "")
    assert {status for status, _ in ask_until(follower, "two")} == {200}
    assert (
        'gourmetgram_predictor_model{version="two"} 1.0'
        in requests.get(f"{follower.url}/metrics", timeout=10).text
    )


@pytest.mark.parametrize("kind", ["absent", "other classes"])
def test_a_version_that_can_not_be_served_is_refused_and_the_one_before_goes_on(
    registry: Registry, follower: Server, tmp_path: Path, kind: str
) -> None:
    if kind == "other classes":
        put(registry, tmp_path, "bad", classes=CLASSES[:3])
    when = "2026-03-14T12:00:00Z"
    chosen = {"version": "bad", "action": "promote", "who": "ann", "when": when, "why": ""}
    registry.record("current", Choice.model_validate(chosen))
    deadline = time.monotonic() + 60
    while "Version bad is refused, packaged is still served" not in follower.log.read_text():
        assert time.monotonic() < deadline
        assert ask(follower) == (200, "packaged")
