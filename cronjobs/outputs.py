"""What annotators and users answered: the objects under output/, each read into the same shape.

Label Studio writes one object per annotation and replaces it when the annotation changes; the web application
writes one per relabelled photo. What was processed or quarantined is kept per version, under a name of its
own, so that no run can write over what another one knows.
"""

from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from pydantic import AwareDatetime, Field, ValidationError

from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.labelling import CHOICES
from gourmetgram.records import PredictionId, Record, RelabelRecord
from gourmetgram.sources import Source

RELABEL = "relabel"
USER = "user"


class UnreadableOutputError(Exception):
    """An object is not the answer of anybody; the message is the reason, for people."""


class Output(NamedTuple):
    """One version of one answer."""

    source: Source
    prediction_id: str
    name: str
    """The annotation's number in Label Studio."""
    version: datetime
    annotator: str
    choices: tuple[str, ...]
    is_skipped: bool
    body: bytes

    @property
    def key(self) -> str:
        """Give the key under which it waited."""
        if self.source is Source.USER_RELABEL:
            return keys.relabel(self.prediction_id).key
        return f"{keys.outputs(self.source)}{self.name}"

    @property
    def archive_name(self) -> str:
        """Name this version where it is kept, below the folder of its prediction."""
        return archive_name(self.name, self.version)


def is_answer(source: Source, key: str) -> bool:
    """Tell whether a key under a source's outputs is an answer, not the folder's note."""
    return key != f"{keys.outputs(source)}{keys.FOLDER_NOTE}"


def archive_name(name: str, version: datetime) -> str:
    """Name a version of an answer; the version's time is in UTC."""
    return f"{name}-{version:%Y%m%dT%H%M%S.%fZ}.json"


def archive(source: Source, prediction_id: str) -> str:
    """Give the folder, below processed/ or quarantine/, that keeps all answers about a prediction."""
    return f"{keys.outputs(source)}{prediction_id}/"


def unreadable(source: Source, key: str) -> Location:
    """Locate where an answer is kept that nothing can be made of."""
    name = PurePosixPath(key).relative_to(keys.outputs(source))
    return keys.quarantined(Location(keys.LABELSTUDIO, f"{keys.outputs(source)}unreadable/{name}"))


def read(source: Source, key: str, body: bytes) -> Output:
    """Read an answer.

    Raises:
        UnreadableOutputError: it is none.
    """
    try:
        return _relabel(key, body) if source is Source.USER_RELABEL else _annotation(source, body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"not an answer: {where}: {first['msg']}" if where else f"not an answer: {first['msg']}"
        raise UnreadableOutputError(message) from error


class _User(Record):
    email: str


class _TaskData(Record):
    prediction_id: PredictionId


class _Task(Record):
    data: _TaskData


class _Result(Record):
    from_name: str = ""
    value: dict[str, object] = Field(default_factory=dict)


class _Annotation(Record):
    id: int
    completed_by: _User
    result: list[_Result]
    was_cancelled: bool
    updated_at: AwareDatetime
    task: _Task


def _annotation(source: Source, body: bytes) -> Output:
    annotation = _Annotation.model_validate_json(body)
    chosen = [result.value.get("choices") for result in annotation.result if result.from_name == CHOICES]
    return Output(
        source=source,
        prediction_id=annotation.task.data.prediction_id,
        name=str(annotation.id),
        version=annotation.updated_at,
        annotator=annotation.completed_by.email,
        choices=tuple(str(choice) for choices in chosen if isinstance(choices, list) for choice in choices),
        is_skipped=annotation.was_cancelled,
        body=body,
    )


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
        annotator=USER,
        choices=(record.corrected_class,),
        is_skipped=False,
        body=body,
    )
