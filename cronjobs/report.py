"""`python -m cronjobs.report`: how good the model was in any window, by the label records alone.

Accuracy is that on the random sample: what users flag and what the model is unsure of is not typical.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from cronjobs.command import Outcome, run
from cronjobs.quality import Quality, Share, quality
from cronjobs.settings import CronjobSettings
from cronjobs.window import days
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import LabelRecord
from gourmetgram.store import ObjectNotFoundError, Store

log = logging.getLogger(__name__)


def labels(store: Store, threads: int, end: date, before: int) -> list[LabelRecord]:
    """Read the labels of the predictions of a day and some days before it.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    places = (
        Location(keys.TRACKING, key)
        for day in days(end, before)
        for key in store.keys(keys.TRACKING, keys.labels_on(day))
    )

    def read(place: Location) -> LabelRecord | None:
        try:
            return store.get_record(place, LabelRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("%s is passed over: %s", place, error)
            return None

    with ThreadPoolExecutor(threads) as pool:
        return [label for label in pool.map(read, places) if label is not None]


def table(figures: Quality) -> Iterator[str]:
    """Set the figures as lines of text."""
    yield f"{'random sample':34}{'right':>7}{'of':>7}{'accuracy':>10}   95 % interval"
    yield _line("all classes", figures.accuracy)
    for name, share in figures.of_class.items():
        yield _line(f"  photos of {name}", share)
    for name, share in figures.says_class.items():
        yield _line(f"  taken for {name}", share)
    yield ""
    yield f"{'other sources':34}{'count':>7}{'of':>7}{'share':>10}   95 % interval"
    yield _line("flagged, and indeed wrong", figures.flags_right)
    yield _line("low confidence, yet right", figures.low_confidence_right)
    yield _line("relabelled as another class", figures.relabels_changed)


def as_json(figures: Quality) -> dict[str, object]:
    """Shape the figures for machines."""
    return {
        name: {each: _as_json(part) for each, part in value.items()}
        if isinstance(value, dict)
        else _as_json(value)
        for name, value in figures._asdict().items()
    }


def main() -> Outcome:
    """Print the table, draw the picture if one is asked for."""
    parser = argparse.ArgumentParser(description="Tell how good the model was, by the labels.")
    parser.add_argument("--days", type=int, default=30, help="days before the last one (default: 30)")
    parser.add_argument("--until", type=date.fromisoformat, help="last day, YYYY-MM-DD (default: today, UTC)")
    parser.add_argument("--picture", type=Path, help="draw the accuracy into this file, .png or .svg")
    given = parser.parse_args()
    until = given.until or datetime.now(UTC).date()
    settings = CronjobSettings()
    figures = quality(labels(Store(settings), settings.processing_threads, until, given.days))
    window = f"predictions from {next(days(until, given.days))} to {until}"
    sys.stdout.write("\n".join([window, "", *table(figures), "", ""]))
    if given.picture:
        from cronjobs.picture import draw  # noqa: PLC0415 - takes a second, and most reports want none

        draw(figures, window, given.picture)
    low, high = figures.accuracy.interval
    accuracy = "not known" if figures.accuracy.value is None else f"{figures.accuracy.value:.1%}"
    summary = (
        f"accuracy {accuracy} ({low:.1%} to {high:.1%}) by {figures.accuracy.of} random labels, {window}"
    )
    return Outcome(summary, as_json(figures))


def _line(name: str, share: Share) -> str:
    if share.value is None:
        return f"{name:34}{share.hits:>7}{share.of:>7}{'-':>10}"
    low, high = share.interval
    return f"{name:34}{share.hits:>7}{share.of:>7}{share.value:>10.1%}   {low:.1%} to {high:.1%}"


def _as_json(share: Share) -> dict[str, object]:
    low, high = share.interval if share.of else (None, None)
    return {**share._asdict(), "value": share.value, "low": low, "high": high}


if __name__ == "__main__":
    run("report", main)
