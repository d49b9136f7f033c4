"""Which predictions a draw asks about, in which order: decided by a seed alone, each with a known chance."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cronjobs.draws import Seen


class Pool(NamedTuple):
    """What a draw can choose from."""

    new: Sequence[Seen]
    """Predictions that no draw has seen before."""
    older: Mapping[str, tuple[str, Seen]]
    """Predictions that a draw has seen and none has chosen, each with the batch that it belongs to."""

    @property
    def ids(self) -> list[str]:
        """List all of them."""
        return [*(each.prediction_id for each in self.new), *self.older]


def in_order(pool: Pool, size: int, seed: str) -> list[str]:
    """Put a pool into the order in which a draw takes so many from it.

    New predictions come before older ones, so that each is exposed to one draw as a rule; of the new ones
    each side of the confidence threshold comes first with its share of the sample.
    """
    low = shuffled((each.prediction_id for each in pool.new if each.low_confidence), seed)
    high = shuffled((each.prediction_id for each in pool.new if not each.low_confidence), seed)
    from_low, from_high = allocation(size, len(low), len(high))
    rest = shuffled([*low[from_low:], *high[from_high:]], seed)
    return [*low[:from_low], *high[:from_high], *rest, *shuffled(pool.older, seed)]


def allocation(size: int, low: int, high: int) -> tuple[int, int]:
    """Divide a sample over the predictions below the confidence threshold and the others.

    In proportion to their numbers, with one for each side that has anyone (Cochran, Sampling Techniques,
    1977, chapter 5). Neyman's allocation would give more to the side that errs more, but annotators see every
    prediction below the threshold anyway: once they are through, a random label there adds nothing.
    """
    size = min(size, low + high)
    least = int(low > 0 and size > 1) if high else size
    most = size - 1 if high and size > 1 else size
    from_low = min(max(round(size * low / max(1, low + high)), least), most, low)
    from_low = max(from_low, size - high)
    return from_low, size - from_low


def shuffled(prediction_ids: Iterable[str], seed: str) -> list[str]:
    """Put ids into an order that only the seed decides, and in which each has the same chance to be first."""
    return sorted(prediction_ids, key=lambda each: hashlib.sha256(f"{seed} {each}".encode()).digest())
