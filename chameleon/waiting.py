"""Polls until a condition holds, with a deadline and regular progress messages."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from keystoneauth1.exceptions import ConnectionError  # noqa: A004

from chameleon.errors import AGAIN, ProvisioningError

TELL_EVERY = 15.0  # seconds
log = logging.getLogger(__name__)
Result = TypeVar("Result")


def until(check: Callable[[], Result | None], what: str, *, seconds: float, every: float = 2.0) -> Result:
    """Return the first result of `check` that is not None.

    Raises:
        ProvisioningError: once `seconds` have passed.
    """
    start = time.monotonic()
    told = start
    while (result := _looked(check)) is None:
        now = time.monotonic()
        if now - start > seconds:
            raise ProvisioningError(f"{what} took longer than {seconds / 60:.0f} minutes. {AGAIN}")
        if now - told > TELL_EVERY:
            told = now
            log.info("  … %s, %.0f s", what, now - start)
        time.sleep(every)
    return result


def _looked(check: Callable[[], Result | None]) -> Result | None:
    try:
        return check()
    except ConnectionError:  # reads are harmless and can be retried
        return None
