"""Settings shared by every process; each adds its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


def in_words(error: ValidationError) -> str:
    """List the settings that can't be used, one a line, by the names of their variables.

    The values are left out: they may be secrets.
    """
    return "\n".join(
        f"GOURMETGRAM_{'_'.join(map(str, each['loc'])).upper()} can't be used: {each['msg']}."
        if each["loc"]
        else f"The settings can't be used: {each['msg']}."
        for each in error.errors()
        if each["type"] != "default_factory_not_called"  # it follows from another error
    )


@contextmanager
def valid_or_exit() -> Iterator[None]:
    """Exit with a sentence for each setting that can't be used."""
    try:
        yield
    except ValidationError as error:
        sys.exit(in_words(error))


class StoreSettings(BaseSettings):
    """How to reach the object store.

    Endpoint, keys and region are boto3's own variables: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION.
    """

    model_config = SettingsConfigDict(env_prefix="GOURMETGRAM_", frozen=True)

    bucket_prefix: str = Field(
        default="", description="Prefix of every bucket name, for a store that is shared"
    )
    store_timeout_seconds: float = Field(
        default=5.0, gt=0, description="Time limit for one attempt of a request to the store"
    )
    store_attempts: int = Field(default=3, ge=1, description="Attempts of a request to the store")
    store_connections: int = Field(
        default=32, ge=1, description="Connections to the store that are kept open"
    )

    @model_validator(mode="after")
    def _endpoint_is_a_url(self) -> Self:
        if not os.environ.get("AWS_ENDPOINT_URL_S3", "http://").startswith(("http://", "https://")):
            message = "AWS_ENDPOINT_URL_S3 must be a URL, such as http://localhost:9000"
            raise ValueError(message)
        return self
