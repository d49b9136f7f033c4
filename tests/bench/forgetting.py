"""`python -m tests.bench.forgetting <Food-11>`: what a model forgets with 500 labels, and how long they take.

The repository's model is retrained on photos that it was trained on before. They teach it little, so any
change on `evaluation/` is forgetting. Prints the gate's verdict and a table in Markdown.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.sources import Source
from gourmetgram.store import Store
from predictor.registry.records import Verdict
from predictor.registry.registry import Registry
from predictor.training.data import drawn, photos
from tests.bench.tables import table
from tests.conftest import new_store_server
from tests.labelled_photos import label

LABELS = 500


def retrained(data: Path, work: Path, *, base: bool) -> tuple[Verdict, float]:
    """Label photos in a new store, retrain on them, and return the verdict and the minutes taken."""
    server = new_store_server(work / "store").start()
    try:
        os.environ.update({name: value for name, value in server.env.items() if name.startswith("AWS_")})
        store = Store(CronjobSettings())
        store.create_buckets([*keys.BUCKETS, keys.MODELS])
        for number, photo in enumerate(drawn(photos(data, "training"), LABELS)):
            label(store, number, photo, Source.USER_FLAG)
        began = time.monotonic()
        options = ["--work", work / "retraining", "--evaluation", data, *(["--base", data] if base else [])]
        subprocess.run([sys.executable, "-m", "predictor.training.retrain", *options], check=False)
        minutes = (time.monotonic() - began) / 60
        registry = Registry(store, "food11")
        (version,) = registry.judged()
        return registry.verdicts(version)[-1], minutes
    finally:
        server.stop()


def main() -> None:
    """Retrain and print the table."""
    parser = argparse.ArgumentParser(description="Measure what a model forgets with new labels.")
    parser.add_argument("data", type=Path, help="folder with training/ and evaluation/ of Food-11")
    parser.add_argument("--base", action="store_true", help="train on the base photos, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        verdict, minutes = retrained(given.data.resolve(), Path(work), base=given.base)
    found = verdict.comparisons["evaluation"]
    row = [f"{each:.1%}" for each in (found.current_accuracy, found.candidate_accuracy)]
    row += [f"{100 * found.difference:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"]
    row += ["passed" if verdict.passed else "refused", f"{minutes:.1f}"]
    sys.stdout.write(table(["before", "after", "change, points", "gate", "minutes"], [row]))


if __name__ == "__main__":
    main()
