"""Where the virtual machines get this repository: by default from this clone's origin, at its commit."""

import re
import subprocess
from pathlib import Path

from chameleon.errors import ProvisioningError
from chameleon.settings import Settings

CLONE = Path(__file__).parents[1]


def repository(settings: Settings) -> str:
    """Return the Git URL that a machine clones.

    Raises:
        ProvisioningError: if none was given and this clone has no origin.
    """
    url = settings.repository or _git("remote", "get-url", "origin")
    url = re.sub(r"^ssh://git@([^/:]+)(?::\d+)?/|^git@([^:]+):", r"https://\1\2/", url)
    if not url:
        raise ProvisioningError(
            "Say where the VM gets the source: --repository https://… (this clone has no origin)."
        )
    return url


def revision(settings: Settings) -> str:
    """Return the commit, tag or branch that a machine checks out.

    Raises:
        ProvisioningError: if this clone's commit has not been pushed to its origin.
    """
    if settings.revision:
        return settings.revision
    if settings.repository:
        return "HEAD"
    if not _git("branch", "--remotes", "--contains", "HEAD"):
        raise ProvisioningError("This clone's commit is not at its origin yet: push it, or give --revision.")
    return _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(CLONE), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()
