"""A whole run: the pilot, rounds with all servers running, the uploads, then each server alone."""

import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil
import requests

from predictor.training import FLOAT32, MODEL
from tests.bench import alone, packages, pilot, scenarios, uploads
from tests.bench.contender import Contender, Threads
from tests.bench.contenders import CONTENDERS, OURS, OURS_FLOAT32
from tests.bench.figures import Results
from tests.bench.photos import phone_photo, small_photos
from tests.bench.scenarios import Length, Photos, Running
from tests.conftest import ROOT

log = logging.getLogger(__name__)

GIB = 1024**3


def run(length: Length) -> Results:
    """Measure everything."""
    results = Results(
        machine=machine(),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        options=f"{length.rounds} rounds of {length.seconds:g} s, medians",
        load_before=round(os.getloadavg()[0], 1),
    )
    photos = Photos(small_photos(), phone_photo())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        chosen = _settings(folder, photos, length, results)
        with _running(chosen, folder) as running:
            _side_by_side(running, photos, length, results)
            ours, server = running[OURS]
            asked = [ours.request(photo) for photo in photos.small]
            results.upload = uploads.measure(folder, server, asked, photos.small, length)
        for contender, threads in chosen.items():
            took = alone.measure(contender, threads, folder, photos, length.seconds)
            results.cold_start_s[contender.name] = took.cold_start_s
            results.memory_mb[contender.name] = took.memory_mb
            results.largest_memory_mb[contender.name] = took.largest_mb
            results.cpu_ms[contender.name] = took.cpu_ms
    parts = [_parts() for _ in range(length.rounds)]  # torch's speed differs from process to process
    results.parts_cpu_ms = {name: median(each[name] for each in parts) for name in parts[0]}
    results.packages_mb = {
        each.name: packages.size_mb(each.python, each.packages, locked=each.locked) for each in chosen
    }
    return results


def _settings(folder: Path, photos: Photos, length: Length, results: Results) -> dict[Contender, Threads]:
    """Choose each contender's settings; note why some can't be installed or started."""
    chosen = {}
    for contender in CONTENDERS:
        try:
            if contender.left_out:
                raise AssertionError(contender.left_out)  # noqa: TRY301 - as a server that doesn't start
            chosen[contender] = _choose(contender, folder, photos, length, results)
        except AssertionError as error:
            results.left_out[contender.name] = str(error).strip().splitlines()[-1]
            log.warning("Left out: %s. %s", contender.name, results.left_out[contender.name])
    return chosen


def _parts() -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.parts"]
    measured: dict[str, float] = json.loads(
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    )
    return measured


def _choose(contender: Contender, folder: Path, photos: Photos, length: Length, results: Results) -> Threads:
    if len(contender.choices) == 1:
        return contender.choices[0]
    served = pilot.try_out(contender, folder, photos.small, length.seconds)
    best = max(served, key=lambda threads: served[threads])
    results.pilot[contender.name] = {str(threads): round(most, 1) for threads, most in served.items()}
    results.threads[contender.name] = str(best)
    return best


@contextmanager
def _running(chosen: Mapping[Contender, Threads], folder: Path) -> Iterator[Running]:
    """Run all servers at once; idle ones take no CPU time."""
    with ExitStack() as ending:
        running = {}
        for contender, threads in chosen.items():
            server = contender.new_server(folder, threads).start()
            ending.callback(server.stop)
            running[contender.name] = (contender, server)
        yield running


def _side_by_side(running: Running, photos: Photos, length: Length, results: Results) -> None:
    results.same_answers = _same_answers(running, photos)
    results.scenarios, results.limits = scenarios.measure(
        running, photos, {OURS: MODEL, OURS_FLOAT32: FLOAT32}, length
    )
    most = scenarios.most_served(results.scenarios)
    results.scenarios[scenarios.HALF] = scenarios.measure_half(running, photos, most, length)


def _same_answers(running: Running, photos: Photos) -> dict[str, float]:
    """Compare each contender's classes with those of our float32 model."""
    answers = {
        name: [class_of(contender, server.url, photo) for photo in photos.small]
        for name, (contender, server) in running.items()
    }
    right = answers[OURS_FLOAT32]
    return {name: sum(map(str.__eq__, given, right)) / len(right) for name, given in answers.items()}


def class_of(contender: Contender, url: str, photo: bytes) -> str:
    """Request a photo's class from a server."""
    body = contender.encode(photo)
    headers = dict(line.split(": ") for line in contender.headers(body).splitlines())
    headers["Content-Type"] = contender.content_type
    response = requests.post(url + contender.path, body, headers=headers, timeout=60)
    response.raise_for_status()
    return contender.read(response.json())


def machine() -> str:
    """Describe the processor, the number of CPUs and the memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )
    memory = round(psutil.virtual_memory().total / GIB)
    return f"{model}, {os.cpu_count()} CPUs, {memory} GiB, Python {platform.python_version()}"
