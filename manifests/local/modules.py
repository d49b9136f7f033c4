"""Runs one-off Python modules in the environment of the components."""

import subprocess
import sys

from manifests.local.settings import LocalSettings, environment


def run(settings: LocalSettings, module: str, *arguments: str) -> int:
    """Run a module and return its status; Ctrl-C ends it without a traceback."""
    command = [sys.executable, "-m", module, *arguments]
    # In its own process group, so that the terminal's interrupt reaches only this process.
    with subprocess.Popen(command, env=environment(settings), process_group=0) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            raise
