"""`python -m tests.bench.decoding`: the CPU time of repairing and decoding photos."""

import statistics
import timeit
from collections.abc import Callable
from time import process_time

from predictor.images import to_square
from predictor.images.mending import mended
from tests.bench.metadata import photo
from tests.corpus.chunks import LINEAR_RGB
from tests.corpus.encoded import coded
from tests.corpus.samples import DISPLAY_P3

ROUNDS = 7
HEADER_END = 33
"""The end of a PNG's first chunk."""


def files() -> dict[str, bytes]:
    """Make photos of twelve megapixels, also with colours that must be converted."""
    png, jpeg, avif = (photo(kind, {}) for kind in ("PNG", "JPEG", "AVIF"))
    return {
        "JPEG": jpeg,
        "JPEG with a profile": photo("JPEG", {"icc_profile": LINEAR_RGB}),
        "PNG": png,
        "PNG with cICP": png[:HEADER_END] + DISPLAY_P3 + png[HEADER_END:],
        "WebP": photo("WEBP", {}),
        "AVIF": avif,
        "AVIF in Display P3": coded(avif, 12, 13),
    }


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median CPU time of some work."""
    return statistics.median(timeit.repeat(work, timer=process_time, number=1, repeat=ROUNDS)) * 1e3


def main() -> None:
    """Print a line for each kind of file."""
    for name, body in files().items():
        whole, mending = (milliseconds(lambda work=work: work(body)) for work in (to_square, mended))  # noqa: B023
        print(f"{name}: {len(body) / 1e6:.1f} MB, {whole:.0f} ms, mending {mending:.2f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
