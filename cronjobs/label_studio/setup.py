"""`python -m cronjobs.label_studio.setup`: create projects and storages; safe to run at every start.

Only what is missing is added: annotations, other projects and people's own wording are left alone.
"""

import logging

from cronjobs.command import NotDoneError, Outcome, run
from cronjobs.label_studio.client import LabelStudio, connect, failures, wait_until_ready
from cronjobs.label_studio.interface import classes_of, interface
from cronjobs.label_studio.projects import TITLES, project_id, source_storage, source_storages, target_storage
from cronjobs.settings import CronjobSettings
from gourmetgram import keys
from gourmetgram.classes import CLASSES
from gourmetgram.labelling import PREDICTED_BY
from gourmetgram.sources import ANNOTATED_SOURCES, REVIEW, Asked, Source
from gourmetgram.store import Store

NOTES = {
    keys.tasks: "Tasks that wait for annotators; once annotated they move to processed/.\n",
    keys.outputs: "Answers that wait to be processed; then they move to processed/ or quarantine/.\n",
}
SHOWN = "$ml_prediction"
COLUMNS = [f"tasks:{column}" for column in ("data.ml_prediction", "data.confidence", "data.image")]
HIDDEN_FROM_THE_BLIND = {"explore": COLUMNS, "labeling": COLUMNS}
"""Columns of the task table (the Data Manager), in its two forms."""

log = logging.getLogger(__name__)


def set_up() -> Outcome:
    """Add what is missing in the store and in Label Studio.

    Raises:
        NotDoneError: a project offers other classes.
        LabelStudioUnavailableError: it did not answer.
        StoreUnavailableError: the store did not answer.
    """
    settings = CronjobSettings()
    store = Store(settings)
    for source in ANNOTATED_SOURCES:
        write_notes(store, source)
    wait_until_ready(settings)
    with connect(settings) as studio:
        numbers = {TITLES[source]: set_up_project(studio, settings, source) for source in ANNOTATED_SOURCES}
    known = ", ".join(f"{title} (project {number})" for title, number in numbers.items())
    return Outcome(f"Label Studio has {known}", {"projects": numbers})


def write_notes(store: Store, source: Asked) -> None:
    """Write a note into each folder that Label Studio reads from or writes to."""
    for folder, text in NOTES.items():
        place = keys.Location(keys.LABELSTUDIO, f"{folder(source)}{keys.FOLDER_NOTE}")
        store.put(place, text.encode(), "text/plain")


def set_up_project(studio: LabelStudio, settings: CronjobSettings, source: Asked) -> int:
    """Create the missing parts of a source's project; return its number on the server.

    Raises:
        NotDoneError: it offers other classes.
        LabelStudioUnavailableError: it did not answer.
    """
    blind = is_blind(source, settings)
    number = project_id(studio, source, settings.bucket_prefix)
    if number is None:
        number = create_project(studio, source, blind=blind)
    elif blind:
        blindfold(studio, number, source)
    if blind:
        hide_columns(studio, number)
    check_classes(studio, number)
    add_storages(studio, number, source, settings.bucket_prefix)
    return number


def is_blind(source: Asked, settings: CronjobSettings) -> bool:
    """Return whether annotators must not see the model's class, as their labels count in the accuracy."""
    if source is Source.RANDOM_SAMPLING:
        return not settings.random_sampling_shows_prediction
    return source in {Source.LOW_CONFIDENCE, REVIEW}


def blindfold(studio: LabelStudio, number: int, source: Asked) -> None:
    """Hide the model's class in a project that an earlier setup made to show it; people's own wording stays.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"hide the model's class in project {number}"):
        shown = studio.projects.get(number).label_config or ""
        if shown == interface(source, shows_prediction=True):
            hidden = interface(source, shows_prediction=False)
            for view in studio.views.list(project=number):
                data = {**dict(view.data or {}), "hiddenColumns": HIDDEN_FROM_THE_BLIND}
                studio.views.update(str(view.id), project=number, data=data)
            studio.projects.update(id=number, label_config=hidden, show_collab_predictions=False)
        elif SHOWN in shown:
            log.warning("project %s shows the model's class: take %s out of its interface", number, SHOWN)


def create_project(studio: LabelStudio, source: Asked, *, blind: bool) -> int:
    """Create a project; ``blind`` hides from its annotators what the model said.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"create the project {TITLES[source]}"):
        project = studio.projects.create(
            title=TITLES[source],
            label_config=interface(source, shows_prediction=not blind),
            show_collab_predictions=not blind,
            model_version=PREDICTED_BY,
            enable_empty_annotation=False,
        )
    return project.id or 0


def hide_columns(studio: LabelStudio, number: int) -> None:
    """Hide what the model said from the table of tasks too, unless people have arranged that table already.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"arrange the columns of project {number}"):
        if not studio.views.list(project=number):
            data = {"title": "Default", "hiddenColumns": HIDDEN_FROM_THE_BLIND}
            studio.views.create(project=number, data=data)


def check_classes(studio: LabelStudio, number: int) -> None:
    """Refuse a project that offers other classes than the model knows.

    Raises:
        NotDoneError: it does.
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"show project {number}"):
        project = studio.projects.get(number)
    offered = classes_of(project.label_config or "<View/>")
    if sorted(offered) != sorted(CLASSES):
        wrong = ", ".join(sorted(set(offered) ^ set(CLASSES))) or "the same class twice"
        message = (
            f"Project {number} ({project.title}) offers other classes than the model knows ({wrong}). "
            "Put them right in its labelling interface, or delete the project to have it made anew."
        )
        raise NotDoneError(message)


def add_storages(studio: LabelStudio, number: int, source: Asked, bucket_prefix: str) -> None:
    """Connect a project to its tasks, its outputs and the photos; the server knows endpoint and keys.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    bucket, photos = f"{bucket_prefix}{keys.LABELSTUDIO}", f"{bucket_prefix}{keys.PRODUCTION}"
    if source_storage(studio, number, source, bucket_prefix) is None:
        _add_tasks(studio, number, source, bucket)
    if target_storage(studio, number, source, bucket_prefix) is None:
        with failures("create a target storage"):
            studio.export_storage.s3.create(
                project=number, title="Annotations", bucket=bucket, prefix=keys.outputs(source).rstrip("/")
            )
    if photos not in {storage.bucket for storage in source_storages(studio, number)}:
        _add_photos(studio, number, photos)


def _add_tasks(studio: LabelStudio, number: int, source: Asked, bucket: str) -> None:
    with failures("create a source storage"):
        studio.import_storage.s3.create(
            project=number,
            title="Tasks",
            bucket=bucket,
            prefix=keys.tasks(source).rstrip("/"),
            regex_filter=r".*\.json$",
            use_blob_urls=False,
            presign=False,
        )


def _add_photos(studio: LabelStudio, number: int, bucket: str) -> None:
    """Let the project show photos, which it does only from buckets that it knows; none is ever imported."""
    with failures("create a storage for the photos"):
        studio.import_storage.s3.create(
            project=number,
            title="Photos",
            bucket=bucket,
            regex_filter="(?!)",
            synchronizable=False,
            presign=False,
        )


if __name__ == "__main__":
    run("label-studio-setup", set_up)
