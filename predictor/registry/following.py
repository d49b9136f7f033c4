"""Lets a predictor on one machine serve what the registry calls current; a cluster starts new pods.

A version that can't be served is refused once with a log message, and the previous one stays.
"""

import logging
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from gourmetgram.settings import StoreSettings
from gourmetgram.store import Store, StoreUnavailableError
from predictor.registry.registry import Registry, RegistryError
from predictor.runtimes import ModelUnusableError
from predictor.serving.model import FoodClassifier
from predictor.settings import PredictorSettings

log = logging.getLogger(__name__)


class Follower:
    """A model, the registry that it follows, and the last version that was refused."""

    def __init__(self, model: FoodClassifier, registry: Registry) -> None:
        self._model = model
        self._registry = registry
        self._refused: str | None = None

    def look(self) -> None:
        """Switch the model if another version is current."""
        try:
            current = self._registry.current()
            if current and current.version not in (self._model.version, self._refused):
                self._change(current.version)
        except StoreUnavailableError as error:
            log.debug("%s is still served: %s", self._model.version, error)
        except RegistryError as error:
            log.error("%s is still served: %s", self._model.version, error)  # noqa: TRY400

    def _change(self, version: str) -> None:
        before = self._model.version
        try:
            with TemporaryDirectory() as folder:
                path = Path(folder) / f"{version}.onnx"
                path.write_bytes(self._registry.model(version))
                self._model.change(path)
        except (ModelUnusableError, RegistryError) as error:
            self._refused = version
            log.error("Version %s is refused, %s is still served: %s", version, before, error)  # noqa: TRY400
        else:
            self._refused = None
            log.info("Version %s is served in place of %s", self._model.version, before)


def follow(model: FoodClassifier, settings: PredictorSettings) -> None:
    """Serve the current version, and every later one, from a thread that ends with the process."""
    follower = Follower(model, Registry(Store(StoreSettings()), settings.model_name))
    _look(follower)
    threading.Thread(target=_keep_looking, args=(follower, settings.follow_seconds), daemon=True).start()


def _keep_looking(follower: Follower, seconds: float) -> None:
    while True:
        time.sleep(seconds)
        _look(follower)


def _look(follower: Follower) -> None:
    try:
        follower.look()
    except Exception:
        log.exception("looking for the current version failed; it is tried again")
