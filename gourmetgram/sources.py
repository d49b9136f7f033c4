"""The four ways in which a prediction gets a label."""

from enum import StrEnum


class Source(StrEnum):
    """Why a photo was labelled; the value stands in records and metrics."""

    RANDOM_SAMPLING = "random_sampling"
    LOW_CONFIDENCE = "low_confidence"
    USER_FLAG = "user_flag"
    USER_RELABEL = "user_relabel"

    @property
    def folder(self) -> str:
        """Return its folder of tasks and outputs in the ``labelstudio`` bucket."""
        return _FOLDERS[self]

    @property
    def dataset(self) -> str:
        """Return the bucket for its labelled photos."""
        return _DATASETS[self]


class Review(StrEnum):
    """A second look at labels of any source; its answers are kept apart, but it has no labels of its own."""

    REVIEW = "review"

    @property
    def folder(self) -> str:
        """Return its folder of tasks and outputs in the ``labelstudio`` bucket."""
        return str(self)


REVIEW = Review.REVIEW

Asked = Source | Review
"""What an answer was asked for: this decides the folder of the task and its answers."""

ANNOTATED_SOURCES = (Source.RANDOM_SAMPLING, Source.LOW_CONFIDENCE, Source.USER_FLAG)
"""The sources that an annotator decides in Label Studio, in the order of their sync numbers 1, 2, 3."""

PROJECTS: tuple[Asked, ...] = (*ANNOTATED_SOURCES, REVIEW)
"""What Label Studio has a project for; the review's is created with the first review."""

_FOLDERS = {
    Source.RANDOM_SAMPLING: "randomsampled",
    Source.LOW_CONFIDENCE: "lowconfidence",
    Source.USER_FLAG: "userfeedback",
    Source.USER_RELABEL: "userfeedback2",
}

_DATASETS = {
    Source.RANDOM_SAMPLING: "cleanproduction",
    Source.LOW_CONFIDENCE: "lowconfidence",
    Source.USER_FLAG: "userfeedback",
    Source.USER_RELABEL: "userfeedback2",
}
