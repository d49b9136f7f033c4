"""A clock that jumps, for one process: a library between it and the kernel, which needs a C compiler.

Debian's libfaketime can't be used: either it sets the monotonic clock too, which no jump of a real clock
does, or `time.sleep` of Python 3.11 fails.
"""

import subprocess
from pathlib import Path

from tests.processes import Server

SOURCE = Path(__file__).with_name("clock.c")


def compiled(folder: Path) -> Path:
    """Compile the library."""
    library = folder / "clock.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    return library


def give_clock(server: Server, folder: Path) -> None:
    """Let a server that is not started yet have a clock that can be set."""
    clock = {"LD_PRELOAD": str(compiled(folder)), "CLOCK_OFFSET_FILE": str(folder / "clock")}
    server.env = {**server.env, **clock}
    set_clock(server, 0)


def set_clock(server: Server, offset_seconds: int) -> None:
    """Let a server's clock differ from the right one."""
    Path(server.env["CLOCK_OFFSET_FILE"]).write_text(str(offset_seconds))
