"""Writes the figures of a model into its card, and its confusion matrix as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gourmetgram.classes import CLASSES
from predictor.training.metrics import Figures

_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


def report(figures: Figures) -> str:
    """Format the figures as Markdown that is also readable in a terminal."""
    summary = (
        f"{len(figures.labels)} photos: accuracy {figures.accuracy:.1%}, macro F1 {figures.f1.mean():.1%}, "
        f"expected calibration error {figures.calibration_error:.1%}."
    )
    columns = zip(
        CLASSES, figures.precision, figures.recall, figures.f1, figures.confusion.sum(axis=1), strict=True
    )
    rows = [
        f"| {name:<15} | {precision:>9.1%} | {recall:>6.1%} | {f1:>6.1%} | {support:>6} |"
        for name, precision, recall, f1, support in columns
    ]
    head = "| class           | precision | recall |     F1 | photos |\n|---|--:|--:|--:|--:|"
    return "\n".join([summary, "", head, *rows])


def write(folder: Path, figures: Figures) -> None:
    """Replace the figures in the folder's card.md and draw confusion.png beside it."""
    path = folder / "card.md"
    before, _, rest = path.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n{report(figures)}\n{_END}{after}")
    draw(figures, folder / "confusion.png")


def written(folder: Path) -> str:
    """Return the figures in the folder's card.md."""
    return (folder / "card.md").read_text().partition(_BEGIN)[2].partition(_END)[0].strip()


def draw(figures: Figures, path: Path) -> None:
    """Draw the confusion matrix: true classes as rows, answers as columns."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow, and needed only here
    from matplotlib.figure import Figure  # noqa: PLC0415

    shares = figures.confusion / np.maximum(figures.confusion.sum(axis=1, keepdims=True), 1)
    picture = Figure(figsize=(8, 7), layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.add_subplot(xlabel="Answer", ylabel="True class", title="Photos by true class and answer")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(CLASSES)), CLASSES, rotation=45, ha="right")
    axes.set_yticks(range(len(CLASSES)), CLASSES)
    for (row, column), count in np.ndenumerate(figures.confusion):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"  # noqa: PLR2004
            axes.text(column, row, str(count), ha="center", va="center", color=colour)
    picture.savefig(path, dpi=100)
