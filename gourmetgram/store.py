"""The object store: boto3 against any S3 server, with two exceptions instead of a hundred."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import add_expect_header

from gourmetgram.etags import Etags
from gourmetgram.keys import BUCKETS, TRACKING, Location
from gourmetgram.records import Record
from gourmetgram.settings import StoreSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import DeleteTypeDef, ObjectTypeDef

_MISSING = {"NoSuchKey", "404", "NotFound"}

RecordType = TypeVar("RecordType", bound=Record)

JSON = "application/json"

DELETED_AT_ONCE = 1000
"""The most objects that S3 deletes in one request."""


class StoreUnavailableError(Exception):
    """The store did not answer, or refused the request; the same call may work later."""


class ObjectNotFoundError(Exception):
    """There is no such object."""


class Store:
    """The buckets of the contract on one S3 server."""

    def __init__(self, settings: StoreSettings) -> None:
        self.bucket_prefix = settings.bucket_prefix
        self.etags = Etags()
        self.client: S3Client = boto3.Session().client("s3", config=_config(settings))
        # "Expect: 100-continue" costs a round trip, which pays only where large bodies are refused.
        self.client.meta.events.unregister("before-call.s3", add_expect_header)

    def put(self, location: Location, body: bytes, content_type: str) -> None:
        """Write a whole object.

        Raises:
            StoreUnavailableError: it may or may not have been written, or was changed on the way.
        """
        with _failures(location):
            answer = self.client.put_object(
                Bucket=self._bucket(location.bucket), Key=location.key, Body=body, ContentType=content_type
            )
        self.verify(location, answer.get("ETag"), body)

    def put_record(self, location: Location, record: Record) -> None:
        """Write a record as JSON.

        Raises:
            StoreUnavailableError: it may or may not have been written.
        """
        self.put(location, record.model_dump_json().encode(), JSON)

    def get(self, location: Location) -> bytes:
        """Read a whole object.

        Raises:
            ObjectNotFoundError: there is none.
            StoreUnavailableError: the store did not answer, or its answer was changed on the way.
        """
        etag, body = self._read(location)
        self._require_unchanged(location, etag, body, "from")
        return body

    def verify(self, location: Location, etag: str | None, body: bytes) -> None:
        """Return if what was written, and answered with an ETag, is in the store unchanged.

        Raises:
            StoreUnavailableError: it is not, or that could not be read.
        """
        self._require_unchanged(location, etag, body, "to")

    def get_record(self, location: Location, record_type: type[RecordType]) -> RecordType:
        """Read a record.

        Raises:
            ObjectNotFoundError: there is none.
            StoreUnavailableError: the store did not answer.
            pydantic.ValidationError: the object is not such a record.
        """
        return record_type.model_validate_json(self.get(location))

    def exists(self, location: Location) -> bool:
        """Return whether an object exists.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        try:
            with _failures(location):
                self.client.head_object(Bucket=self._bucket(location.bucket), Key=location.key)
        except ObjectNotFoundError:
            return False
        return True

    def check(self) -> None:
        """Return if the store answers and has its buckets.

        Raises:
            StoreUnavailableError: it does not, or they have not been created.
        """
        try:
            with _failures(Location(TRACKING, "")):
                self.client.head_bucket(Bucket=self._bucket(TRACKING))
        except ObjectNotFoundError as error:
            message = f"there is no bucket {self._bucket(TRACKING)}"
            raise StoreUnavailableError(message) from error

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """List the keys under a prefix, in order; the folder markers of S3 tools are skipped.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        return (entry["Key"] for entry in self._entries(bucket, prefix))

    def versions(self, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
        """List the keys under a prefix, each with a text that changes when its object is replaced.

        The folder markers of S3 tools are skipped.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        for entry in self._entries(bucket, prefix):
            yield entry["Key"], f"{entry.get('ETag')} {entry['LastModified'].isoformat()}"

    def copy(self, source: Location, target: Location) -> None:
        """Copy an object inside the store.

        Raises:
            ObjectNotFoundError: there is no source.
            StoreUnavailableError: it may or may not have been copied.
        """
        with _failures(source):
            self.client.copy_object(
                Bucket=self._bucket(target.bucket),
                Key=target.key,
                CopySource={"Bucket": self._bucket(source.bucket), "Key": source.key},
            )

    def delete(self, location: Location) -> None:
        """Delete an object, whether or not it exists.

        Raises:
            StoreUnavailableError: it may or may not have been deleted.
        """
        try:
            with _failures(location):
                self.client.delete_object(Bucket=self._bucket(location.bucket), Key=location.key)
        except ObjectNotFoundError:
            return

    def delete_all(self, locations: Sequence[Location]) -> None:
        """Delete many objects in few requests, whether or not they exist.

        Raises:
            StoreUnavailableError: some may or may not have been deleted.
        """
        for bucket in dict.fromkeys(place.bucket for place in locations):
            names = [place.key for place in locations if place.bucket == bucket]
            for start in range(0, len(names), DELETED_AT_ONCE):
                self._delete_at_once(bucket, names[start : start + DELETED_AT_ONCE])

    def _require_unchanged(self, location: Location, etag: str | None, body: bytes, way: str) -> None:
        """Read again what its ETag contradicts: either the bytes differ, or the ETag is not their MD5."""
        if self.etags.contradict(location.bucket, etag, body):
            if self._read(location)[1] != body:
                message = f"{location} was changed on its way {way} the object store"
                raise StoreUnavailableError(message)
            self.etags.ignore(location.bucket)

    def _read(self, location: Location) -> tuple[str, bytes]:
        with _failures(location):
            found = self.client.get_object(Bucket=self._bucket(location.bucket), Key=location.key)
            return found["ETag"], found["Body"].read()

    def _delete_at_once(self, bucket: str, names: Sequence[str]) -> None:
        with _failures(Location(bucket, names[0])):
            wanted: DeleteTypeDef = {"Objects": [{"Key": name} for name in names], "Quiet": True}
            answer = self.client.delete_objects(Bucket=self._bucket(bucket), Delete=wanted)
        for error in answer.get("Errors", []):
            if error.get("Code") not in _MISSING:
                message = (
                    f"the object store did not delete {bucket}/{error.get('Key')}: {error.get('Message')}"
                )
                raise StoreUnavailableError(message)

    def create_buckets(self, names: Sequence[str] = BUCKETS) -> None:
        """Create the buckets that are missing.

        Raises:
            StoreUnavailableError: the store did not answer.
        """
        with _failures(Location("", "")):
            present = self._own_buckets()
            for bucket in names:
                if self._bucket(bucket) not in present:
                    self._create_unless_present(self._bucket(bucket))

    def _own_buckets(self) -> set[str]:
        return {bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]}

    def _create_unless_present(self, name: str) -> None:
        try:
            self._create(name)
        except ClientError:
            # Servers have different errors for a bucket that another process has created in the meantime.
            if name not in self._own_buckets():
                raise

    def _create(self, name: str) -> None:
        try:
            self.client.create_bucket(Bucket=name)
        except ClientError as error:
            # AWS requires a location constraint except in us-east-1; other servers refuse one.
            if error.response.get("Error", {}).get("Code") != "IllegalLocationConstraintException":
                raise
            region = cast("BucketLocationConstraintType", self.client.meta.region_name)
            self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})

    def _entries(self, bucket: str, prefix: str) -> Iterator["ObjectTypeDef"]:
        pages = self.client.get_paginator("list_objects_v2")
        with _failures(Location(bucket, prefix)):
            for page in pages.paginate(Bucket=self._bucket(bucket), Prefix=prefix):
                # Tools that create a "folder" leave an empty object with this suffix; no key of ours has it.
                yield from (entry for entry in page.get("Contents", []) if not entry["Key"].endswith("/"))

    def _bucket(self, name: str) -> str:
        return f"{self.bucket_prefix}{name}"


def _config(settings: StoreSettings) -> Config:
    return Config(
        connect_timeout=settings.store_timeout_seconds,
        read_timeout=settings.store_timeout_seconds,
        retries={"total_max_attempts": settings.store_attempts, "mode": "standard"},
        max_pool_connections=settings.store_connections,
        # For servers other than AWS: no bucket in the host name, no checksum trailers, signatures v4.
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        signature_version="s3v4",
    )


@contextmanager
def _failures(location: Location) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise ObjectNotFoundError(str(location)) from error
        message = f"the object store refused {location}: {error}"
        raise StoreUnavailableError(message) from error
    except (BotoCoreError, Boto3Error, OSError, ValueError) as error:  # ValueError: an unreadable response
        message = f"the object store did not respond for {location}: {error}"
        raise StoreUnavailableError(message) from error
