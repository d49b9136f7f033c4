"""What the registry keeps about a version: who chose it and why, and how it was judged."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from gourmetgram.records import ClassName, Probability, Record

Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Choice(Record):
    """The record that a version became current or a candidate: who did it, when and why."""

    version: Version
    action: Literal["candidate", "promote", "rollback"]
    who: str
    when: AwareDatetime
    why: str
    replaces: Version | None = None
    """The version that was current before; None for a candidate."""


class Comparison(Record):
    """How the candidate and the current model answered the same photos."""

    photos: int
    candidate_accuracy: Probability
    current_accuracy: Probability
    only_candidate_right: int
    only_current_right: int
    difference: float
    """Accuracy of the candidate minus that of the current model."""
    low: float
    high: float
    """Its 95 % interval, by a bootstrap over the photos."""
    p_better: Probability
    """The p-value for the candidate being better: McNemar's exact test, one-sided."""
    p_worse: Probability
    """The p-value for it being worse, by the same test."""


class ClassComparison(Record):
    """Recall of one class by both models."""

    name: ClassName
    photos: int
    candidate_recall: Probability
    current_recall: Probability


class Check(Record):
    """One requirement for a candidate."""

    name: str
    passed: bool
    detail: str
    """One sentence: what was measured, and what is required."""


class Verdict(Record):
    """Whether a candidate may take the current model's place, and every reason for that."""

    candidate: Version
    current: Version
    made_at: AwareDatetime
    passed: bool
    reasons: list[str]
    """The sentences of the checks that failed."""
    checks: list[Check]
    comparisons: dict[str, Comparison]
    """By set of photos: ``evaluation``, ``production``, and ``all`` of both."""
    classes: list[ClassComparison]
    settings: dict[str, float | int | bool]
