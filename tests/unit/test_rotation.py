"""All secret entries of a release's Secret are replaced, and nothing else."""

import json

from cronjobs.credentials import completed
from manifests.rotate import renewed

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
