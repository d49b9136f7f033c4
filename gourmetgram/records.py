"""The JSON records that cross a process boundary."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from gourmetgram.classes import CLASSES, class_dir
from gourmetgram.ids import created_at
from gourmetgram.keys import Location
from gourmetgram.labelling import preannotation
from gourmetgram.sources import Source


def _class_name(value: str) -> str:
    if value not in CLASSES:
        message = f"{value!r} is not one of the classes"
        raise ValueError(message)
    return value


def _prediction_id(value: str) -> str:
    created_at(value)
    return value


def _of_every_class(probabilities: dict[str, float]) -> dict[str, float]:
    if set(probabilities) != set(CLASSES):
        message = "a prediction has one probability a class"
        raise ValueError(message)
    return probabilities


ClassName = Annotated[str, AfterValidator(_class_name)]
PredictionId = Annotated[str, AfterValidator(_prediction_id)]
Probability = Annotated[float, Field(ge=0, le=1)]
Probabilities = Annotated[dict[ClassName, Probability], AfterValidator(_of_every_class)]


class Record(BaseModel):
    """An immutable record; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())


class Image(Record):
    """The bucket and key of a photo."""

    bucket: str
    key: str

    @property
    def location(self) -> Location:
        """Locate the photo."""
        return Location(self.bucket, self.key)


class PredictionRecord(Record):
    """What the model said of one upload."""

    prediction_id: PredictionId
    filename: str
    prediction: ClassName
    confidence: Probability
    probabilities: Probabilities
    image: Image
    class_dir: str
    model_name: str
    model_version: str
    low_confidence: bool | None = None
    """Whether the confidence was below the threshold; None in records that predate this field."""
    created_at: AwareDatetime

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.class_dir != class_dir(self.prediction):
            message = "class_dir is not the folder of the predicted class"
            raise ValueError(message)
        return self


class TaskData(Record):
    """What an annotator is asked."""

    image: str
    prediction_id: PredictionId
    ml_prediction: ClassName
    confidence: Probability
    source: Source


class Task(Record):
    """A Label Studio task, as its source storage imports it."""

    data: TaskData
    predictions: list[dict[str, Any]] = []

    @classmethod
    def of(cls, record: PredictionRecord, source: Source, bucket_prefix: str, *, preselect: bool) -> Self:
        """Ask for the ground truth of a prediction, with the model's class preselected if ``preselect``."""
        data = TaskData(
            image=f"s3://{bucket_prefix}{record.image.bucket}/{record.image.key}",
            prediction_id=record.prediction_id,
            ml_prediction=record.prediction,
            confidence=record.confidence,
            source=source,
        )
        selected = [preannotation(record.prediction, record.confidence)] if preselect else []
        return cls(data=data, predictions=selected)


class RelabelRecord(Record):
    """The class that a user gave to a photo."""

    prediction_id: PredictionId
    prediction: ClassName
    corrected_class: ClassName
    created_at: AwareDatetime


class LabelRecord(Record):
    """The ground truth of a prediction: who gave it, when, and why they were asked."""

    prediction_id: PredictionId
    predicted: ClassName
    actual: ClassName
    source: Source
    annotator: str
    labelled_at: AwareDatetime
    is_blind: bool | None = None
    """Whether it was given without seeing the model's class; None if that is not known."""
    answers: dict[str, ClassName] = {}
    """What each annotator chose, where several did."""
    model_version: str | None = None
    low_confidence: bool | None = None
    """Both are those of the prediction; None in records that predate these fields."""


class QuarantineRecord(Record):
    """A task or an output that can't be processed: the reason, its original location, and its content."""

    reason: str
    key: str
    body: str


class DeletionRequest(Record):
    """That something is to be deleted; it is removed once that is done."""

    asked_at: AwareDatetime


class JobRun(Record):
    """How a run of a job ended: when, after how long, and how much it did."""

    job: str
    complete: bool
    finished_at: AwareDatetime
    seconds: float
    items: int
    summary: str
