"""A setting that can't be used ends a process with one sentence that names it."""

import pytest
from pydantic_settings import BaseSettings

from cronjobs.settings import CronjobSettings
from gourmetgram.settings import StoreSettings, valid_or_exit
from predictor.settings import PredictorSettings
from webapp.settings import WebappSettings


@pytest.mark.parametrize(
    ("settings", "name", "value", "sentence"),
    [
        (StoreSettings, "AWS_ENDPOINT_URL_S3", "localhost:9000", "AWS_ENDPOINT_URL_S3 must be a URL"),
        (CronjobSettings, "GOURMETGRAM_RETENTION_DAYS", "999999", "GOURMETGRAM_RETENTION_DAYS can't be used"),
        (WebappSettings, "GOURMETGRAM_PORT", "65536", "GOURMETGRAM_PORT can't be used"),
        (WebappSettings, "GOURMETGRAM_MAX_PHOTO_BYTES", "134217728", "max_photo_bytes must not exceed"),
        (PredictorSettings, "GOURMETGRAM_MAX_BODY_BYTES", "134217728", "max_body_bytes must not exceed"),
    ],
)
def test_a_setting_that_would_fail_later_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: type[BaseSettings], name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=sentence) as ended, valid_or_exit():
        settings()
    assert "\n" not in str(ended.value.code)
