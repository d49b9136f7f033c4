"""`python -m cronjobs.sampling`: draw predictions at random and ask annotators to label them.

The whole draw is written before its first task. A run that finds the last draw unfinished finishes it, and
draws nothing more if that was today's: killed and rerun, or run twice at once, the job has the effect of a
single run. Several pods can share the reading of many predictions (``cronjobs.shares``).
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from pydantic import ValidationError

from cronjobs import draws, shares
from cronjobs.choosing import Pool, in_order
from cronjobs.command import Outcome, arguments, run
from cronjobs.draws import Draw, Drawn, Seen
from cronjobs.settings import CronjobSettings
from cronjobs.shares import Share
from cronjobs.window import predictions
from gourmetgram import keys
from gourmetgram.ids import created_at
from gourmetgram.records import PredictionRecord, Task
from gourmetgram.settings import in_words
from gourmetgram.sources import Source
from gourmetgram.store import ObjectNotFoundError, Store

SOURCE = Source.RANDOM_SAMPLING

log = logging.getLogger(__name__)


class Sampling:
    """The job and its dependencies."""

    def __init__(self, store: Store, settings: CronjobSettings) -> None:
        self.store = store
        self.settings = settings

    def run(self, today: date, seed: str | None = None) -> Outcome:
        """Finish the last draw, or make a new one.

        Raises:
            StoreUnavailableError: the store did not answer; another run continues.
        """
        latest = draws.latest(self.store, today)
        finished = self.write_tasks(latest) if latest else 0
        if latest and finished and latest.drawn_on == today:
            return self._outcome(latest, finished, "finished a draw that was begun before")
        number = draws.next_number(self.store, today)
        draw = self.draw(today, number, seed or f"{today}/{number}")
        if draw is None:
            return Outcome("read a share of the predictions; the pod that finishes last draws", {})
        shares.discard(self.store)  # before the tasks: a run that finds some missing does not draw again
        return self._outcome(draw, self.write_tasks(draw), "drew a sample")

    def draw(self, today: date, number: int, seed: str) -> Draw | None:
        """Choose among the window's unsampled predictions; save the draw if it saw or chose any.

        Returns None if other pods are still reading their shares of the predictions.
        """
        start = today - timedelta(days=self.settings.sample_window_days)
        pool = self.pool(start, today, number)
        if pool is None:
            return None
        order = in_order(pool, self.settings.sample_size, seed)
        chosen = list(
            islice((each for each in order if not self.is_sampled(each)), self.settings.sample_size)
        )
        draw = Draw(
            drawn_on=today,
            number=number,
            seed=seed,
            window_start=start,
            until=max(map(created_at, pool.ids), default=datetime.combine(today, datetime.min.time(), UTC)),
            strata=draws.strata(pool.new),
            frame=draws.write_frame(self.store, today, pool.new) if pool.new else None,
            drawn=list(_drawn(pool, chosen, draws.batch_name(today, number))),
        )
        return self.keep(draw) if pool.new or chosen else draw

    def pool(self, start: date, today: date, number: int) -> Pool | None:
        """Gather the window's predictions: those that an earlier draw has seen, and those that are new.

        Returns None if other pods are still reading their shares of the new ones.
        """
        listed_at = datetime.now(UTC)
        earlier = draws.made_between(self.store, start, today)
        known = dict(draws.read_frames(self.store, earlier))
        listed = list(predictions(self.store, today, self.settings.sample_window_days))
        drawn = {each.prediction_id for draw in earlier for each in draw.drawn}
        older = {each: known[each] for each in listed if each in known and each not in drawn}
        unknown = [each for each in listed if each not in known]
        alone = self.settings.sampling_pods == 1
        new = self.look(unknown) if alone else self.look_together(unknown, today, number, listed_at)
        return None if new is None else Pool(new, older)

    def look_together(
        self, prediction_ids: Sequence[str], today: date, number: int, listed_at: datetime
    ) -> list[Seen] | None:
        """Read and store this pod's share of the predictions; return all shares, None if one is missing."""
        pod, pods = self.settings.sampling_pod, self.settings.sampling_pods
        places = [keys.share(today, number, each, pods) for each in range(pods)]
        if not self.store.exists(places[pod]):
            seen = self.look(list(shares.share_of(prediction_ids, pod, pods)))
            self.store.put_record(places[pod], Share(listed_at=listed_at, seen=seen))
        return shares.combined(self.store, places)

    def look(self, prediction_ids: Sequence[str]) -> list[Seen]:
        """Read the records of predictions, skipping unreadable ones."""
        with ThreadPoolExecutor(self.settings.processing_threads) as threads:
            return [each for each in threads.map(self._look, prediction_ids) if each is not None]

    def keep(self, draw: Draw) -> Draw:
        """Write a draw, unless another run has just written the same one; return the one that counts."""
        place = keys.draw(draw.drawn_on, draw.number)
        if not self.store.exists(place):
            self.store.put_record(place, draw)
        return self.store.get_record(place, Draw)

    def is_sampled(self, prediction_id: str) -> bool:
        """Return whether a prediction already has a task, pending or done."""
        return self._has_task(prediction_id, SOURCE)

    def record(self, prediction_id: str) -> PredictionRecord | None:
        """Read a prediction; an unreadable one is skipped with a warning."""
        try:
            return self.store.get_record(keys.prediction(prediction_id), PredictionRecord)
        except (ObjectNotFoundError, ValidationError) as error:
            log.warning("skipping prediction %s, which can't be read: %s", prediction_id, error)
            return None

    def write_tasks(self, draw: Draw) -> int:
        """Write the missing tasks of a draw; return how many there were."""
        written = 0
        for each in draw.drawn:
            if self.is_sampled(each.prediction_id):
                continue
            if record := self.record(each.prediction_id):
                preselect = self.settings.random_sampling_shows_prediction
                task = Task.of(record, SOURCE, self.store.bucket_prefix, preselect=preselect)
                self.store.put_record(keys.task(each.prediction_id, SOURCE), task)
                written += 1
        return written

    def _look(self, prediction_id: str) -> Seen | None:
        record = self.record(prediction_id)
        if record is None:
            return None
        low = record.low_confidence
        if low is None:  # a record that predates this field
            low = self._has_task(prediction_id, Source.LOW_CONFIDENCE)
        return Seen(prediction_id, low, record.model_version, record.confidence)

    def _has_task(self, prediction_id: str, source: Source) -> bool:
        places = keys.pending_and_done(keys.task(prediction_id, source))
        return any(map(self.store.exists, places))

    def _outcome(self, draw: Draw, written: int, what: str) -> Outcome:
        asked, drawn = self.settings.sample_size, len(draw.drawn)
        short = f"; {asked} were requested, but there are no more" if drawn < asked else ""
        summary = f"{what} of {drawn} predictions since {draw.window_start}, {written} tasks written{short}"
        figures = {"drawn": drawn, "tasks": written, "asked": asked, "seed": draw.seed}
        return Outcome(
            summary, {**figures, "prediction_ids": [each.prediction_id for each in draw.drawn]}, items=written
        )


