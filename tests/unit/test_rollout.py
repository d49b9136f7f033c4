"""The version that a cluster serves after each command, and after repeating the command."""

import pytest

from manifests.release import Release, RolloutError, State, Withdrawal
from manifests.rollout import canary, promote, rollback


class Recorded(Release):
    """A release in a given state, which records its upgrades."""

    def __init__(
        self,
        canary: str = "",
        last_action: str = "",
        replaced: str | None = None,
        withdrawn: Withdrawal | None = None,
    ) -> None:
        super().__init__("eat")
        self._state = State("version", "old", canary, last_action, replaced, withdrawn)
        self.upgrades: list[tuple[dict[str, str | int], str]] = []

    def state(self) -> State:
        return self._state

    def withdrawal(self, version: str) -> Withdrawal | None:
        """Behave like the cluster, which drops the record once there is no canary."""
        gone = {"canary.version": ""} in [values for values, _ in self.upgrades]
        withdrawn = self._state.withdrawn
        return withdrawn if withdrawn and withdrawn.version == version and not gone else None

    def upgrade(self, values: dict[str, str | int], description: str) -> None:  # type: ignore[override]
        self.upgrades.append((values, description))


def test_a_canary_is_two_values() -> None:
    canary(release := Recorded(), "new", 10, "why (me)")
    assert release.upgrades == [
        ({"canary.version": "new", "canary.percent": 10}, "canary new, 10 %: why (me)")
    ]


def test_a_promotion_takes_the_canary_unless_told_otherwise() -> None:
    promote(release := Recorded(canary="new"), None, "why")
    promote(told := Recorded(canary="new"), "other", "why")
    assert release.upgrades == [
        ({"model.version": "new", "canary.version": ""}, "promote new in place of old: why")
    ]
    assert told.upgrades[0][0]["model.version"] == "other"


def test_a_rollback_withdraws_the_canary_first() -> None:
    rollback(release := Recorded("new", "promote", "older"), None, "why")
    assert release.upgrades == [({"model.version": "old", "canary.version": ""}, "rollback old: why")]


def test_a_rollback_brings_back_what_the_last_promotion_replaced() -> None:
    rollback(release := Recorded("", "promote", "older"), None, "why")
    assert release.upgrades[0][0] == {"model.version": "older", "canary.version": ""}


@pytest.mark.parametrize(("command", "last"), [(promote, "promote"), (rollback, "rollback")])
def test_the_same_command_again_changes_nothing(command: type, last: str) -> None:
    release = Recorded("", last, "older")
    assert command(release, None, "why") == "old gets all requests"
    assert release.upgrades == []


@pytest.mark.parametrize("waiting", ["", "new"])
def test_a_promotion_that_is_repeated_by_name_can_still_be_taken_back(waiting: str) -> None:
    promote(release := Recorded(waiting, "promote", "older"), "old", "why")
    assert release.upgrades[0][1] == "promote old in place of older: why"


@pytest.mark.parametrize("command", [promote, rollback])
def test_where_there_is_nothing_to_choose_a_sentence_says_so(command: type) -> None:
    with pytest.raises(RolloutError, match="there is no canary"):
        command(Recorded(), None, "why")


def test_a_canary_needs_a_version() -> None:
    with pytest.raises(RolloutError, match="VERSION="):
        canary(Recorded(), None, 10, "why")


HARMFUL = Withdrawal("new", "2026-11-27T12:00:00+00:00", "GourmetGramCanarySlow")


def test_a_canary_that_was_withdrawn_is_tried_again_where_somebody_says_so() -> None:
    canary(release := Recorded("new", withdrawn=HARMFUL), "new", 10, "why")
    assert [values.get("canary.version") for values, _ in release.upgrades] == ["", "new"]


def test_a_canary_that_was_withdrawn_is_promoted_only_by_name() -> None:
    with pytest.raises(RolloutError, match=r"by GourmetGramCanarySlow; .* VERSION=new"):
        promote(release := Recorded("new", withdrawn=HARMFUL), None, "why")
    assert release.upgrades == []
    promote(release, "new", "why")
    assert release.upgrades[0][0]["model.version"] == "new"


def test_the_history_keeps_why_a_canary_was_withdrawn() -> None:
    rollback(release := Recorded("new", withdrawn=HARMFUL), None, "why")
    assert release.upgrades[0][1] == f"rollback old: why; canary {HARMFUL}"
