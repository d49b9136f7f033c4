"""`python -m cronjobs.sync [1|2|3|4]`: import tasks, export annotations, withdraw deleted ones.

The server exports each annotation when it is made, but loses the export if the store is unavailable. Its own
sync exports all annotations ever made, so it is run only when one is found missing.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from cronjobs.command import NotDoneError, Outcome, arguments, run
from cronjobs.exports import Exported, exported_until, missing
from cronjobs.imports import WINDOW_DAYS, Imports
from cronjobs.label_studio import storages
from cronjobs.label_studio.annotations import StudioTask, changed_since, drop_duplicates
from cronjobs.label_studio.client import LabelStudio, connect
from cronjobs.label_studio.projects import TITLES, project, project_id, source_storage, target_storage
from cronjobs.settings import CronjobSettings
from cronjobs.withdrawals import Withdrawals
from gourmetgram import keys
from gourmetgram.keys import Location
from gourmetgram.records import QuarantineRecord, Task
from gourmetgram.sources import PROJECTS, REVIEW, Asked
from gourmetgram.store import ObjectNotFoundError, Store, StoreUnavailableError

OVERLAP = timedelta(minutes=10)
"""Rechecked by each run, for what was in progress during the last one."""

log = logging.getLogger(__name__)


class ProjectSync:
    """The sync of one project."""

    def __init__(
        self,
        studio: LabelStudio,
        store: Store,
        settings: CronjobSettings,
        source: Asked,
        *,
        looks_at_all: bool = False,
    ) -> None:
        self.studio = studio
        self.store = store
        self.source = source
        self.bucket_prefix = settings.bucket_prefix
        self.deadline_seconds = settings.sync_timeout_seconds
        self.looks_at_all = looks_at_all
        """Whether to look for deletions among all predictions, not only recent ones."""

    def run(self) -> dict[str, int]:
        """Withdraw, import and export; return the number of tasks and annotations.

        Raises:
            NotDoneError: Label Studio is unavailable or failed; another run continues.
            StoreUnavailableError: the store did not answer; another run continues.
        """
        number = project_id(self.studio, self.source, self.bucket_prefix)
        if number is None and self.source is REVIEW:  # no review was requested yet
            return dict.fromkeys(("imported", "exported", "withdrawn"), 0)
        if number is None:
            message = f"{TITLES[self.source]} is not set up: run python -m cronjobs.label_studio.setup"
            raise NotDoneError(message)
        known = project(self.studio, number)
        withdrawals = Withdrawals(self.studio, self.store, self.source, known)
        first = None if self.looks_at_all else datetime.now(UTC).date() - timedelta(days=WINDOW_DAYS)
        imports = Imports(self.studio, self.store, self.source, known, first)
        withdrawn = withdrawals.of_deleted_tasks(imports)
        imported = self.import_tasks(number)
        since = Exported().until if self.looks_at_all else exported_until(self.store, self.source)
        changed = drop_duplicates(self.studio, changed_since(self.studio, number, since - OVERLAP))
        self.export_annotations(number, changed)
        withdrawn += withdrawals.of_changed_tasks(changed)
        imports.note(changed)
        if changed:
            until = Exported(until=max(task.changed_at for task in changed))
            self.store.put_record(keys.exported_until(self.source), until)
        exported = sum(each.updated_at > since for task in changed for each in task.annotations)
        return {"imported": imported, "exported": exported, "withdrawn": withdrawn}

    def import_tasks(self, number: int) -> int:
        """Have the project import its pending tasks; return how many it created."""
        storage = source_storage(self.studio, number, self.source, self.bucket_prefix)
        return storages.sync(
            self.studio, _there(storage), self.deadline_seconds, repair=self.quarantine_unreadable_tasks
        )

    def export_annotations(self, number: int, changed: Sequence[StudioTask]) -> None:
        """Have the project export the annotations of changed tasks that the store lacks."""
        if any(missing(self.store, self.source, changed)):
            storage = target_storage(self.studio, number, self.source, self.bucket_prefix)
            storages.sync(self.studio, _there(storage), self.deadline_seconds)
        if left := list(missing(self.store, self.source, changed)):
            message = f"Label Studio could not export {len(left)} annotations of {TITLES[self.source]}"
            raise NotDoneError(message)

    def quarantine_unreadable_tasks(self) -> None:
        """Quarantine objects that are not tasks: a single one blocks Label Studio's import for good."""
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


def sync(
    studio: LabelStudio, settings: CronjobSettings, sources: list[Asked], *, looks_at_all: bool = False
) -> Outcome:
    """Sync the projects of some sources; if one fails, the others are still synced."""
    store = Store(settings)
    done: dict[Asked, dict[str, int]] = {}
    failed: dict[Asked, str] = {}
    for source in sources:
        try:
            done[source] = ProjectSync(studio, store, settings, source, looks_at_all=looks_at_all).run()
        except (NotDoneError, StoreUnavailableError) as error:
            failed[source] = str(error)
    projects = {**done, **{source: {"error": error} for source, error in failed.items()}}
    return Outcome(
        "; ".join(_said(done, failed)),
        {"projects": projects},
        complete=not failed,
        items=sum(sum(counts.values()) for counts in done.values()),
        details=[f"{TITLES[source]}: {_counted(counts)}" for source, counts in done.items()],
    )


def _said(done: Mapping[Asked, Mapping[str, int]], failed: Mapping[Asked, str]) -> Iterator[str]:
    """Summarise what was done in all projects, and why some failed; each reason appears once."""
    if done:
        yield _counted(sum(map(Counter, done.values()), Counter()))
    for reason in dict.fromkeys(failed.values()):
        titles = ", ".join(TITLES[source] for source, error in failed.items() if error == reason)
        yield f"{titles} not done: {reason}"


def _counted(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['imported']} tasks imported, {counts['exported']} annotations exported, "
        f"{counts['withdrawn']} withdrawn"
    )


def main() -> Outcome:
    """Sync the project named on the command line, or all."""
    numbers = range(1, len(PROJECTS) + 1)
    parser = arguments("Import tasks into Label Studio and export annotations.")
    named = ", ".join(f"{number} {TITLES[PROJECTS[number - 1]]}" for number in numbers)
    parser.add_argument("project", type=int, choices=numbers, nargs="?", help=f"{named}; all if not given")
    parser.add_argument(
        "--all", action="store_true", help="look for what was deleted however old its prediction is"
    )
    given = parser.parse_args()
    sources = [PROJECTS[given.project - 1]] if given.project else list(PROJECTS)
    settings = CronjobSettings()
    with connect(settings) as studio:
        return sync(studio, settings, sources, looks_at_all=given.all)


def _there(storage: storages.StorageType | None) -> storages.StorageType:
    if storage is None:
        message = "a storage is missing: run python -m cronjobs.label_studio.setup"
        raise NotDoneError(message)
    return storage


if __name__ == "__main__":
    run("sync", main)