def _drawn(pool: Pool, chosen: Sequence[str], batch: str) -> Iterator[Drawn]:
    """Describe each chosen prediction: where it came from, and with what probability."""
    new = {each.prediction_id: each for each in pool.new}
    found = [(batch, new[each]) if each in new else pool.older[each] for each in chosen]
    drawn_of = Counter((where == batch, seen.low_confidence) for where, seen in found)
    all_of = Counter((True, seen.low_confidence) for seen in pool.new)
    all_of += Counter((False, seen.low_confidence) for _, seen in pool.older.values())
    for where, seen in found:
        kind = (where == batch, seen.low_confidence)
        yield Drawn(
            prediction_id=seen.prediction_id,
            batch=where,
            low_confidence=seen.low_confidence,
            model_version=seen.model_version,
            chance=drawn_of[kind] / all_of[kind],
        )


def main() -> Outcome:
    """Run the job; the command line can override three settings."""
    settings = CronjobSettings()
    parser = arguments("Draw predictions at random and make them tasks.")
    parser.add_argument("--size", type=int, default=settings.sample_size, help="how many to draw")
    parser.add_argument(
        "--window-days",
        type=int,
        default=settings.sample_window_days,
        help="from the predictions of how many days before today",
    )
    parser.add_argument("--seed", help="draw what this text decides (default: the date and the day's count)")
    given = parser.parse_args()
    try:
        chosen = CronjobSettings(sample_size=given.size, sample_window_days=given.window_days)
    except ValidationError as error:
        parser.error(in_words(error))
    return Sampling(Store(chosen), chosen).run(datetime.now(UTC).date(), given.seed)


if __name__ == "__main__":
    run("sampling", main)
