"""`python -m tests.bench.curve <Food-11>`: how accuracy rises with labels, with the real components.

A weak model, trained on a tenth of the training photos, is served. The other photos are uploaded in rounds;
after each round, some are labelled in Label Studio: in one run a random sample, in another the least
confident. The gate judges by `validation/`; `evaluation/` is used only for the figures. Prints a table in
Markdown and draws docs/learning-curve.svg. Finished runs in .local/curve are not repeated.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import matplotlib as mpl
import torch
from matplotlib.figure import Figure

from cronjobs.label_studio.client import connect
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.store import Store
from predictor.cpus import available_cpus
from predictor.training import MODEL, show_log
from predictor.training.data import Photo
from predictor.training.evaluate import evaluate
from predictor.training.recipe import Recipe
from tests.bench.rounds import STRATEGIES, Material, Parts, Round, Rounds, Strategy
from tests.bench.tables import table
from tests.bench.weak import split, trained_model
from tests.conftest import ROOT, new_label_studio, new_predictor, new_store_server, new_webapp
from tests.loop import Loop

WORK = Path(".local/curve")
ROUNDS = 3
PICTURE = ROOT / "docs/learning-curve.svg"


@contextmanager
def running(strategy: Strategy, work: Path, material: Material) -> Iterator[Rounds]:
    """Run store, Label Studio, predictor and web application, with their data in a new folder."""
    folder = work / strategy.source
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with ExitStack() as stack:
        store_server = new_store_server(folder / "store").start()
        stack.callback(store_server.stop)
        env = {name: value for name, value in store_server.env.items() if name.startswith("AWS_")}
        following = {"GOURMETGRAM_MODEL_PATH": str(material.model), "GOURMETGRAM_FOLLOW_SECONDS": "1"}
        os.environ.update(env | following)
        store = Store(CronjobSettings())
        store.create_buckets([*keys.BUCKETS, keys.MODELS])
        predictor = new_predictor(folder).start()
        stack.callback(predictor.stop)
        threshold = {"GOURMETGRAM_CONFIDENCE_THRESHOLD": str(strategy.threshold)}
        webapp = new_webapp(folder, env | threshold, predictor).start()
        stack.callback(webapp.stop)
        label_studio = new_label_studio(folder, env).start()
        stack.callback(label_studio.stop)
        os.environ["GOURMETGRAM_LABEL_STUDIO_URL"] = label_studio.url
        os.environ["GOURMETGRAM_LABEL_STUDIO_TOKEN"] = label_studio.env["LABEL_STUDIO_USER_TOKEN"]
        settings = CronjobSettings()
        loop = Loop(store, stack.enter_context(connect(settings)), settings)
        yield Rounds(strategy, Parts(loop, predictor, webapp), material)


def curve(
    strategy: Strategy, work: Path, material: Material, rounds: Sequence[Sequence[Photo]], labels: int
) -> list[Round]:
    """Run the rounds of a strategy, unless they were run before."""
    result = work / f"{strategy.source}.json"
    if not result.exists():
        with running(strategy, work, material) as loop:
            done = [loop.run(uploads, labels) for uploads in rounds]
        result.write_text(json.dumps(done))
    return [Round(*each) for each in json.loads(result.read_text())]


def main() -> None:
    """Make the weak model, run the rounds, print the table and draw the picture."""
    given = _arguments()
    show_log()
    torch.set_num_threads(available_cpus())
    work: Path = given.work.resolve()
    rest = split(given.data, work / "known")
    model = trained_model(work / "known", given.backbone, work / "model", Recipe())
    material = Material(model, work / "known", given.data)
    rounds = [rest[start::ROUNDS] for start in range(ROUNDS)]
    curves = {each.name: curve(each, work, material, rounds, given.labels) for each in STRATEGIES}
    start = evaluate(model, given.data).accuracy
    draw(start, curves, evaluate(MODEL, given.data).accuracy, PICTURE)
    sys.stdout.write(_table(start, curves))


def draw(start: float, curves: Mapping[str, Sequence[Round]], whole: float, path: Path) -> None:
    """Plot the accuracy of the served model over the labels; hollow marks are refused candidates."""
    picture = Figure(figsize=(7, 4), layout="constrained")
    axes = picture.add_subplot(xlabel="labels", ylabel="accuracy on evaluation/, %")
    for colour, (name, done) in enumerate(curves.items()):
        served = [100 * start, *(100 * each.served for each in done)]
        axes.plot([0, *(each.labels for each in done)], served, marker="o", color=f"C{colour}", label=name)
        refused = [(each.labels, 100 * each.candidate) for each in done if not each.passed]
        axes.plot(*zip(*refused, strict=True), "o", color=f"C{colour}", fillstyle="none") if refused else None
    axes.axhline(100 * whole, color="grey", linestyle=":", label="the repository's model")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="lower right")
    with mpl.rc_context({"svg.hashsalt": "curve", "svg.fonttype": "none"}):
        picture.savefig(path, metadata={"Date": None})


def _table(start: float, curves: Mapping[str, Sequence[Round]]) -> str:
    rows = [["none", "0", f"{start:.1%}", "", "", ""]]
    for name, done in curves.items():
        for each in done:
            verdict = "passed" if each.passed else "refused"
            served, candidate = f"{each.served:.1%}", f"{each.candidate:.1%}"
            rows.append([name, str(each.labels), served, candidate, verdict, f"{each.minutes:.1f}"])
    return table(["labels from", "labels", "served", "candidate", "gate", "minutes"], rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how accuracy rises with labels.")
    parser.add_argument(
        "data", type=Path, help="folder with training/, validation/ and evaluation/ of Food-11"
    )
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV2 on ImageNet, safetensors")
    parser.add_argument("--labels", type=int, default=150, help="labels in each round")
    parser.add_argument("--work", type=Path, default=WORK)
    return parser.parse_args()


if __name__ == "__main__":
    main()
