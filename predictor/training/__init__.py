"""Trains, exports and evaluates the food classifier; nothing here is imported while serving."""

from pathlib import Path

MODEL = Path(__file__).parents[1] / "model" / "food11.onnx"
"""The model that is served."""
RUN = Path(".local/training")
"""Checkpoints of a training run."""
