"""The jobs start with what their image holds."""

import subprocess
import sys

from tests.locks import lacking

IMPORT_ALL_BUT_THE_SCHEDULER_OF_ONE_MACHINE = """
import pkgutil, sys
from importlib import import_module
import cronjobs
sys.modules.update(dict.fromkeys(sys.argv[1:]))
for module in pkgutil.walk_packages(cronjobs.__path__, "cronjobs."):
    if module.name != "cronjobs.scheduler":
        import_module(module.name)
"""
USE_THE_CLIENT = """
from cronjobs.label_studio.client import LabelStudio
studio = LabelStudio(api_key="none")
studio.projects, studio.tasks, studio.annotations, studio.views
studio.import_storage.s3, studio.export_storage.s3
"""


def test_the_jobs_start_with_the_packages_of_their_image_alone() -> None:
    missing = lacking("cronjobs")
    assert {"pandas", "cv2", "nltk"} < missing
    code = IMPORT_ALL_BUT_THE_SCHEDULER_OF_ONE_MACHINE + USE_THE_CLIENT
    shown = subprocess.run(
        [sys.executable, "-c", code, *missing], capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
