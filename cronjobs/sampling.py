"""`python -m cronjobs.sampling`: draw predictions at random and ask annotators for their truth.

The sample is written whole before its first task. A run that finds the day's sample unfinished finishes it,
and draws nothing: killed and run again, or run twice at once, the job leaves what one run would have left.
"""

import argparse
import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError

from cronjobs.command import Outcome, run
from cronjobs.settings import CronjobSettings
from cronjobs.window import predictions
from gourmetgram import keys
from gourmetgram.records import PredictionId, PredictionRecord, Record, Task
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store

SOURCE = Source.RANDOM_SAMPLING

log = logging.getLogger(__name__)


class Sample(Record):
    """A random sample: which predictions, and how they were chosen."""

    drawn_on: date
    number: int
    """How many samples had been drawn that day, this one included."""
    seed: str
    window_start: date
    prediction_ids: list[PredictionId]


class Sampling:
    """The job, with what it needs."""

    def __init__(self, store: Store, settings: CronjobSettings) -> None:
        self.store = store
        self.settings = settings

    def run(self, today: date, seed: str | None = None) -> Outcome:
        """Finish the sample of today, or draw one.

        Raises:
            StoreUnavailableError: the store did not answer; another run continues.
        """
        latest = self.latest()
        finished = self.write_tasks(latest) if latest else 0
        if latest and finished and latest.drawn_on == today:
            return self._outcome(latest, finished, "finished a sample that was drawn before")
        sample = self.draw(today, latest, seed)
        if self.latest() == latest and sample.prediction_ids:
            self.store.put_record(keys.random_sample(), sample)
        elif sample.prediction_ids:
            sample = self.latest() or sample
        return self._outcome(sample, self.write_tasks(sample), "drew a sample")

    def latest(self) -> Sample | None:
        """Read the sample that was drawn last."""
        try:
            return self.store.get_record(keys.random_sample(), Sample)
        except ObjectNotFoundError:
            return None
        except ValidationError as error:
            log.warning("%s is not a sample, a new one is drawn: %s", keys.random_sample(), error)
            return None

    def draw(self, today: date, latest: Sample | None, seed: str | None = None) -> Sample:
        """Choose from the window's unsampled predictions, each with the same chance."""
        number = latest.number + 1 if latest and latest.drawn_on == today else 1
        seed = seed or f"{today}/{number}"
        start = today - timedelta(days=self.settings.sample_window_days)
        chosen: list[str] = []
        for prediction_id in shuffled(predictions(self.store, today, self.settings.sample_window_days), seed):
            if len(chosen) == self.settings.sample_size:
                break
            if not self.is_sampled(prediction_id) and self.record(prediction_id) is not None:
                chosen.append(prediction_id)
        return Sample(drawn_on=today, number=number, seed=seed, window_start=start, prediction_ids=chosen)

    def is_sampled(self, prediction_id: str) -> bool:
        """Tell whether a prediction has a task already, waiting or done."""
        task = keys.task(prediction_id, SOURCE)
        return any(map(self.store.exists, (task, keys.processed(task), keys.quarantined(task))))

    def record(self, prediction_id: str) -> PredictionRecord | None:
        """Read a prediction; one that can't be read is passed over with a warning."""
        try:
            return self.store.get_record(keys.prediction(prediction_id), PredictionRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("prediction %s can't be read, it is passed over: %s", prediction_id, error)
            return None

    def write_tasks(self, sample: Sample) -> int:
        """Write the tasks of a sample that are missing; return how many were."""
        written = 0
        for prediction_id in sample.prediction_ids:
            if self.is_sampled(prediction_id):
                continue
            if record := self.record(prediction_id):
                preselect = self.settings.random_sampling_shows_prediction
                task = Task.of(record, SOURCE, self.store.bucket_prefix, preselect=preselect)
                self.store.put_record(keys.task(prediction_id, SOURCE), task)
                written += 1
        return written

    def _outcome(self, sample: Sample, written: int, what: str) -> Outcome:
        asked, drawn = self.settings.sample_size, len(sample.prediction_ids)
        short = f"; {asked} were asked for, there are no more" if drawn < asked else ""
        summary = f"{what} of {drawn} predictions since {sample.window_start}, {written} tasks written{short}"
        figures = {"drawn": drawn, "tasks": written, "asked": asked, "seed": sample.seed}
        return Outcome(summary, {**figures, "prediction_ids": sample.prediction_ids}, items=written)


def shuffled(prediction_ids: Iterator[str], seed: str) -> list[str]:
    """Put ids into an order that only the seed decides, and in which each has the same chance to be first."""
    return sorted(prediction_ids, key=lambda each: hashlib.sha256(f"{seed} {each}".encode()).digest())


def main() -> Outcome:
    """Run with the settings, of which the command line can replace three."""
    settings = CronjobSettings()
    parser = argparse.ArgumentParser(description="Draw predictions at random and make them tasks.")
    parser.add_argument("--size", type=int, default=settings.sample_size)
    parser.add_argument("--window-days", type=int, default=settings.sample_window_days)
    parser.add_argument("--seed", help="draw what this text decides (default: the date and the day's count)")
    given = parser.parse_args()
    try:
        chosen = CronjobSettings(sample_size=given.size, sample_window_days=given.window_days)
    except ValidationError as error:
        parser.error(str(error))
    return Sampling(Store(chosen), chosen).run(datetime.now(UTC).date(), given.seed)


if __name__ == "__main__":
    run("sampling", main)
