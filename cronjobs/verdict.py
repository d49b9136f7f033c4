"""The verdict of all answers about one prediction: a class, or the reason why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cronjobs.outputs import Deleted, Output
from gourmetgram.classes import CLASSES


class UndecidedError(Exception):
    """The answers give no class; the message says why."""


class WithdrawnError(Exception):
    """All answers have been deleted in Label Studio."""

    def __init__(self, *, is_asked: bool) -> None:
        super().__init__("all answers have been deleted")
        self.is_asked = is_asked
        """Whether the task still exists, so that it is pending again."""


class Verdict(NamedTuple):
    """The answer that counts, and what each annotator chose."""

    answer: Output
    chosen: Mapping[str, str]


def decide(answers: Iterable[Output]) -> Verdict:
    """Find the answer that counts among all versions of all answers about one prediction.

    Where a label was reviewed, only the answers of the review count, if anybody chose a class there.
    Of each answer the newest version counts, unless it was withdrawn since, and of each person the newest
    answer that was not skipped. Neither the order of the answers nor duplicates matter.

    Raises:
        UndecidedError: nobody chose a class, or not all chose the same.
        WithdrawnError: no answer stands.
    """
    current = standing(answers)
    reviewed = choices(answer for answer in current if answer.is_review)
    chosen = reviewed or choices(answer for answer in current if not answer.is_review)
    if not chosen:
        raise UndecidedError(_nobody(current))
    for answer in chosen.values():
        _check(answer)
    if len({answer.choices for answer in chosen.values()}) > 1:
        said = ", ".join(f"{who} says {answer.choices[0]}" for who, answer in sorted(chosen.items()))
        message = f"the annotators disagree: {said}"
        raise UndecidedError(message)
    newest = max(chosen.values(), key=_time_and_name)
    return Verdict(newest, {who: answer.choices[0] for who, answer in chosen.items()})


def choices(current: Iterable[Output]) -> dict[str, Output]:
    """Find the newest answer of each person that was not skipped."""
    return {
        answer.who: answer
        for answer in sorted(current, key=_time_and_name)
        if answer.choices and not answer.is_skipped
    }


def _time_and_name(answer: Output) -> tuple[datetime, str]:
    return answer.version, answer.name


def standing(answers: Iterable[Output]) -> Sequence[Output]:
    """Find the newest version of each answer that has not been withdrawn.

    Raises:
        WithdrawnError: all have been.
    """
    current: dict[str, Output] = {}
    for answer in sorted(answers, key=lambda answer: answer.age):
        current[answer.name] = answer
    stand = [answer for answer in current.values() if answer.withdrawn_with is None]
    if current and not stand:
        own = [answer for answer in current.values() if not answer.is_review] or list(current.values())
        newest = max(own, key=lambda answer: answer.age)
        raise WithdrawnError(is_asked=newest.withdrawn_with is Deleted.ANNOTATION)
    return stand


def _nobody(answers: Iterable[Output]) -> str:
    said = sorted(f"{'skipped' if answer.is_skipped else 'left empty'} by {answer.who}" for answer in answers)
    return ", ".join(said)


def _check(answer: Output) -> None:
    if len(answer.choices) > 1:
        message = f"{answer.who} chose several classes: {', '.join(answer.choices)}"
        raise UndecidedError(message)
    if answer.choices[0] not in CLASSES:
        message = f"{answer.who} chose {answer.choices[0]!r}, which is not one of the classes"
        raise UndecidedError(message)
