"""The names that tasks, the labelling interface and annotations share in Label Studio."""

from typing import Any

CHOICES = "food"
"""The name of the <Choices> control."""

IMAGE = "image"
"""The name of the <Image> tag, and of the task's field that it shows."""


PREDICTED_BY = "GourmetGram"
"""The model version in tasks and projects: Label Studio preselects the choice of the one version
that a project names, so the name stays while the model changes."""


def preannotation(choice: str, score: float) -> dict[str, Any]:
    """Shape the model's choice as a prediction of a Label Studio task."""
    return {
        "model_version": PREDICTED_BY,
        "score": score,
        "result": [
            {"from_name": CHOICES, "to_name": IMAGE, "type": "choices", "value": {"choices": [choice]}},
        ],
    }
