"""Two photos on either side of the confidence threshold in values.yaml."""

from tests.conftest import PHOTOS

UNSURE = max(PHOTOS.glob("evaluation/class_06/*.jpg"))
"""Noodles that become a task for annotators."""
SURE = min(PHOTOS.glob("evaluation/class_10/*.jpg"))
"""Fruit that becomes none, however often it is uploaded."""
