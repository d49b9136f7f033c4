"""Finds the projects, whatever number or title the server or a person gave them.

A project is identified by its source storage, that is by the folder of tasks that it imports.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from label_studio_sdk.types.all_roles_project_list import AllRolesProjectList
from label_studio_sdk.types.s3export_storage import S3ExportStorage
from label_studio_sdk.types.s3import_storage import S3ImportStorage

from cronjobs.label_studio.client import LabelStudio, LabelStudioUnavailableError, failures
from gourmetgram import keys
from gourmetgram.sources import REVIEW, Asked, Source

TITLES: dict[Asked, str] = {
    Source.RANDOM_SAMPLING: "Random Sampling",
    Source.LOW_CONFIDENCE: "Low Confidence",
    Source.USER_FLAG: "User Feedback",
    REVIEW: "Review",
}


class Project(NamedTuple):
    """A project of one server: another server's, or a recreated one, may have the same number."""

    number: int
    created_at: datetime

    @property
    def name(self) -> str:
        """Return its name in the store's keys."""
        return f"{self.number}-{self.created_at:%Y%m%dT%H%M%SZ}"


def project(studio: LabelStudio, number: int) -> Project:
    """Ask when a project was made.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures(f"show project {number}"):
        made = studio.projects.get(number).created_at
    if made is None:
        message = f"Label Studio does not tell when project {number} was made"
        raise LabelStudioUnavailableError(message)
    return Project(number, made)


def project_id(studio: LabelStudio, source: Asked, bucket_prefix: str) -> int | None:
    """Find a source's project: the oldest with its storage, or else with its title and no storage.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures("list its projects"):
        listed: Iterable[AllRolesProjectList] = studio.projects.list(include="id,title")
        projects = {project.id: project.title for project in listed if project.id is not None}
    unfinished = None
    for number in sorted(projects, key=lambda number: (projects[number] != TITLES[source], number)):
        storages = source_storages(studio, number)
        if find(storages, source, bucket_prefix):
            return number
        if not storages and projects[number] == TITLES[source] and unfinished is None:
            unfinished = number
    return unfinished


def source_storages(studio: LabelStudio, project: int) -> list[S3ImportStorage]:
    """List the storages from which a project imports tasks or shows photos.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures("list its source storages"):
        return list(studio.import_storage.s3.list(project=project))


def find(storages: list[S3ImportStorage], source: Asked, bucket_prefix: str) -> S3ImportStorage | None:
    """Find the storage from which the tasks of a source are imported."""
    place = (f"{bucket_prefix}{keys.LABELSTUDIO}", keys.tasks(source).rstrip("/"))
    return next((storage for storage in storages if (storage.bucket, storage.prefix) == place), None)


def source_storage(
    studio: LabelStudio, project: int, source: Asked, bucket_prefix: str
) -> S3ImportStorage | None:
    """Find the storage from which a project imports the tasks of a source.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    return find(source_storages(studio, project), source, bucket_prefix)


def target_storage(
    studio: LabelStudio, project: int, source: Asked, bucket_prefix: str
) -> S3ExportStorage | None:
    """Find the storage to which a project exports the annotations of a source.

    Raises:
        LabelStudioUnavailableError: it did not answer.
    """
    with failures("list its target storages"):
        storages = studio.export_storage.s3.list(project=project)
    place = (f"{bucket_prefix}{keys.LABELSTUDIO}", keys.outputs(source).rstrip("/"))
    return next((storage for storage in storages if (storage.bucket, storage.prefix) == place), None)
