"""Modules of the processes that are run once, with the environment of the parts."""

import subprocess
import sys

from manifests.local.settings import LocalSettings, environment


def run(settings: LocalSettings, module: str, *arguments: str) -> int:
    """Run a module and return its status; Ctrl-C ends it without its traceback, as it may end anywhere."""
    command = [sys.executable, "-m", module, *arguments]
    # In a process group of its own, the terminal's interrupt reaches this process alone.
    with subprocess.Popen(command, env=environment(settings), process_group=0) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            raise
