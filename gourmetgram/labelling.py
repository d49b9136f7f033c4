"""The names that tasks, the labelling interface and annotations share in Label Studio."""

from typing import Any

CHOICES = "food"
"""The name of the <Choices> control."""

IMAGE = "image"
"""The name of the <Image> tag, and of the task's field that it shows."""


def preannotation(choice: str, score: float, model: str) -> dict[str, Any]:
    """Shape a model's choice as a prediction of a Label Studio task."""
    return {
        "model_version": model,
        "score": score,
        "result": [
            {"from_name": CHOICES, "to_name": IMAGE, "type": "choices", "value": {"choices": [choice]}},
        ],
    }
