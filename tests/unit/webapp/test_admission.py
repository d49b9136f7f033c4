"""The number and size of uploads in progress are limited."""

import pytest
from flask.testing import FlaskClient

from tests.unit.webapp.conftest import JPEG
from tests.unit.webapp.stub_predictor import StubPredictor, says
from tests.unit.webapp.uploads import upload
from webapp.admission import Admission, TooBusyError
from webapp.services import Services


def test_one_upload_too_many_is_refused() -> None:
    admission = Admission(max_uploads=2, max_bytes=100)
    with admission.admit(1), admission.admit(1), pytest.raises(TooBusyError), admission.admit(1):
        pass


def test_one_byte_too_many_is_refused() -> None:
    admission = Admission(max_uploads=9, max_bytes=100)
    with admission.admit(60), pytest.raises(TooBusyError), admission.admit(41):
        pass


def test_room_comes_back_whatever_became_of_the_upload() -> None:
    admission = Admission(max_uploads=1, max_bytes=100)
    with pytest.raises(ZeroDivisionError), admission.admit(100):
        raise ZeroDivisionError
    with admission.admit(100):
        pass


def test_who_is_refused_is_asked_to_come_later(
    client: FlaskClient, services: Services, predictor: StubPredictor
) -> None:
    with services.admission.admit(services.settings.max_upload_bytes):
        response = upload(client)
    assert response.status_code == 503
    assert "try again" in response.text
    assert predictor.asked == []


def test_an_upload_that_failed_leaves_no_trace(
    client: FlaskClient, services: Services, predictor: StubPredictor
) -> None:
    predictor.predict = [says("", 500)]
    upload(client, JPEG)
    with services.admission.admit(services.settings.max_upload_bytes):
        pass
