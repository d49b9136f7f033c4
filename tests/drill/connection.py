"""What a proxy before a store does wrong to what it hands on, while inside."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.proxy import Proxy

SLOWER_SECONDS = 1.5
CORRUPTED_SHARE = 0.3


@contextmanager
def slower(proxy: Proxy) -> Iterator[None]:
    """Let each request take longer."""
    proxy.watch(lambda *_: time.sleep(SLOWER_SECONDS))
    yield
    proxy.watch(None)


@contextmanager
def corrupting(proxy: Proxy) -> Iterator[None]:
    """Change a bit of many bodies in both directions."""
    dice = random.Random(5)

    def corrupted(body: bytes) -> bytes:
        if not body or dice.random() > CORRUPTED_SHARE:
            return body
        place = dice.randrange(len(body))
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]

    proxy.change = corrupted
    yield
    proxy.change = bytes
