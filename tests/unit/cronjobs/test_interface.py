from xml.etree import ElementTree as ET

from cronjobs.label_studio.interface import classes_of, interface
from gourmetgram.classes import CLASSES
from gourmetgram.sources import Source


def test_the_interface_offers_the_classes_in_their_order() -> None:
    assert classes_of(interface(Source.LOW_CONFIDENCE, shows_prediction=True)) == CLASSES


def test_each_class_has_a_key_of_its_own() -> None:
    choices = ET.fromstring(interface(Source.LOW_CONFIDENCE, shows_prediction=False)).iter("Choice")  # noqa: S314 - our own
    assert "".join(choice.attrib["hotkey"] for choice in choices) == "1234567890q"


def test_only_an_interface_that_is_not_blind_tells_what_the_model_said() -> None:
    assert "$ml_prediction" in interface(Source.LOW_CONFIDENCE, shows_prediction=True)
    assert "$ml_prediction" not in interface(Source.LOW_CONFIDENCE, shows_prediction=False)


def test_an_interface_without_the_choices_offers_nothing() -> None:
    assert classes_of("<View/>") == ()
