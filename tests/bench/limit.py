"""`python -m tests.bench.limit MODEL SECONDS`: (d) decode and ONNX Runtime in a loop on every CPU, no server.

Prints photos a second.
"""

import itertools
import sys
import threading
import time
from pathlib import Path

from predictor import runtimes
from predictor.cpus import available_cpus
from predictor.images import to_square
from tests.bench.photos import small_photos

WARM_UP_SECONDS = 0.5


def photos_per_second(model: Path, seconds: float) -> float:
    """After a warm-up, classify photos for some seconds in one thread per CPU."""
    runtime, photos, counts = runtimes.load("onnx", model), small_photos(), []
    start = time.perf_counter() + WARM_UP_SECONDS

    def work() -> None:
        count = 0
        for photo in itertools.cycle(photos):
            runtime.run(to_square(photo))
            count += time.perf_counter() >= start
            if time.perf_counter() > start + seconds:
                break
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(available_cpus())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    sys.stdout.write(f"{photos_per_second(Path(sys.argv[1]), float(sys.argv[2])):.1f}\n")
