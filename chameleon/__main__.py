"""Create GourmetGram on Chameleon, show its status, extend its reservation, or delete it."""

import argparse
import logging
import sys

from keystoneauth1.exceptions import ClientException
from openstack.connection import Connection
from openstack.exceptions import SDKException

from chameleon import cloud, deployment, status
from chameleon.changes import carry_out
from chameleon.errors import ProvisioningError, explain
from chameleon.settings import HELP, Settings

log = logging.getLogger("chameleon")
STEPS = {"up": deployment.UP, "status": (), "extend": deployment.EXTEND, "down": deployment.DOWN}


def parser() -> argparse.ArgumentParser:
    """Return the command line: an action, and an option for each setting."""
    made = argparse.ArgumentParser(prog="chameleon", description=__doc__)
    made.add_argument("action", choices=STEPS)
    made.add_argument("--dry-run", action="store_true", help="show what would be done, and change nothing")
    defaults = Settings()
    for name, about in HELP.items():
        option, kind = "--" + name.replace("_", "-"), type(getattr(defaults, name))
        if kind is bool:
            made.add_argument(option, action="store_true", help=about)
        else:
            made.add_argument(option, type=kind, default=argparse.SUPPRESS, metavar="", help=about)
    return made


def run(action: str, site: Connection, settings: Settings, *, dry_run: bool = False) -> None:
    """Carry out an action, then log the deployment's status."""
    changes = carry_out(STEPS[action], site, settings, dry_run=dry_run)
    if action != "status" and not changes:
        log.info("Nothing to do.")
    nothing = [("nothing", f"is there under the name {settings.name}")]
    for kind, state in list(status.lines(site, settings)) or nothing:
        log.info("%-16s %s", kind, state)


def main(arguments: list[str] | None = None) -> int:
    """Run an action; return 0, or 1 after a failure and 2 for a wrong option, with an error message."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stdout, force=True)
    log.setLevel(logging.INFO)
    options = vars(parser().parse_args(arguments))
    action, dry_run = options.pop("action"), options.pop("dry_run")
    try:
        settings = Settings(**options)
    except ValueError as error:
        return complain(str(error), 2)
    try:
        run(action, cloud.connect(), settings, dry_run=dry_run)
    except (ProvisioningError, SDKException, ClientException) as error:
        return complain(explain(error), 1)
    return 0


def complain(sentence: str, code: int) -> int:
    """Log what went wrong, and return the exit status."""
    log.error("%s", sentence)
    return code


if __name__ == "__main__":
    sys.exit(main())
