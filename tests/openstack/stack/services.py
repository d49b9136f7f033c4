"""OpenStack's services: their configuration, database schemas and processes."""

import getpass
import grp
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template

from tests.openstack.stack.databases import DATABASES, start_mariadb, start_rabbitmq
from tests.openstack.stack.processes import Processes, free_port, listens, wait_for

HERE = Path(__file__).parent
VENV = HERE.parents[2] / ".venv-openstack"
APPLICATIONS = {
    "keystone": "keystone.wsgi.api",
    "glance": "glance.wsgi.api",
    "placement": "placement.wsgi.api",
    "neutron": "neutron.wsgi.api",
    "nova": "nova.wsgi.osapi_compute",
    "blazar": "blazar.wsgi.api",
}
# Nova fills these in from its configuration, so that cached tables fit any port.
CELL = "{scheme}://{username}:{password}@{hostname}:{port}"
CELL1 = ("--database_connection", f"{CELL}/nova", "--transport-url", f"{CELL}/")
SCHEMAS = {
    "keystone": [["keystone-manage", "db_sync"]],
    "glance": [["glance-manage", "db_sync"]],
    "placement": [["placement-manage", "db", "sync"]],
    "neutron": [["neutron-db-manage", "upgrade", "heads"]],
    "nova": [
        ["nova-manage", "api_db", "sync"],
        ["nova-manage", "cell_v2", "map_cell0", "--database_connection", f"{CELL}/nova_cell0"],
        ["nova-manage", "db", "sync"],
        ["nova-manage", "cell_v2", "create_cell", "--name", "cell1", *CELL1],
    ],
    "blazar": [["blazar-db-manage", "upgrade", "head"]],
}
# The manager starts leases when it polls its events: here every second instead of every ten.
BLAZAR_MANAGER = """
import sys
import blazar.manager.service
blazar.manager.service.EVENT_INTERVAL = 1
from blazar.cmd.manager import main
sys.argv[0] = "blazar-manager"
main()
"""


@dataclass
class Stack:
    """A running OpenStack: its folder and the port of each service."""

    folder: Path
    processes: Processes
    ports: dict[str, int]

    @property
    def auth_url(self) -> str:
        """Return Keystone's URL."""
        return f"http://127.0.0.1:{self.ports['keystone']}/v3"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which services find their configuration, and Neutron our port binding."""
        folders = {f"OS_{name.upper()}_CONFIG_DIR": str(self.folder) for name in APPLICATIONS}
        paths = f"{self.folder}/plugins:{HERE.parents[2]}"
        files = {"neutron": "neutron.conf", "nova": f"{VENV}/etc/nova/api-paste.ini;nova.conf"}
        names = {f"OS_{name.upper()}_CONFIG_FILES": value for name, value in files.items()}
        return folders | names | {"PYTHONPATH": paths}


def start(folder: Path) -> Stack:
    """Start an empty OpenStack."""
    processes = Processes(folder)
    try:
        ports = {name: free_port() for name in APPLICATIONS}
        stack = Stack(folder, processes, ports)
        stack.ports["mariadb"] = start_mariadb(processes, folder)
        stack.ports["rabbitmq"] = start_rabbitmq(processes, folder)
        configure(stack)
        make_schemas(stack)
        bootstrap_keystone(stack)
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(start_api, stack), APPLICATIONS))
    except BaseException:
        processes.stop_all()
        raise
    return stack


def start_workers(stack: Stack) -> None:
    """Start the services without an API, once the accounts that they use exist."""
    for name in ("scheduler", "conductor", "compute"):
        command = [str(VENV / "bin" / f"nova-{name}"), "--config-file", str(stack.folder / "nova.conf")]
        stack.processes.start(f"nova-{name}", command, stack.environment)
    manager = [str(VENV / "bin" / "python"), "-c", BLAZAR_MANAGER, "--config-file"]
    stack.processes.start("blazar-manager", [*manager, str(stack.folder / "blazar.conf")], stack.environment)


def configure(stack: Stack) -> None:
    """Write each service's configuration, and the entry point of our port binding for Neutron."""
    values = {name: str(port) for name, port in stack.ports.items()}
    for template in (HERE / "etc").iterdir():
        text = Template(template.read_text()).substitute(values, folder=stack.folder, venv=VENV)
        (stack.folder / template.name).write_text(text)
    for name in ("images", "staging", "tasks", "nova", "neutron", "locks"):
        (stack.folder / name).mkdir()
    plugin = stack.folder / "plugins" / "bind_everything-1.dist-info"
    plugin.mkdir(parents=True)
    (plugin / "METADATA").write_text("Metadata-Version: 2.1\nName: bind-everything\nVersion: 1\n")
    target = "tests.openstack.stack.port_binding:BindEverything"
    (plugin / "entry_points.txt").write_text(f"[neutron.ml2.mechanism_drivers]\nbind_everything = {target}\n")


def make_schemas(stack: Stack) -> None:
    """Create every service's tables, or load them from an earlier session's dump."""
    kept = VENV / "tables.sql"
    client = [f"--socket={stack.folder / 'mariadb.socket'}", "--user=root"]
    if kept.exists():
        with kept.open("rb") as dump:
            subprocess.run(["mariadb", *client], stdin=dump, check=True)
        return
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: make_schema(stack, name), SCHEMAS))
    new = kept.with_suffix(".new")
    subprocess.run(["mariadb-dump", *client, f"--result-file={new}", "--databases", *DATABASES], check=True)
    new.rename(kept)


def make_schema(stack: Stack, name: str) -> None:
    """Create the tables of a service."""
    configuration = stack.folder / ("glance-api.conf" if name == "glance" else f"{name}.conf")
    for program, *arguments in SCHEMAS[name]:
        run(stack, program, "--config-file", str(configuration), *arguments)


def bootstrap_keystone(stack: Stack) -> None:
    """Create Keystone's keys, administrator and endpoint."""
    configuration = ["--config-file", str(stack.folder / "keystone.conf")]
    owner = ["--keystone-user", getpass.getuser(), "--keystone-group", grp.getgrgid(os.getgid()).gr_name]
    for keys in ("fernet_setup", "credential_setup"):
        run(stack, "keystone-manage", *configuration, keys, *owner)
    settings = {"password": "openstack", "region-id": "KVM@TACC"}
    settings |= {f"{interface}-url": stack.auth_url for interface in ("public", "internal", "admin")}
    options = [part for name, value in settings.items() for part in (f"--bootstrap-{name}", value)]
    run(stack, "keystone-manage", *configuration, "bootstrap", *options)


def start_api(stack: Stack, name: str) -> None:
    """Serve a service's API with gunicorn; its options can't be in argv, which the services read too."""
    options = stack.folder / f"{name}-gunicorn.py"
    options.write_text(
        f"wsgi_app = {APPLICATIONS[name] + ':application'!r}\n"
        f"bind = '127.0.0.1:{stack.ports[name]}'\nworker_class = 'gthread'\nthreads = 4\n"
        "keepalive = 75\ntimeout = 300\ngraceful_timeout = 1\n"
    )
    environment = {**stack.environment, "GUNICORN_CMD_ARGS": f"-c {options}"}
    stack.processes.start(name, [str(VENV / "bin" / "gunicorn")], environment)
    wait_for(lambda: stack.processes.alive(name) and listens(stack.ports[name]), name)


def run(stack: Stack, program: str, *arguments: str) -> None:
    """Run one of the services' own tools; its output is shown if it fails."""
    command = [str(VENV / "bin" / program), *arguments]
    done = subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", **stack.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError(f"{program} {' '.join(arguments)} failed")
