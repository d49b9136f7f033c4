"""The labelling interface: the photo and the classes, the first ones with a hotkey each."""

from itertools import zip_longest
from xml.etree import ElementTree as ET

from gourmetgram.classes import CLASSES, SUBJECT
from gourmetgram.labelling import CHOICES, IMAGE
from gourmetgram.sources import REVIEW, Asked, Source

HOTKEYS = "1234567890qwertyuiopasdfghjklzxcvbnm"
REASONS: dict[Asked, str] = {
    Source.RANDOM_SAMPLING: "This photo was drawn at random.",
    Source.LOW_CONFIDENCE: "The model was not sure of this photo.",
    Source.USER_FLAG: "A user thinks that the model is wrong.",
    REVIEW: "An earlier label may be wrong.",
}


def interface(source: Asked, *, shows_prediction: bool) -> str:
    """Write a project's labelling interface, in Label Studio's XML.

    The reason is part of the text: ``$source`` would be the whole task, in Label Studio's language.
    """
    view = ET.Element("View")
    ET.SubElement(view, "Header", value=f"Which {SUBJECT} is this?")
    said = "The model says $ml_prediction (confidence $confidence). " if shows_prediction else ""
    ET.SubElement(view, "Header", value=f"{said}{REASONS[source]}", size="5")
    choices = ET.SubElement(
        view,
        "Choices",
        name=CHOICES,
        toName=IMAGE,
        choice="single-radio",
        showInline="true",
        required="true",
        requiredMessage="Choose a class, or skip the photo.",
    )
    for name, hotkey in zip_longest(CLASSES, HOTKEYS[: len(CLASSES)]):
        choice = ET.SubElement(choices, "Choice", value=name)
        if hotkey:
            choice.set("hotkey", hotkey)
    ET.SubElement(view, "Image", name=IMAGE, value=f"${IMAGE}", zoomControl="true")
    ET.indent(view)
    return ET.tostring(view, encoding="unicode")


def classes_of(label_config: str) -> tuple[str, ...]:
    """Read the classes that an interface offers; none if it has no such choices."""
    choices = ET.fromstring(label_config).find(f".//Choices[@name='{CHOICES}']")  # noqa: S314 - Label Studio's own
    return () if choices is None else tuple(choice.get("value", "") for choice in choices.iter("Choice"))
