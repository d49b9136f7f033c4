"""`python -m predictor.registry promote|rollback|history [VERSION]`: choose the version that is served."""

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Iterator

from gourmetgram.settings import StoreSettings, valid_or_exit
from gourmetgram.store import Store, StoreUnavailableError
from predictor import publish, runtimes
from predictor.registry.choosing import promote, rollback
from predictor.registry.registry import Registry, RegistryError
from predictor.registry.waiting import wait
from predictor.settings import PredictorSettings

log = logging.getLogger(__name__)


def main() -> int:
    """Choose, or list the choices; return 0, or 1 after logging why not."""
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with valid_or_exit():
        store, settings = Store(StoreSettings()), PredictorSettings()
    registry = Registry(store, settings.model_name)
    try:
        if given.action == "history":
            sys.stdout.writelines(f"{line}\n" for line in history(registry))
        else:
            _choose(registry, settings, given)
    except (RegistryError, publish.PublishError, StoreUnavailableError, runtimes.ModelUnusableError) as error:
        log.error("not done: %s", error)  # noqa: TRY400 - the sentence is enough
        return 1
    return 0


def _choose(registry: Registry, settings: PredictorSettings, given: argparse.Namespace) -> None:
    if given.action == "promote":
        before = publish.publish_own(registry.store, settings)
        chosen = promote(registry, given.version, before, given.who, given.why)
    else:
        chosen = rollback(registry, given.version, given.who, given.why)
    log.info("%s is current", chosen)
    show_in_mlflow(registry)
    if given.predictor:
        wait(given.predictor, registry.name, chosen)
        log.info("the predictor serves %s", chosen)


def show_in_mlflow(registry: Registry) -> None:
    """Bring MLflow up to date, where there is one; its client takes a second to import."""
    if os.environ.get("MLFLOW_TRACKING_URI"):
        from predictor.registry import mlflow  # noqa: PLC0415

        mlflow.show(registry)


def history(registry: Registry) -> Iterator[str]:
    """Format the choices as lines of text, the oldest first."""
    chosen = [*registry.history("candidate"), *registry.history("current")]
    for choice in sorted(chosen, key=lambda each: each.when):
        when = f"{choice.when:%Y-%m-%d %H:%M:%S}"
        yield f"{when}  {choice.action:10} {choice.version:14} {choice.who}: {choice.why}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Choose the version of the model that is served.")
    parser.add_argument("action", choices=["promote", "rollback", "history"])
    parser.add_argument(
        "version", nargs="?", type=lambda text: text or None, help="default: the candidate, or the one before"
    )
    parser.add_argument("--who", default=getpass.getuser(), help="kept with the choice (default: your user)")
    parser.add_argument("--why", default="by hand", help="kept with the choice")
    parser.add_argument(
        "--predictor", help="address of one that follows, to wait until it serves the version"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
