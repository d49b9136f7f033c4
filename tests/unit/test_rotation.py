"""All secret entries of a release's Secret are replaced, and nothing else."""

import base64
import json

import pytest

from cronjobs.credentials import completed
from manifests import rotate
from manifests.rotate import Rotation, renewed

ENDPOINT, REGION = "http://gourmetgram-store:9000", "us-east-1"


def test_every_secret_is_new_and_the_names_of_the_keys_stay() -> None:
    before = completed({"webapp-access-key": "our-own-name"}, ENDPOINT, REGION)
    after = renewed(before)
    same = {name for name, value in before.items() if after[name] == value}
    assert after.keys() == before.keys()
    assert {name for name in before if name not in same} == {
        name for name in before if "secret" in name.lower() or "password" in name or "token" in name
    } | {"users.json"}
    assert after["webapp-access-key"] == "our-own-name"


def test_the_stores_list_of_users_has_the_new_keys() -> None:
    after = renewed(completed({}, ENDPOINT, REGION))
    accounts = json.loads(after["users.json"])["accessAccounts"]
    assert accounts["webapp"]["secret"] == after["webapp-secret-key"]


def test_a_release_without_label_studio_is_rotated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = completed({}, ENDPOINT, REGION).items()
    present = json.dumps({"data": {name: base64.b64encode(text.encode()).decode() for name, text in entries}})
    asked: list[str] = []

    def kubectl(_namespace: str, _program: str, *arguments: str, stdin: str | None) -> str:  # noqa: ARG001
        asked.append(" ".join(arguments[:3]))
        return "" if "label-studio" in arguments[1] else present

    monkeypatch.setattr(rotate, "output", kubectl)
    Rotation("gourmetgram").run()
    assert [each for each in asked if each.startswith(("exec", "rollout restart"))] == [
        "rollout restart deployment/gourmetgram-store",
        "rollout restart statefulset/gourmetgram-webapp",
    ]
