"""What a model costs where it is served: `python -m predictor.training.costs <model> <photo>` measures it.

It runs in its own process, since peak memory never goes down.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from predictor import runtimes
from predictor.images import to_square

MIB = 1024 * 1024
STATUS = Path("/proc/self/status")
_ROUNDS = 15


def peak_memory(model: Path, photo: Path) -> int:
    """Measure the peak memory, in bytes, of a process that loads a model and answers as the predictor does.

    Raises:
        ModelUnusableError: it can't be loaded, or crashes the process that tries.
    """
    command = [sys.executable, "-m", __name__, str(model), str(photo)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or "it was killed").splitlines()[-1]
        raise runtimes.ModelUnusableError(f"{model} can't be loaded: {last}")
    return int(done.stdout)


def slower(candidate: runtimes.Runtime, current: runtimes.Runtime, photo: Path) -> float:
    """Return how many times as long the candidate takes; both alternate, so that noise affects both."""
    square = to_square(photo.read_bytes())
    models = (candidate, current)
    times = [[_seconds(lambda model=model: model.run(square)) for model in models] for _ in range(_ROUNDS)]  # type: ignore[misc]
    best = [min(each) for each in zip(*times, strict=True)]
    return float(best[0] / best[1])


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return float(time.perf_counter() - began)


def main() -> None:
    """Load a model, let it answer, and print the peak memory."""
    model, photo = map(Path, sys.argv[1:])
    square = to_square(photo.read_bytes())
    runtime = runtimes.load("onnx", model)
    for _ in range(_ROUNDS):
        runtime.run(square)
    sys.stdout.write(str(_peak()))


def _peak() -> int:
    """Return the peak memory in bytes; getrusage would include the parent's before exec."""
    (line,) = [each for each in STATUS.read_text().splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
