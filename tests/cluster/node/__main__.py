"""Run the tests' Kubernetes: `python -m tests.cluster.node up`; `--help` lists the rest."""

import argparse
import logging
import os
import shlex
import sys
import time
from pathlib import Path

from tests.cluster.node import Node, this_machines_node
from tests.cluster.node.built import BuiltNode
from tests.cluster.node.commands import CommandError

log = logging.getLogger("tests.cluster.node")


def main() -> int:
    """Run one command and return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    arguments = _parser().parse_args()
    node = this_machines_node()
    if isinstance(node, BuiltNode) and os.geteuid() != 0:
        log.error("Without Docker and kind, building and running the cluster requires root: use sudo.")
        return 1
    start = time.monotonic()
    try:
        arguments.run(node, arguments)
    except (CommandError, TimeoutError) as error:
        log.error("%s", error)  # noqa: TRY400 (the message says it all)
        return 1
    log.info("done in %.0f s", time.monotonic() - start)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.node", description=__doc__)
    commands = parser.add_subparsers(required=True)
    plain = {
        "build": _build,
        "up": _up,
        "down": _down,
        "environment": _environment,
    }
    for name, run in plain.items():
        commands.add_parser(name, help=run.__doc__).set_defaults(run=run)
    image = commands.add_parser("image", help=_image.__doc__)
    image.add_argument("name")
    image.add_argument("dockerfile", type=Path)
    image.add_argument("context", type=Path)
    image.set_defaults(run=_image)
    return parser


def _build(node: Node, _: argparse.Namespace) -> None:
    """Build what the cache lacks."""
    node.build()


def _up(node: Node, _: argparse.Namespace) -> None:
    """Start the cluster and wait until KServe is ready."""
    node.up()
    log.info('eval "$(make -s test-cluster-environment)" for kubectl and helm')


def _down(node: Node, _: argparse.Namespace) -> None:
    """Stop the cluster and remove everything but the cache."""
    node.down()


def _environment(node: Node, _: argparse.Namespace) -> None:
    """Print the environment for kubectl and helm, for a shell."""
    for name, value in node.environment.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


def _image(node: Node, arguments: argparse.Namespace) -> None:
    """Build an image from a Dockerfile and load it into the cluster."""
    node.build_image(arguments.name, arguments.dockerfile, arguments.context)


if __name__ == "__main__":
    sys.exit(main())
