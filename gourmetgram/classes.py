"""The classes, in the order of the model's outputs, and what people are asked about: `classes.json` has both.

Another data set is another such file and a model of its classes.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("classes.json")
MOST = 100
"""Classes that two digits of a folder's name tell apart."""


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a class is named twice")
    return names


class DataSet(BaseModel):
    """What the file holds."""

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
    """Name the folder of a class: ``"Bread"`` is ``"class_00"``.

    Raises:
        ValueError: ``name`` is not one of ``CLASSES``.
    """
    return CLASS_DIRS[CLASSES.index(name)]
