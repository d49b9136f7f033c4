"""The classes, in the order of the model's outputs, and the question for people: `classes.json` has both.

For another data set, replace that file and train a model on its classes.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("classes.json")
MOST = 100
"""The most classes that two digits in a folder's name can number."""


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a class is listed twice")
    return names


class DataSet(BaseModel):
    """The content of `classes.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    subject: Annotated[str, Field(min_length=1, description="What a photo shows, as in: What food is it?")]
    classes: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...],
        Field(min_length=2, max_length=MOST),
        AfterValidator(_distinct),
    ]


_read = DataSet.model_validate_json(FILE.read_text(encoding="utf-8"))
SUBJECT: str = _read.subject
CLASSES: tuple[str, ...] = _read.classes
CLASS_DIRS: tuple[str, ...] = tuple(f"class_{index:02d}" for index in range(len(CLASSES)))


def class_dir(name: str) -> str:
    """Return the folder name of a class: ``"Bread"`` is ``"class_00"``.

    Raises:
        ValueError: ``name`` is not one of ``CLASSES``.
    """
    return CLASS_DIRS[CLASSES.index(name)]
