"""Waits for conditions, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T | None], what: str, seconds: float = 120, pause: float = 0.2) -> T:
    """Call the condition until its result is true, and return the result.

    Raises:
        TimeoutError: It was not true in time; the message says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)
    return result
