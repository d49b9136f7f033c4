"""What annotators and users answered: the objects under output/, each read into the same shape.

Label Studio writes one object per annotation and replaces it when the annotation changes; the web application
writes one per relabelled photo; the sync writes one per annotation that has been deleted in Label Studio.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime, Field, ValidationError

from cronjobs.archive import archive_name
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.labelling import CHOICES
from gourmetgram.records import PredictionId, Record, RelabelRecord
from gourmetgram.sources import REVIEW, Asked, Source

RELABEL = "relabel"
USER = "user"


class UnreadableOutputError(Exception):
    """The object is not an answer; the message says why."""


class Deleted(StrEnum):
    """What was deleted in Label Studio when an answer was withdrawn."""

    ANNOTATION = "annotation"
    TASK = "task"

    @property
    def suffix(self) -> str:
        """Return the suffix of a withdrawal's name."""
        return f"-{self}-withdrawn.json"


class Withdrawal(Record):
    """The record that Label Studio no longer has an annotation."""

    prediction_id: PredictionId
    annotation: str
    version: AwareDatetime
    """The newest version that was known; a later one would count again."""
    deleted: Deleted
    source: Source | None = None
    """The source whose label was reviewed, if it was given in a review."""


class Output(NamedTuple):
    """One version of one answer, or its withdrawal."""

    source: Source
    """The source that it gives a label for."""
    prediction_id: str
    name: str
    """The annotation's number in Label Studio."""
    version: datetime
    body: bytes
    annotator: str | None = None
    """None if the annotator's account has been deleted."""
    choices: tuple[str, ...] = ()
    is_skipped: bool = False
    project: int | None = None
    """The project's number in Label Studio."""
    is_blind: bool | None = None
    """Whether the model's class was not preselected; None if that is not known."""
    withdrawn_with: Deleted | None = None
    is_review: bool = False
    """Whether it was given in a review of the source's label."""

    @property
    def asked(self) -> Asked:
        """Return what it was asked for."""
        return REVIEW if self.is_review else self.source

    @property
    def age(self) -> tuple[datetime, int, bool]:
        """Sort by version; of equal ones a withdrawal comes last, else the one that knows who answered."""
        deleted = 0 if self.withdrawn_with is None else 1 + list(Deleted).index(self.withdrawn_with)
        return self.version, deleted, self.annotator is not None

    @property
    def who(self) -> str:
        """Identify who answered; two people whose accounts have been deleted stay distinct."""
        return self.annotator or f"annotation {self.name}"

    @property
    def place(self) -> Location:
        """Return its location before processing."""
        if self.source is Source.USER_RELABEL:
            return keys.relabel(self.prediction_id)
        suffix = self.withdrawn_with.suffix if self.withdrawn_with else ""
        return Location(keys.LABELSTUDIO, f"{keys.outputs(self.asked)}{self.name}{suffix}")

    @property
    def archive_name(self) -> str:
        """Return the name under which this version is kept, below the folder of its prediction."""
        suffix = self.withdrawn_with.suffix if self.withdrawn_with else ".json"
        return archive_name(self.name, self.version, suffix)


def is_answer(source: Asked, key: str) -> bool:
    """Return whether a key under a source's outputs is an answer, not the folder's note."""
    return key != f"{keys.outputs(source)}{keys.FOLDER_NOTE}"


def withdrawal(answer: Output, deleted: Deleted) -> Output:
    """Withdraw an answer."""
    record = Withdrawal(
        prediction_id=answer.prediction_id,
        annotation=answer.name,
        version=answer.version,
        deleted=deleted,
        source=answer.source if answer.is_review else None,
    )
    return _withdrawal(answer.asked, record.model_dump_json().encode())


def read(source: Asked, key: str, body: bytes) -> Output:
    """Read an answer.

    Raises:
        UnreadableOutputError: it is not an answer.
    """
    try:
        if source is Source.USER_RELABEL:
            return _relabel(key, body)
        is_withdrawal = any(key.endswith(deleted.suffix) for deleted in Deleted)
        return _withdrawal(source, body) if is_withdrawal else _annotation(source, body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"not an answer: {where}: {first['msg']}" if where else f"not an answer: {first['msg']}"
        raise UnreadableOutputError(message) from error


class _User(Record):
    email: str


class _TaskData(Record):
    prediction_id: PredictionId
    source: Source | None = None


class _Task(Record):
    data: _TaskData
    total_predictions: int | None = None


class _Result(Record):
    from_name: str = ""
    value: dict[str, object] = Field(default_factory=dict)


class _Annotation(Record):
    id: int
    completed_by: _User | None
    result: list[_Result]
    was_cancelled: bool
    updated_at: AwareDatetime
    task: _Task
    project: int | None = None


def _annotation(asked: Asked, body: bytes) -> Output:
    annotation = _Annotation.model_validate_json(body)
    chosen = [result.value.get("choices") for result in annotation.result if result.from_name == CHOICES]
    return Output(
        source=_labelled_source(asked, annotation.task.data.source),
        prediction_id=annotation.task.data.prediction_id,
        name=str(annotation.id),
        version=annotation.updated_at,
        body=body,
        annotator=annotation.completed_by.email if annotation.completed_by else None,
        choices=tuple(str(choice) for choices in chosen if isinstance(choices, list) for choice in choices),
        is_skipped=annotation.was_cancelled,
        project=annotation.project,
        is_review=asked is REVIEW,
        is_blind=None if annotation.task.total_predictions is None else not annotation.task.total_predictions,
    )


def _withdrawal(asked: Asked, body: bytes) -> Output:
    record = Withdrawal.model_validate_json(body)
    return Output(
        source=_labelled_source(asked, record.source),
        prediction_id=record.prediction_id,
        name=record.annotation,
        version=record.version,
        body=body,
        withdrawn_with=record.deleted,
        is_review=asked is REVIEW,
    )


def _labelled_source(asked: Asked, reviewed: Source | None) -> Source:
    if isinstance(asked, Source):
        return asked
    if reviewed is None:
        message = "not an answer: it does not say which label it reviews"
        raise UnreadableOutputError(message)
    return reviewed


def _relabel(key: str, body: bytes) -> Output:
    record = RelabelRecord.model_validate_json(body)
    if record.prediction_id not in key:
        message = f"not an answer: it is about {record.prediction_id}, its name is not"
        raise UnreadableOutputError(message)
    return Output(
        source=Source.USER_RELABEL,
        prediction_id=record.prediction_id,
        name=RELABEL,
        version=record.created_at,
        body=body,
        annotator=USER,
        choices=(record.corrected_class,),
        is_blind=False,
    )
