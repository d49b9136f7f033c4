"""Runs programs and reports their output when they fail."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


class CommandError(Exception):
    """A program failed; the message is its command line and the end of its output."""


def run(
    *command: str | Path,
    stdin: str | None = None,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
) -> str:
    """Return the standard output of a command.

    Raises:
        CommandError: It ended with a nonzero status, or does not exist.
    """
    try:
        done = subprocess.run(
            list(command), input=stdin, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise CommandError(f"there is no program {command[0]} on PATH") from error
    if done.returncode:
        raise CommandError(_failure(command, done.stderr or done.stdout))
    return done.stdout


def _failure(command: Sequence[str | Path], output: str) -> str:
    return f"{' '.join(map(str, command))}\n{output[-4000:]}"
