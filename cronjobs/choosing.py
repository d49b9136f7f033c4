"""Which predictions a draw asks about, and in which order: a seed decides, with known probabilities."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cronjobs.draws import Seen


class Pool(NamedTuple):
    """What a draw can choose from."""

    new: Sequence[Seen]
    """Predictions that no draw has seen before."""
    older: Mapping[str, tuple[str, Seen]]
    """Predictions that draws have seen but not chosen, each with the batch that it belongs to."""

    @property
    def ids(self) -> list[str]:
        """List all of them."""
        return [*(each.prediction_id for each in self.new), *self.older]


def in_order(pool: Pool, size: int, seed: str) -> list[str]:
    """Order a pool so that a draw takes the first ``size`` predictions.

    New predictions come before older ones, so that each normally takes part in one draw; among the new ones,
    each side of the confidence threshold first contributes its share of the sample.
    """
    low = shuffled((each.prediction_id for each in pool.new if each.low_confidence), seed)
    high = shuffled((each.prediction_id for each in pool.new if not each.low_confidence), seed)
    from_low, from_high = allocation(size, len(low), len(high))
    rest = shuffled([*low[from_low:], *high[from_high:]], seed)
    return [*low[:from_low], *high[:from_high], *rest, *shuffled(pool.older, seed)]


def allocation(size: int, low: int, high: int) -> tuple[int, int]:
    """Divide a sample over the predictions below the confidence threshold and the others.

    In proportion to their numbers, with at least one from each non-empty side (Cochran, Sampling Techniques,
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
    """Put ids into an order that only the seed decides, and in which each is equally likely to be first."""
    return sorted(prediction_ids, key=lambda each: hashlib.sha256(f"{seed} {each}".encode()).digest())
