"""Several processes that fit one network together, as torchrun starts them; a single one is alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from torch import distributed

from predictor.cpus import available_cpus

T = TypeVar("T")


@contextmanager
def together() -> Iterator[None]:
    """Join the other processes, if torchrun started this one."""
    if not distributed.is_torchelastic_launched():
        yield
        return
    distributed.init_process_group("gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def processes() -> int:
    """Return how many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Return this process's number; 0 is the one that writes."""
    return distributed.get_rank() if processes() > 1 else 0


def share() -> slice:
    """Return which photos of a batch are this process's."""
    return slice(rank(), None, processes())


def from_first(make: Callable[[], T]) -> T:
    """Return what the first process makes, in all of them."""
    made = [make() if rank() == 0 else None]
    if processes() > 1:
        distributed.broadcast_object_list(made)
    return made[0]  # type: ignore[return-value] # the first process's


def threads() -> int:
    """Return how many threads this process may use: its part of the CPUs."""
    return max(1, available_cpus() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
