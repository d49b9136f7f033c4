import uuid
from datetime import UTC, datetime, timedelta

import pytest

from gourmetgram.ids import created_at, created_on, new_prediction_id


def test_an_id_is_a_uuid_version_7() -> None:
    parsed = uuid.UUID(new_prediction_id())
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)


def test_an_id_tells_when_it_was_made() -> None:
    assert abs(created_at(new_prediction_id()) - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_example_of_the_standard_is_read_as_the_standard_says() -> None:
    # RFC 9562, appendix A.6.
    assert created_at("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").isoformat() == "2022-02-22T19:22:22+00:00"


def test_the_day_is_that_of_utc() -> None:
    assert created_on("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").isoformat() == "2022-02-22"


def test_ten_thousand_ids_are_different() -> None:
    assert len({new_prediction_id() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e279b07cc398c4dc0c0c07398f",
        str(uuid.UUID(int=0)),
        "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    ],
)
def test_what_is_not_a_prediction_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"prediction id|badly formed"):
        created_at(text)
