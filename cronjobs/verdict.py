"""What all answers about one prediction amount to: a class, or the reason why there is none."""

from collections.abc import Iterable

from cronjobs.outputs import Output
from gourmetgram.classes import CLASSES


class UndecidedError(Exception):
    """The answers give no class; the message is the reason, for people."""


def decide(answers: Iterable[Output]) -> Output:
    """Find the answer that counts among all versions of all answers about one prediction.

    Of an answer its newest version counts, and of a person the newest answer that was not skipped. The order
    in which they come does not matter, nor does one that comes twice.

    Raises:
        UndecidedError: nobody chose a class, or not all chose the same.
    """
    current: dict[str, Output] = {}
    for answer in sorted(answers, key=lambda answer: answer.version):
        current[answer.name] = answer
    chosen = {
        answer.annotator: answer
        for answer in sorted(current.values(), key=lambda answer: (answer.version, answer.name))
        if answer.choices and not answer.is_skipped
    }
    if not chosen:
        raise UndecidedError(_nobody(current.values()))
    for answer in chosen.values():
        _check(answer)
    if len({answer.choices for answer in chosen.values()}) > 1:
        said = ", ".join(f"{who} says {answer.choices[0]}" for who, answer in sorted(chosen.items()))
        message = f"the annotators disagree: {said}"
        raise UndecidedError(message)
    return list(chosen.values())[-1]


def _nobody(answers: Iterable[Output]) -> str:
    said = sorted(
        f"{'skipped' if answer.is_skipped else 'left empty'} by {answer.annotator}" for answer in answers
    )
    return ", ".join(said)


def _check(answer: Output) -> None:
    if len(answer.choices) > 1:
        message = f"{answer.annotator} chose several classes: {', '.join(answer.choices)}"
        raise UndecidedError(message)
    if answer.choices[0] not in CLASSES:
        message = f"{answer.annotator} chose {answer.choices[0]!r}, which is not one of the classes"
        raise UndecidedError(message)
