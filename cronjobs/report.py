"""`python -m cronjobs.report`: the model's quality in any window of days, by the draws and the labels.

Its accuracy is an estimate for all predictions of the window, not for those that happened to be labelled.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cronjobs.agreement import agreement, lines, several, sway
from cronjobs.command import NotDoneError, Outcome, arguments, run, up_to
from cronjobs.estimation import Share
from cronjobs.quality import Evidence, quality, read
from cronjobs.settings import CENTURY, CronjobSettings
from cronjobs.window import days
from gourmetgram.ids import created_on
from gourmetgram.quality import Estimate, WindowQuality
from gourmetgram.records import LabelRecord
from gourmetgram.sources import Source
from gourmetgram.store import Store

PICTURES = (".png", ".svg")
HEADINGS = f"{'share':>9}   {'95 % interval':19}{'labels':>7}"


def table(figures: Sequence[WindowQuality]) -> Iterator[str]:
    """Format the figures as text: of all model versions, then of each if there are several."""
    every = figures[0]
    yield f"{'of all predictions':34}{HEADINGS}"
    yield _line("accuracy", every.accuracy)
    yield _single("mean confidence", every.mean_confidence)
    yield _single("macro F1", every.macro_f1)
    for title, shares in (("photos of", every.recall), ("taken for", every.precision)):
        known = {name: share for name, share in shares.items() if share.value is not None}
        yield from (_line(f"  {title} {name}", share) for name, share in known.items())
    if len(figures) > 2:  # noqa: PLR2004 - more than one version beside all of them
        yield from ["", f"{'accuracy by model version':34}{HEADINGS}"]
        yield from (
            _line(f"{each.model_version}, {each.predictions} predictions", each.accuracy)
            for each in figures[1:]
        )


def other_sources(labels: Sequence[LabelRecord]) -> Iterator[str]:
    """Format what the other sources' labels say, each separately: none is representative."""
    yield f"{'of what was labelled':34}{HEADINGS}"
    yield _line("flagged, and indeed wrong", _share(labels, Source.USER_FLAG, right=False))
    yield _line("low confidence, yet right", _share(labels, Source.LOW_CONFIDENCE, right=True))
    yield _line("relabelled as another class", _share(labels, Source.USER_RELABEL, right=False))


def about(evidence: Evidence, figures: WindowQuality) -> Iterator[str]:
    """Describe what the estimate covers, and what it lacks."""
    window = f"Draws from {figures.start} to {figures.end}"
    yield f"{window}: {figures.predictions} predictions, {figures.labels} labels that count."
    drawn_on = {draw.drawn_on for draw in evidence.drawn_since(figures.start)}
    without = sum(day not in drawn_on for day in days(figures.end, (figures.end - figures.start).days))
    if without:
        yield f"On {without} of these days nothing was drawn."


def main() -> Outcome:
    """Print the table; draw the chart if asked for."""
    parser = arguments("Tell how good the model was, by the labels.")
    parser.add_argument("--days", type=up_to(CENTURY), default=30, help="length of the period (default: 30)")
    parser.add_argument("--until", type=date.fromisoformat, help="last day, YYYY-MM-DD (default: today, UTC)")
    parser.add_argument("--picture", type=Path, help="draw the accuracy into this file, .png or .svg")
    given = parser.parse_args()
    if given.picture and given.picture.suffix not in PICTURES:
        parser.error(f"The name of the picture must end in {' or '.join(PICTURES)}: {given.picture}")
    until = given.until or datetime.now(UTC).date()
    start = until - timedelta(days=given.days)
    settings = CronjobSettings()
    store = Store(settings)
    evidence = read(store, settings.processing_threads, until, given.days)
    figures = quality(evidence, f"{given.days}d", start, until)
    recent = [each for each in evidence.labels if created_on(each.prediction_id) >= start]
    agreed, swayed = agreement(several(store, recent, list(days(until, given.days)))), sway(recent)
    text = [*about(evidence, figures[0]), "", *table(figures), "", *other_sources(recent)]
    text += [*lines(agreed, swayed), ""]
    if given.picture:
        _draw(figures[0], given.picture)
    windows = [each.model_dump(mode="json") for each in figures]
    people = {"agreement": agreed._asdict(), "sway": swayed._asdict()}
    return Outcome(_summary(figures[0]), {"windows": windows, **people}, details=text)


def _draw(figures: WindowQuality, place: Path) -> None:
    from cronjobs.picture import draw  # noqa: PLC0415 - takes a second, and most reports want none

    try:
        draw(figures, place)
    except OSError as error:
        message = f"the picture {place} could not be written: {error.strerror or error}"
        raise NotDoneError(message) from error


def _summary(figures: WindowQuality) -> str:
    accuracy = figures.accuracy
    about = f"{figures.predictions} predictions from {figures.start} to {figures.end}"
    if accuracy.value is None:
        return f"accuracy not known yet, no label of a random sample counts: {about}"
    interval = f"{accuracy.low:.1%} to {accuracy.high:.1%}"
    return f"accuracy {accuracy.value:.1%} ({interval}) by {figures.labels} labels, {about}"


def _share(labels: Sequence[LabelRecord], source: Source, *, right: bool) -> Estimate:
    asked = [each for each in labels if each.source is source]
    if not asked:
        return Estimate(value=None, low=0, high=1, effective_labels=0)
    hits = sum((each.predicted == each.actual) is right for each in asked)
    low, high = Share(hits / len(asked), len(asked)).interval
    return Estimate(value=hits / len(asked), low=low, high=high, effective_labels=len(asked))


def _line(name: str, share: Estimate) -> str:
    if share.value is None:
        return f"{name:34}{'-':>9}"
    interval = f"{share.low:.1%} to {share.high:.1%}"
    return f"{name:34}{share.value:>9.1%}   {interval:19}{share.effective_labels:>7.0f}"


def _single(name: str, value: float | None) -> str:
    return f"{name:34}{'-' if value is None else f'{value:.1%}':>9}"


if __name__ == "__main__":
    run("report", main)
