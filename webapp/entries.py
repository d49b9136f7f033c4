"""The spool's files: each holds the writes of one request, and exists whole or not at all.

A file is a zip archive whose members are the objects, in the order of writing: their CRC-32 is checked on
reading, and any unzip tool can show them.
"""

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gourmetgram.keys import Location

UNFINISHED = ".unfinished"
"""Suffix of a file that is still being written; one left by a crash was never confirmed to any client."""


class UnreadableEntryError(Exception):
    """The file is truncated or was changed."""


class Write(NamedTuple):
    """One object to be written to the store."""

    location: Location
    content_type: str
    body: bytes


def pack(writes: Sequence[Write]) -> bytes:
    """Pack writes into the bytes of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for write in writes:
            member = zipfile.ZipInfo(str(write.location))
            member.comment = write.content_type.encode()
            archive.writestr(member, write.body)
    return packed.getvalue()


def read(path: Path) -> list[Write]:
    """Read the writes of a file, in their order.

    Raises:
        UnreadableEntryError: the file is truncated or was changed.
        OSError: the file could not be read from disk.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [
                Write(_location(member), member.comment.decode(), archive.read(member))
                for member in archive.infolist()
            ]
    except (OSError, MemoryError):
        raise
    except Exception as error:  # zipfile raises a dozen kinds over garbage
        raise UnreadableEntryError(str(error)) from error


def locations(path: Path) -> list[Location]:
    """Read only the locations of a file's writes.

    Raises:
        UnreadableEntryError: the file is truncated or was changed.
        OSError: the file could not be read from disk.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_location(member) for member in archive.infolist()]
    except OSError:
        raise
    except Exception as error:
        raise UnreadableEntryError(str(error)) from error


def write_durably(path: Path, body: bytes) -> None:
    """Create a file atomically; once this returns, it survives a crash.

    Raises:
        OSError: it could not be written; nothing of it is left behind.
    """
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_folder(path.parent)
    except OSError:
        unfinished.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the creation and renaming of files in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _location(member: zipfile.ZipInfo) -> Location:
    bucket, key = member.filename.split("/", 1)
    return Location(bucket, key)
