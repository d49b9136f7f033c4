"""Retraining, gate, promotion and rollback, killed at every write and rerun, have the same result."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.keys import MODELS, Location
from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.registry.registry import Registry
from predictor.training.data import Photo, photos
from predictor.training.manifest import Manifest
from tests import colour_models
from tests.conftest import PHOTOS, ROOT
from tests.labelled_photos import label
from tests.proxy import Proxy, proxied

SPLITS = ("evaluation", "training", "validation")
TRAINED = [photo for split in SPLITS for photo in photos(PHOTOS, split)][:56]
TIME = re.compile(r"\d{8}T[^/]*")


class Killer:
    """Starts commands whose requests go through a proxy, and kills them at a request."""

    def __init__(self, proxy: Proxy, store: Store, folder: Path) -> None:
        self._proxy = proxy
        self._folder = folder
        self._pid, self._output = folder / "pid", folder / "output"
        self._env = {
            **os.environ,
            "AWS_ENDPOINT_URL_S3": proxy.url,
            "GOURMETGRAM_BUCKET_PREFIX": store.bucket_prefix,
            "GOURMETGRAM_GATE_MIN_PHOTOS": "10",
            "GOURMETGRAM_GATE_SLOWER": "1000",
            "PYTHONPATH": str(ROOT),
            "PID": str(self._pid),
        }

    def run(self, *command: str | Path, arrives: bool = False, signs: Iterable[str] = (), **env: str) -> int:
        """Kill a command at each write, before or after it arrives, and when each sign (a file) appears."""
        met: set[str] = set()

        def before(_: int, line: str) -> None:
            place = TIME.sub("", line)
            if line.startswith("PUT") and place not in met:
                met.add(place)
                self._kill()
                if not arrives:
                    raise ConnectionAbortedError

        self._proxy.watch(before)
        process = self._again(command, env)
        while process.poll() is None:
            for sign in {sign for sign in signs if any(self._folder.glob(sign))} - met:
                met.add(sign)
                self._kill()
            time.sleep(0.02)
        said = self._output.read_text()
        assert process.returncode == 0 or "REFUSED" in said, said
        return len(met)

    def _again(self, command: Sequence[str | Path], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        again = [sys.executable, "-m", "tests.faults.again_and_again", *command]
        with self._output.open("w") as output:
            return subprocess.Popen(
                again, cwd=self._folder, env={**self._env, **env}, stdout=output, stderr=output
            )

    def _kill(self) -> None:
        os.kill(int(self._pid.read_text()), signal.SIGKILL)


def retraining(work: Path) -> list[str]:
    return ["predictor.training.retrain", "--work", str(work), "--epochs", "2"]


@pytest.fixture
def killer(empty_store: Store, tmp_path: Path) -> Iterator[Killer]:
    with proxied(empty_store.client.meta.endpoint_url) as proxy:
        yield Killer(proxy, empty_store, tmp_path)


def labelled(store: Store, chosen: list[Photo], evaluates: int) -> None:
    for number, photo in enumerate(chosen):
        source = Source.USER_FLAG if number % evaluates else Source.RANDOM_SAMPLING
        label(store, number, photo, source)


def kept(store: Store) -> dict[str, bytes]:
    """Read the registry, without times and durations."""
    found = [key for key in store.keys(MODELS, "") if "/verdicts/" not in key]
    return {key: store.get(Location(MODELS, key)) for key in found}


@pytest.mark.timeout(900)
def test_retraining_killed_at_every_step_ends_as_if_undisturbed(
    killer: Killer, empty_store: Store, tmp_path: Path
) -> None:
    labelled(empty_store, TRAINED, evaluates=5)
    signs = ("killed/photos/*.jpg", "killed/*/checkpoint.pt", "killed/*/integers.onnx")
    assert killer.run(*retraining(tmp_path / "killed"), signs=signs) >= len(signs) + 10
    before = kept(empty_store)
    assert killer.run(*retraining(tmp_path / "undisturbed")) == 0
    assert kept(empty_store) == before
    (made,) = {key.split("/")[1] for key in before if key.endswith("/card.md")}
    registry = Registry(empty_store, "food11")
    place = keys.model_part("food11", made, "manifest.json")
    manifest = empty_store.get_record(place, Manifest)
    judged = {entry.object.partition("/")[0] for entry in manifest.of("evaluation")}
    assert judged == {Source.RANDOM_SAMPLING.dataset}
    (verdict,) = registry.verdicts(made)
    assert verdict.comparisons["production"].photos == len(manifest.of("evaluation"))
    assert (registry.candidate() is not None) == verdict.passed


@pytest.mark.parametrize("arrives", [False, True])
def test_gate_promotion_and_rollback_killed_at_every_write_leave_one_record_each(
    killer: Killer, empty_store: Store, tmp_path: Path, arrives: bool
) -> None:
    shown = [each for number, each in enumerate(colour_models.photos(tmp_path)) if number % 8 < 3]
    labelled(empty_store, [Photo(each.path, CLASSES.index(each.known.label)) for each in shown], evaluates=1)
    before = colour_models.write(tmp_path / "before.onnx", answers=[1, 0, *range(2, len(CLASSES))])
    better = colour_models.write(tmp_path / "better.onnx")
    empty_store.create_buckets([MODELS])
    registry = Registry(empty_store, "food11")
    registry.put_once("better", "food11.onnx", better.read_bytes())
    env = {"GOURMETGRAM_MODEL_PATH": str(before), "GOURMETGRAM_GATE_REQUIRE_MANIFEST": "false"}
    kills = [
        killer.run(*command.split(), arrives=arrives, **env)
        for command in (
            "predictor.training.gate better",
            "predictor.registry.__main__ promote",
            "predictor.registry.__main__ rollback",
        )
    ]
    assert kills == [4, 1, 1]
    assert len(registry.verdicts("better")) == 1
    assert [choice.version for choice in registry.history("candidate")] == ["better"]
    assert [(choice.action, choice.version) for choice in registry.history()] == [
        ("promote", "better"),
        ("rollback", "before"),
    ]
