"""`python -m predictor.publish [VERSION...]`: upload the model to the store, where InferenceServices find it.

Every version has its own location, written only once, so that a URI always means the same model.
"""

import logging
import sys
from collections.abc import Sequence

from gourmetgram import keys
from gourmetgram.settings import StoreSettings, valid_or_exit
from gourmetgram.store import Store, StoreUnavailableError
from predictor import runtimes
from predictor.settings import PredictorSettings

log = logging.getLogger(__name__)


class PublishError(Exception):
    """The model can't be uploaded; the message says why."""


def publish(store: Store, settings: PredictorSettings, version: str | None = None) -> str:
    """Upload the model of the settings under its version; return its URI.

    With a ``version``, ensure that it is in the store: if the model is another, it must be there already.

    Raises:
        PublishError: the location is taken or reserved, or the requested version does not exist.
        StoreUnavailableError: the store did not answer.
    """
    store.create_buckets((keys.MODELS,))
    path = runtimes.model_file(settings.model_path)
    own = runtimes.load("onnx", path).version
    place = keys.model(settings.model_name, version or own)
    if own in keys.NOT_VERSIONS:
        message = f"the model at {path} can't be version {own}: the registry keeps something else there"
        raise PublishError(message)
    if version in (None, own):
        _put_once(store, place, path.read_bytes())
    elif not store.exists(place):
        message = f"there is no model at {place}, and the one at {path} is version {own}, not {version}"
        raise PublishError(message)
    return f"s3://{store.bucket_prefix}{place}"


def publish_own(store: Store, settings: PredictorSettings) -> str:
    """Upload the model of the settings; return its version.

    Raises:
        PublishError: the location is taken by another model.
        StoreUnavailableError: the store did not answer.
    """
    publish(store, settings)
    return runtimes.load("onnx", runtimes.model_file(settings.model_path)).version


def _put_once(store: Store, place: keys.Location, model: bytes) -> None:
    if not store.exists(place):
        store.put(place, model, "application/octet-stream")
    elif store.get(place) != model:
        message = f"another model is at {place} already: give this one a version of its own"
        raise PublishError(message)


def main(arguments: Sequence[str]) -> int:
    """Publish; return 0, or 1 after logging why not."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with valid_or_exit():
        store, settings = Store(StoreSettings()), PredictorSettings()
    try:
        uris = [publish(store, settings, version) for version in (arguments or (None,))]
    except (PublishError, StoreUnavailableError, runtimes.ModelUnusableError) as error:
        log.error("not published: %s", error)  # noqa: TRY400 - the sentence is enough
        return 1
    for uri in uris:
        log.info("the model is at %s", uri)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
