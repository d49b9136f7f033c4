"""Shows a verdict: as lines of text, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from predictor.registry.records import Verdict


def table(verdict: Verdict) -> Iterator[str]:
    """Format a verdict as lines of text."""
    yield f"{verdict.candidate} against {verdict.current}: {'passed' if verdict.passed else 'REFUSED'}"
    yield ""
    for check in verdict.checks:
        yield f"{'ok     ' if check.passed else 'refused'}  {check.name:28} {check.detail}"


def draw(verdict: Verdict, path: Path) -> None:
    """Draw the difference on each set of photos, and each class's recall by both models."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow, and needed only here
    from matplotlib.figure import Figure  # noqa: PLC0415

    picture = Figure(figsize=(9, 4), layout="constrained")
    FigureCanvasAgg(picture)
    left, right = picture.subplots(1, 2, width_ratios=[1, 2])
    title = f"{verdict.candidate} against {verdict.current}: {'passed' if verdict.passed else 'refused'}"
    picture.suptitle(title)
    for place, (name, each) in enumerate(verdict.comparisons.items()):
        low, high = 100 * (each.difference - each.low), 100 * (each.high - each.difference)
        left.errorbar(100 * each.difference, place, xerr=[[low], [high]], fmt="o", color="C0")
        left.text(100 * each.difference, place + 0.1, f"{name}, {each.photos} photos", ha="center")
    left.axvline(0, color="grey", linewidth=1)
    left.set(yticks=[], ylim=(-0.5, max(len(verdict.comparisons), 1) - 0.3))
    left.set_xlabel("gain in accuracy, points (95 %)")
    for place, recall in enumerate(verdict.classes):
        right.barh(
            place - 0.2, recall.candidate_recall, 0.4, color="C0", label="candidate" if not place else ""
        )
        right.barh(place + 0.2, recall.current_recall, 0.4, color="C7", label="current" if not place else "")
    right.set_yticks(range(len(verdict.classes)), [each.name for each in verdict.classes])
    right.set(xlabel="recall", xlim=(0, 1))
    if verdict.classes:
        right.legend(loc="lower left")
    picture.savefig(path, dpi=100)
