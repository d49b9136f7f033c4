"""The commands for model versions: retrain, judge, promote, roll back, and show the history."""

import sys
from collections.abc import Callable

from manifests.local import modules, supervisor
from manifests.local.settings import LocalSettings


def retrain(settings: LocalSettings) -> None:
    """Train a candidate on the labels and judge it: `retrain`, with the command's own arguments."""
    _module(settings, "predictor.training.retrain", *sys.argv[2:])


def choose(settings: LocalSettings) -> None:
    """Promote or roll back: `promote|rollback [VERSION]`; wait until the version is served."""
    predictor = f"http://127.0.0.1:{settings.predictor_port}"
    waiting = ["--predictor", predictor] if supervisor.running() else []
    _module(settings, "predictor.registry", *sys.argv[1:], *waiting)


def history(settings: LocalSettings) -> None:
    """Show who chose which version, when and why."""
    _module(settings, "predictor.registry", "history")


def gate(settings: LocalSettings) -> None:
    """Judge a version against the current one: `gate VERSION`."""
    _module(settings, "predictor.training.gate", *sys.argv[2:])


def _module(settings: LocalSettings, module: str, *arguments: str) -> None:
    if status := modules.run(settings, module, *arguments):
        sys.exit(status)


COMMANDS: dict[str, Callable[[LocalSettings], None]] = {
    "retrain": retrain,
    "gate": gate,
    "promote": choose,
    "rollback": choose,
    "history": history,
}
