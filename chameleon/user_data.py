"""The cloud-init user data for a new machine's first boot, from a template."""

import base64
import json
import shlex
from pathlib import Path
from string import Template

from chameleon import join_token, source
from chameleon.inventory import Node
from chameleon.settings import Settings

VM = Path(__file__).parent / "vm"


def encoded(settings: Settings, node: Node, server_address: str) -> str:
    """Return a node's user data as Nova expects it, in base64."""
    return base64.b64encode(render(settings, node, server_address).encode()).decode()


def render(settings: Settings, node: Node, server_address: str) -> str:
    """Return a node's user data; an agent's contains the address of the server that it joins."""
    files = {
        "deployment": deployment(settings, node, server_address),
        "fetch": (VM / "fetch.sh").read_text(),
        "service": (VM / "gourmetgram-install.service").read_text(),
    }
    template = Template((VM / "user-data.yaml").read_text())
    return template.substitute({name: json.dumps(text) for name, text in files.items()})


def deployment(settings: Settings, node: Node, server_address: str) -> str:
    """Return the variables that the installation reads, quoted for a shell."""
    variables = {
        "NODE_ROLE": node.role,
        "SERVER_ADDRESS": server_address,
        "JOIN_TOKEN": join_token.read_or_make(settings),
        "REPOSITORY": source.repository(settings),
        "REVISION": source.revision(settings),
        "FOOD11": settings.food11,
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
