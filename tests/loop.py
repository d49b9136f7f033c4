"""Label Studio with projects for the buckets of one test, and what annotators and jobs do there."""

from cronjobs.label_studio.client import LabelStudio
from cronjobs.label_studio.setup import set_up_project, write_notes
from cronjobs.processing import Processing
from cronjobs.settings import CronjobSettings
from cronjobs.sync import ProjectSync
from gourmetgram.sources import Asked
from gourmetgram.store import Store
from tests.labelling import SETTINGS


class Loop:
    """Label Studio with projects for the buckets of one test."""

    def __init__(self, store: Store, studio: LabelStudio, settings: CronjobSettings) -> None:
        self.store = store
        self.studio = studio
        self.settings = settings
        self._projects: dict[Asked, int] = {}

    def project(self, source: Asked) -> int:
        """Return the number of a source's project, which is set up when it is first asked for."""
        if source not in self._projects:
            write_notes(self.store, source)
            self._projects[source] = set_up_project(self.studio, self.settings, source)
        return self._projects[source]

    def delete_projects(self) -> None:
        """Delete all projects: the fewer there are, the faster the next test's set-up."""
        self._projects.clear()
        for project in list(self.studio.projects.list()):
            self.studio.projects.delete(project.id)

    def sync(self, source: Asked, *, looks_at_all: bool = False) -> dict[str, int]:
        """Sync a project; return the counts that are not zero."""
        self.project(source)
        job = ProjectSync(self.studio, self.store, self.settings, source, looks_at_all=looks_at_all)
        return {name: count for name, count in job.run().items() if count}

    def tasks(self, source: Asked) -> dict[str, int]:
        """Return the ids of a project's tasks, by prediction."""
        listed = self.studio.tasks.list(project=self.project(source))
        return {task.data["prediction_id"]: task.id for task in listed}

    def annotate(self, task: int, *choices: str, **more: object) -> int:
        value = {"from_name": "food", "to_name": "image", "type": "choices", "value": {"choices": choices}}
        made = self.studio.annotations.create(id=task, result=[value] if choices else [], **more)  # type: ignore[arg-type]
        return made.id or 0

    def delete_annotation(self, annotation: int) -> None:
        self.studio.annotations.delete(annotation)

    def delete_task(self, task: int) -> None:
        self.studio.tasks.delete(str(task))

    def process(self) -> dict[str, object]:
        return dict(Processing(self.store, SETTINGS).run().figures)
