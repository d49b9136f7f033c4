"""`python -m tests.bench.metadata`: how long it takes to remove a photo's metadata."""

import io
import statistics
import timeit
from collections.abc import Mapping

from PIL import Image

from webapp.metadata import without_place

SIZE = (4000, 3000)
KINDS: dict[str, dict[str, bool]] = {
    "JPEG": {},
    "JPEG, progressive": {"progressive": True},
    "WEBP": {},
    "PNG": {},
}
ROUNDS = 21


def photo(kind: str, options: Mapping[str, object]) -> bytes:
    """Make a photo with a sensor's noise at a quarter of its resolution."""
    noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 80)
    body = io.BytesIO()
    Image.merge("RGB", [noise] * 3).resize(SIZE).save(body, kind, **options)
    return body.getvalue()


def main() -> None:
    """Print the medians."""
    for name, options in KINDS.items():
        kind = name.partition(",")[0]
        body = photo(kind, options)
        times = timeit.repeat(lambda: without_place(body, f"image/{kind.lower()}"), number=1, repeat=ROUNDS)  # noqa: B023
        print(f"{name}: {len(body) / 1e6:.1f} MB, {statistics.median(times) * 1e3:.2f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
