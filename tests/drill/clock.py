"""A clock that jumps, for one process: a preloaded library, which a C compiler builds.

Debian's libfaketime can't be used: either it also shifts the monotonic clock, unlike a jump of a real clock,
or `time.sleep` fails in Python 3.11.
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
    """Set a server's clock to differ from the real one."""
    Path(server.env["CLOCK_OFFSET_FILE"]).write_text(str(offset_seconds))
