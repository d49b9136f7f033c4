"""`python -m cronjobs.processing`: turn answers into labels and class folders.

Predictions are settled concurrently. What can't be processed is quarantined with the reason; neither that
nor an object that the store refuses holds up the rest.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from threading import Lock
from typing import TypeVar

from tqdm import tqdm

from cronjobs import quality
from cronjobs.archive import unreadable
from cronjobs.command import Outcome, arguments, run
from cronjobs.outputs import UnreadableOutputError, is_answer, read
from cronjobs.settings import CronjobSettings
from cronjobs.settling import Kind, Settlement, Waiting, unless_gone
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord
from gourmetgram.sources import REVIEW, Asked, Source
from gourmetgram.store import Store, StoreUnavailableError

BATCH = 1000
"""The most answers held in memory at a time."""

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")


class Processing:
    """The job, its dependencies and its counts."""

    def __init__(self, store: Store, settings: CronjobSettings) -> None:
        self.store = store
        self.threads = settings.processing_threads
        self.labelled: Counter[str] = Counter()
        self.quarantined: Counter[str] = Counter()
        self.withdrawn: Counter[str] = Counter()
        self.refused = 0
        self._counting = Lock()

    def run(self) -> Outcome:
        """Process all pending answers.

        Raises:
            StoreUnavailableError: the store is unavailable; another run continues.
        """
        with ThreadPoolExecutor(self.threads) as pool:
            for asked in (*Source, REVIEW):
                self.process(pool, asked)
        labelled = ", ".join(f"{count} in {bucket}" for bucket, count in self.labelled.items()) or "none"
        quarantined, withdrawn = self.quarantined.total(), self.withdrawn.total()
        refused = f", {self.refused} refused by the store" if self.refused else ""
        return Outcome(
            f"predictions labelled: {labelled}; quarantined: {quarantined}; withdrawn: {withdrawn}{refused}",
            {
                "labelled": self.labelled,
                "quarantined": self.quarantined,
                "withdrawn": self.withdrawn,
                "refused": self.refused,
            },
            complete=not self.refused,
            items=self.labelled.total() + quarantined + withdrawn,
        )

    def process(self, pool: Executor, asked: Asked) -> None:
        """Process the answers of one folder."""
        listed = self.store.keys(keys.LABELSTUDIO, keys.outputs(asked))
        waiting = [key for key in listed if is_answer(asked, key)]
        rest = iter(waiting)
        if not waiting:
            return
        with tqdm(total=len(waiting), desc=asked.folder, unit="answer", mininterval=1) as progress:
            while batch := list(islice(rest, BATCH)):
                about: defaultdict[tuple[Source, str], list[Waiting]] = defaultdict(list)
                for answer in self.each(pool, partial(self.read, asked), batch):
                    if answer is None:
                        progress.update()
                    else:
                        about[answer.answer.source, answer.answer.prediction_id].append(answer)
                settled = self.each(pool, self.settle, about.items())
                for answers, _ in zip(about.values(), settled, strict=True):
                    progress.update(len(answers))

    def read(self, asked: Asked, key: str) -> Waiting | None:
        """Read an answer; quarantine anything else."""
        place = Location(keys.LABELSTUDIO, key)
        body = unless_gone(self.store, place)
        if body is None:
            return None
        try:
            return Waiting(place, read(asked, key, body))
        except UnreadableOutputError as error:
            record = QuarantineRecord(reason=str(error), key=key, body=body.decode(errors="backslashreplace"))
            self.store.put_record(unreadable(asked, key), record)
            if unless_gone(self.store, place) == body:
                self.store.delete(place)
            self._count_quarantined(asked, key, str(error))
            return None

    def settle(self, about: tuple[tuple[Source, str], list[Waiting]]) -> None:
        """Settle a prediction by its answers."""
        (source, prediction_id), answers = about
        outcome = Settlement(self.store, source, prediction_id).settle(answers)
        if outcome.kind is Kind.QUARANTINED:
            self._count_quarantined(source, prediction_id, outcome.reason or "")
        for kind, counts in ((Kind.LABELLED, self.labelled), (Kind.WITHDRAWN, self.withdrawn)):
            if outcome.kind is kind:
                with self._counting:
                    counts[source.dataset] += 1

    def each(
        self, pool: Executor, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result | None]:
        """Work on many items concurrently; those that the store refuses are skipped.

        Raises:
            StoreUnavailableError: the store is unavailable.
        """

        def guarded(item: Item) -> Result | None:
            try:
                return work(item)
            except StoreUnavailableError as error:
                self.store.check()
                log.error("left for another run: %s", error)  # noqa: TRY400 - the sentence says it all
                with self._counting:
                    self.refused += 1
                return None

        return pool.map(guarded, items)

    def _count_quarantined(self, source: Asked, what: str, reason: str) -> None:
        log.warning("quarantined %s of %s: %s", what, source.folder, reason)
        with self._counting:
            self.quarantined[source.folder] += 1


def main() -> Outcome:
    """Process, then compute the model's quality: labels change nowhere else."""
    arguments("Turn annotations and relabels into labels and class folders.").parse_args()
    settings = CronjobSettings()
    store = Store(settings)
    outcome = Processing(store, settings).run()
    quality.write(store, settings.processing_threads)
    return outcome


if __name__ == "__main__":
    run("processing", main)
