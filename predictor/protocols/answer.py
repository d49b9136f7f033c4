"""The answer for one photo, the same from every server."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gourmetgram.classes import CLASSES

Prediction = dict[str, Any]


def prediction(probabilities: NDArray[np.float32], model_name: str, model_version: str) -> Prediction:
    """Return the likeliest class by probabilities (classes,), and the model that gave them."""
    values = probabilities.tolist()  # NumPy's argmax and max would release the interpreter's lock
    by_class = {name: round(each, 6) for name, each in zip(CLASSES, values, strict=True)}
    best = CLASSES[values.index(max(values))]
    return {
        "prediction": best,
        "confidence": by_class[best],
        "probabilities": by_class,
        "model_name": model_name,
        "model_version": model_version,
    }
