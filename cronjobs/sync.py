"""`python -m cronjobs.sync [1|2|3]`: import tasks, and see that all annotations are exported.

The server exports each annotation when it is made, and loses the export if the store is away. Its own sync
exports all annotations ever made, so that is left to the day when one is found missing.
"""

import argparse
import logging
from datetime import timedelta

from label_studio_sdk.client import LabelStudio
from pydantic import ValidationError

from cronjobs.command import NotDoneError, Outcome, run
from cronjobs.exports import Exported, exported_until, missing
from cronjobs.label_studio import storages
from cronjobs.label_studio.annotations import changed_since, drop_duplicates
from cronjobs.label_studio.client import connect
from cronjobs.label_studio.projects import TITLES, project_id, source_storage, target_storage
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord, Task
from gourmetgram.sources import ANNOTATED_SOURCES, Source
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError

OVERLAP = timedelta(minutes=10)
"""Looked at again each time: it was perhaps under way when the last run looked."""

log = logging.getLogger(__name__)


class ProjectSync:
    """The sync of one project."""

    def __init__(self, studio: LabelStudio, store: Store, settings: CronjobSettings, source: Source) -> None:
        self.studio = studio
        self.store = store
        self.source = source
        self.bucket_prefix = settings.bucket_prefix
        self.deadline_seconds = settings.sync_timeout_seconds

    def run(self) -> dict[str, int]:
        """Import, then see to the export; return how many tasks and annotations are new.

        Raises:
            NotDoneError: Label Studio is away or failed; another run continues.
            StoreUnavailableError: the store did not answer; another run continues.
        """
        number = project_id(self.studio, self.source, self.bucket_prefix)
        if number is None:
            message = f"{TITLES[self.source]} is not set up: run python -m cronjobs.label_studio.setup"
            raise NotDoneError(message)
        return {"imported": self.import_tasks(number), "exported": self.export_annotations(number)}

    def import_tasks(self, number: int) -> int:
        """Have the project import what waits for it; return how many tasks it made."""
        storage = source_storage(self.studio, number, self.source, self.bucket_prefix)
        return storages.sync(
            self.studio, _there(storage), self.deadline_seconds, repair=self.quarantine_unreadable_tasks
        )

    def export_annotations(self, number: int) -> int:
        """Have the project export what the store lacks; return how many annotations are new or changed."""
        since = exported_until(self.store, self.source)
        changed = drop_duplicates(self.studio, changed_since(self.studio, number, since - OVERLAP))
        if any(missing(self.store, self.source, changed)):
            storage = target_storage(self.studio, number, self.source, self.bucket_prefix)
            storages.sync(self.studio, _there(storage), self.deadline_seconds)
        if left := list(missing(self.store, self.source, changed)):
            message = f"Label Studio could not export {len(left)} annotations of {TITLES[self.source]}"
            raise NotDoneError(message)
        if changed:
            until = Exported(until=max(task.changed_at for task in changed))
            self.store.put_record(keys.exported_until(self.source), until)
        return sum(each.updated_at > since for task in changed for each in task.annotations)

    def quarantine_unreadable_tasks(self) -> None:
        """Move away what is no task: one such object stops Label Studio's import for good."""
        for key in self.store.keys(keys.LABELSTUDIO, keys.tasks(self.source)):
            place = Location(keys.LABELSTUDIO, key)
            if not key.endswith(".json"):
                continue
            try:
                body = self.store.get(place)
                Task.model_validate_json(body)
            except ObjectNotFoundError:
                continue
            except ValidationError as error:
                reason = f"not a task: {error.errors()[0]['msg']}"
                record = QuarantineRecord(reason=reason, key=key, body=body.decode(errors="backslashreplace"))
                self.store.put_record(keys.quarantined(place), record)
                self.store.delete(place)
                log.warning("quarantined %s: %s", place, reason)


def sync(studio: LabelStudio, settings: CronjobSettings, sources: list[Source]) -> Outcome:
    """Sync the projects of some sources; the failure of one does not keep the others from it."""
    store = Store(settings)
    figures: dict[str, dict[str, int] | dict[str, str]] = {}
    said = []
    complete, items = True, 0
    for source in sources:
        try:
            counts = ProjectSync(studio, store, settings, source).run()
        except (NotDoneError, StoreUnavailableError) as error:
            complete = False
            figures[source] = {"error": str(error)}
            said.append(f"{TITLES[source]} not done: {error}")
        else:
            figures[source] = counts
            items += sum(counts.values())
            said.append(
                f"{TITLES[source]} {counts['imported']} tasks in, {counts['exported']} annotations out"
            )
    return Outcome("; ".join(said), {"projects": figures}, complete, items)


def main() -> Outcome:
    """Sync the project that the command line names, or all."""
    numbers = range(1, len(ANNOTATED_SOURCES) + 1)
    parser = argparse.ArgumentParser(description="Import tasks into Label Studio and export annotations.")
    named = ", ".join(f"{number} {TITLES[ANNOTATED_SOURCES[number - 1]]}" for number in numbers)
    parser.add_argument("project", type=int, choices=numbers, nargs="?", help=f"{named}; all if not given")
    number = parser.parse_args().project
    settings = CronjobSettings()
    with connect(settings) as studio:
        return sync(studio, settings, [ANNOTATED_SOURCES[number - 1]] if number else list(ANNOTATED_SOURCES))


def _there(storage: storages.StorageType | None) -> storages.StorageType:
    if storage is None:
        message = "a storage is missing: run python -m cronjobs.label_studio.setup"
        raise NotDoneError(message)
    return storage


if __name__ == "__main__":
    run("sync", main)
