"""Reruns a command until it is no longer killed: `python -m tests.faults.again_and_again MODULE …`.

Each run is a fork that has imported everything, so it starts at once. Its process id is in the file PID.
"""

import os
import sys
from importlib import import_module
from pathlib import Path


def main() -> int:
    """Run the command with the arguments; return its exit status."""
    module = import_module(sys.argv.pop(1))
    while True:
        pid = os.fork()
        if pid == 0:
            Path(os.environ["PID"]).write_text(str(os.getpid()))
            status = module.main()
            sys.stdout.flush()
            os._exit(status)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
