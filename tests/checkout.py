"""A copy of the checkout whose components run on free ports, as `make up` starts them."""

import os
import shutil
import subprocess
from pathlib import Path

import psutil
import requests

from tests.conftest import PHOTOS, ROOT
from tests.processes import free_port

COMPONENTS = ("store", "predictor", "webapp", "label_studio")
WATCHERS = ("prometheus", "alertmanager")
PHOTO = next(PHOTOS.glob("evaluation/class_06/*.jpg"))


class Checkout:
    """A copy of the checkout whose components listen on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in (
            "gourmetgram",
            "predictor",
            "webapp",
            "cronjobs",
            "manifests",
            "charts",
            "monitoring",
        ):
            shutil.copytree(ROOT / package, folder / package)
        for environment in (".venv", ".venv-label-studio"):
            (folder / environment).symlink_to(ROOT / environment)
        self.ports = {component: free_port() for component in (*COMPONENTS, *WATCHERS)}

    def make(self, *command: str, **ports: int) -> subprocess.CompletedProcess[str]:
        chosen = {
            f"GOURMETGRAM_{component.upper()}_PORT": str(port)
            for component, port in {**self.ports, **ports}.items()
        }
        return subprocess.run(
            [self.folder / ".venv/bin/python", "-m", "manifests.local", *command],
            cwd=self.folder,
            env={**os.environ, **chosen},
            capture_output=True,
            text=True,
            check=False,
        )

    def predict(self, photo: Path = PHOTO) -> requests.Response:
        url = f"http://127.0.0.1:{self.ports['webapp']}/predict"
        with photo.open("rb") as file:
            return requests.post(
                url, files={"file": file}, headers={"Accept": "application/json"}, timeout=30
            )

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if _stack(process) == str(self.folder)]

    def component(self, name: str) -> psutil.Process:
        return next(process for process in self.processes() if name in " ".join(process.cmdline()))


def _stack(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("GOURMETGRAM_STACK")
    except psutil.Error:
        return None
