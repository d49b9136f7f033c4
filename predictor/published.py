"""`python -m predictor.published VERSION...`: before an upgrade, refuse versions that the store lacks.

A store that does not answer refuses nothing: an upgrade may be what brings it back.
"""

import logging
import sys
import time
from collections.abc import Sequence

from gourmetgram import keys
from gourmetgram.settings import StoreSettings, valid_or_exit
from gourmetgram.store import Store, StoreUnavailableError
from predictor import runtimes
from predictor.settings import PredictorSettings

WAIT_SECONDS = 30
"""A pod's first connections may come before network policies know its address."""

log = logging.getLogger(__name__)


def is_published(store: Store, model_name: str, version: str) -> bool:
    """Return whether a version's model is in the store; the timeout is half a minute.

    Raises:
        StoreUnavailableError: the store did not answer in time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return store.exists(keys.model(model_name, version))
        except StoreUnavailableError as error:
            if time.monotonic() >= deadline:
                raise
            log.info("trying again in a second: %s", error)
        time.sleep(1)


def main(versions: Sequence[str]) -> int:
    """Check; return 0, or 1 after logging each that is neither in the store nor the image's own."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with valid_or_exit():
        store, settings = Store(StoreSettings()), PredictorSettings()
    own = runtimes.load("onnx", runtimes.model_file(settings.model_path)).version
    wanted = [version for version in versions if version != own]
    try:
        absent = [version for version in wanted if not is_published(store, settings.model_name, version)]
    except StoreUnavailableError as error:
        log.warning("not checked whether there is a model %s: %s", " and ".join(wanted), error)
        return 0
    for version in absent:
        log.error("There is no model %s in the store: publish it first, or choose another version.", version)
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
