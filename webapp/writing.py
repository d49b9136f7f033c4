"""The store with faster writes: obstore signs and sends them in an eighth of boto3's CPU time.

The two writes of an upload were most of its cost in the web application. boto3 still does everything else,
including credentials, endpoint and region.
"""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import obstore
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.exceptions import BaseError
from obstore.store import S3Store

from gourmetgram.keys import Location
from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store, StoreUnavailableError
from webapp.settings import MIB

if TYPE_CHECKING:
    from obstore import Attributes

MIB_SECONDS = 8
"""Extra seconds that a write may take for each MiB of its body: enough for any photo at 1 Mbit/s."""

CREDENTIALS_LIVE = timedelta(minutes=5)
"""How long credentials are used before boto3, which renews expiring ones, is asked again."""


REFUSALS = (BaseError, OSError, ValueError)
"""What a write may raise: OSError where there is no bucket, ValueError where boto3 has no credentials."""


class WritingStore(Store):
    """The buckets of the contract, with separate connections for writing."""

    def __init__(self, settings: StoreSettings) -> None:
        super().__init__(settings)
        self._settings = settings
        self._opened = functools.cache(self._open)
        self.timed_put: Callable[[], AbstractContextManager[None]] = nullcontext
        """Entered for each write: obstore has no events."""

    def put(self, location: Location, body: bytes, content_type: str) -> None:
        """Write a whole object.

        Raises:
            StoreUnavailableError: it may or may not have been written, or was changed on the way.
        """
        with self.timed_put():
            try:
                etag = self._put(location, body, content_type)
            except REFUSALS as error:
                message = f"the object store did not accept {location}: {_sentence(error)}"
                raise StoreUnavailableError(message) from error
        self.verify(location, etag, body)

    def _put(self, location: Location, body: bytes, content_type: str) -> str | None:
        attributes: Attributes = {"Content-Type": content_type}
        bucket = self._opened(location.bucket, len(body) // MIB)
        written = obstore.put(bucket, location.key, body, attributes=attributes, use_multipart=False)
        return written["e_tag"]

    @functools.cached_property
    def _credentials(self) -> Boto3CredentialProvider:
        return Boto3CredentialProvider(boto3.Session(), ttl=CREDENTIALS_LIVE)

    def _open(self, bucket: str, mib: int) -> S3Store:
        """Open a bucket for bodies of ``mib`` MiB: a timeout of obstore covers the whole attempt."""
        seconds = self._settings.store_timeout_seconds + mib * MIB_SECONDS
        return S3Store(
            self._bucket(bucket),
            endpoint=self.client.meta.endpoint_url,
            region=self.client.meta.region_name,
            virtual_hosted_style_request=False,
            credential_provider=self._credentials,
            client_options={
                "allow_http": True,
                "connect_timeout": timedelta(seconds=self._settings.store_timeout_seconds),
                "timeout": timedelta(seconds=seconds),
                "pool_max_idle_per_host": str(self._settings.store_connections),
            },
            retry_config={
                "max_retries": self._settings.store_attempts - 1,
                "retry_timeout": timedelta(seconds=seconds * self._settings.store_attempts),
            },
        )


def _sentence(error: Exception) -> str:
    """Leave out obstore's dump of its own state, and the body of the store's response."""
    return " ".join(str(error).partition("Debug source")[0].split())
