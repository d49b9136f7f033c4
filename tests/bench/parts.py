"""`python -m tests.bench.parts`: the CPU time of decoding a photo and of running the model.

Prints JSON, in milliseconds. The rest of a server's CPU time goes into its protocol and its threads.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import TypeVar

import torch

from predictor import runtimes
from predictor.images import to_square
from predictor.training import FLOAT32, MODEL
from tests.bench.photos import small_photos
from tests.bench.rivals import classifier

Item = TypeVar("Item")


def main() -> None:
    """Measure every part and print the results."""
    torch.set_num_threads(1)
    photos = small_photos()
    network, int8, float32 = classifier.network(), *(runtimes.load("onnx", path) for path in (MODEL, FLOAT32))
    ours, theirs = [to_square(photo) for photo in photos], [classifier.to_tensor(photo) for photo in photos]
    with torch.inference_mode():
        parts = {
            "decoding": _cpu_ms(to_square, photos),
            "decoding, rivals": _cpu_ms(classifier.to_tensor, photos),
            "model": _cpu_ms(int8.run, ours),
            "model, float32": _cpu_ms(float32.run, ours),
            "model, rivals": _cpu_ms(network, theirs),
        }
    sys.stdout.write(json.dumps(parts))


def _cpu_ms(work: Callable[[Item], object], items: Iterable[Item]) -> float:
    """Time the work on every item in two passes; return the median of the second one."""
    times = []
    for item in (*items, *items):
        started = time.thread_time()
        work(item)
        times.append(time.thread_time() - started)
    return round(1000 * median(times[len(times) // 2 :]), 2)


if __name__ == "__main__":
    main()
