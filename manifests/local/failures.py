"""Reports failures on one machine, each in a sentence that says what to do."""

import errno
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from gourmetgram.settings import in_words
from manifests.local.settings import STATE

INTERRUPTED = 130
MIB = 1024 * 1024
ROOM_MIB = 64
"""Enough for the logs and a new Label Studio database, with a margin."""


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Exit with a sentence if the machine, a setting or the user stops the command."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except ValidationError as error:
        sys.exit(in_words(error))
    except subprocess.CalledProcessError as error:
        sys.exit(_command(error))
    except OSError as error:
        sys.exit(_machine(error))
    except sqlite3.Error as error:
        sys.exit(f"A database of Label Studio could not be copied: {error}.")


def full_disk() -> str | None:
    """Return a warning if the disk is nearly full, else None."""
    STATE.mkdir(exist_ok=True)
    free = shutil.disk_usage(STATE).free // MIB
    if free >= ROOM_MIB:
        return None
    return f"Only {free} MiB are free on the disk of {STATE}; {ROOM_MIB} are needed: free some space."


def _command(error: subprocess.CalledProcessError) -> str:
    name = Path(str(error.cmd[0])).name
    said = [line for line in str(error.stderr or error.stdout or "").splitlines() if line.strip()]
    reason = f": {said[-1].strip()}" if said else f" with status {error.returncode}, for the reason above"
    return f"{name} failed{reason}"


def _machine(error: OSError) -> str:
    place = error.filename or STATE
    if error.errno == errno.ENOSPC:
        return f"There is no space left on the disk of {place}: free some, and run this again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{place} can't be written by this user: {error.strerror}."
    return f"{place}: {error.strerror or error}."
