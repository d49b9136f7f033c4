"""Versions are chosen through records that are written once; a second attempt changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gourmetgram import keys
from gourmetgram.store import Store
from predictor.registry.choosing import nominate, promote, rollback
from predictor.registry.records import Verdict
from predictor.registry.registry import Registry, RegistryError
from tests.tiny_model import write_tiny_model

WHO = "ann"


@pytest.fixture
def registry(empty_store: Store, tmp_path: Path) -> Registry:
    """Return a registry with the versions one, two and three; two and three were better than one."""
    empty_store.create_buckets((keys.MODELS,))
    made = Registry(empty_store, "food11")
    for version in ("one", "two", "three"):
        path = write_tiny_model(tmp_path / f"{version}.onnx", version=version)
        made.put_once(version, "food11.onnx", path.read_bytes())
    for version in ("two", "three"):
        judge(made, version, "one")
    return made


def judge(registry: Registry, version: str, current: str, *reasons: str) -> None:
    verdict = Verdict(
        candidate=version,
        current=current,
        made_at=datetime.now(UTC),
        passed=not reasons,
        reasons=list(reasons),
        checks=[],
        comparisons={},
        classes=[],
        settings={},
    )
    registry.put_once(version, f"verdicts/{current}{len(reasons)}.json", verdict.model_dump_json().encode())


def served(registry: Registry) -> str | None:
    current = registry.current()
    return current.version if current else None


def test_the_candidate_is_promoted_and_the_record_says_who_and_why(registry: Registry) -> None:
    nominate(registry, "two", WHO, "it passed")
    assert promote(registry, None, "one", WHO, "better soup") == "two"
    current = registry.current()
    assert current is not None
    assert (current.version, current.who, current.why, current.replaces) == ("two", WHO, "better soup", "one")
    assert registry.candidate() is None


def test_a_second_promotion_changes_nothing(registry: Registry) -> None:
    nominate(registry, "two", WHO, "it passed")
    promote(registry, None, "one", WHO, "")
    assert promote(registry, None, "one", WHO, "") == "two"
    assert promote(registry, "two", "one", WHO, "") == "two"
    assert len(registry.history()) == 1


def test_a_rollback_brings_the_version_before_back_and_a_second_one_changes_nothing(
    registry: Registry,
) -> None:
    promote(registry, "two", "one", WHO, "")
    assert rollback(registry, None, WHO, "bad soup") == "one"
    assert rollback(registry, None, WHO, "bad soup") == "one"
    assert [choice.action for choice in registry.history()] == ["promote", "rollback"]


def test_nothing_is_promoted_that_was_not_compared_with_what_is_current(registry: Registry) -> None:
    promote(registry, "two", "one", WHO, "")
    with pytest.raises(RegistryError, match="three has not been compared with two"):
        promote(registry, "three", "one", WHO, "")
    assert served(registry) == "two"


def test_a_refused_version_is_refused_with_the_reasons(registry: Registry) -> None:
    judge(registry, "two", "one", "Soup got worse.")
    with pytest.raises(RegistryError, match="two was refused: Soup got worse"):
        promote(registry, "two", "one", WHO, "")
    assert served(registry) is None


@pytest.mark.parametrize("version", ["deadbeef0000", None])
def test_what_is_not_there_is_not_promoted(registry: Registry, version: str | None) -> None:
    with pytest.raises(RegistryError, match="there is no"):
        promote(registry, version, "one", WHO, "")


def test_without_a_promotion_there_is_nothing_to_take_back(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="nothing has been promoted"):
        rollback(registry, None, WHO, "")


def test_what_is_kept_of_a_version_is_never_changed(registry: Registry) -> None:
    before = registry.model("one")
    registry.put_once("one", "food11.onnx", b"another")
    assert registry.model("one") == before
