"""Runs kubectl and helm against one namespace of a cluster."""

import subprocess


class CommandError(Exception):
    """A command failed; it has written the reason to standard error."""


def output(namespace: str, program: str, *arguments: str, stdin: str | None = None) -> str:
    """Run a command in a namespace, and return what it prints.

    Raises:
        CommandError: it failed.
    """
    command = [program, "--namespace", namespace, *arguments]
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        message = f"{program} {arguments[0]} failed"
        raise CommandError(message)
    return done.stdout
