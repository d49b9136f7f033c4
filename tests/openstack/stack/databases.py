"""MariaDB and RabbitMQ, with their own ports and folders."""

import getpass
import subprocess
from pathlib import Path

from tests.openstack.stack.processes import Processes, free_port, listens, wait_for

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
FAST = [
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--skip-log-bin",
    "--max-connections=400",
]
DATABASES = ("keystone", "glance", "placement", "neutron", "nova_api", "nova", "nova_cell0", "blazar")


def start_mariadb(processes: Processes, folder: Path) -> int:
    """Start a MariaDB with an empty database for each service, and return its port."""
    data, port = folder / "mariadb", free_port()
    install = [
        "mariadb-install-db",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    subprocess.run([*install, f"--user={getpass.getuser()}"], check=True, capture_output=True)
    socket = folder / "mariadb.socket"
    where = [f"--datadir={data}", f"--socket={socket}", f"--port={port}", "--bind-address=127.0.0.1"]
    processes.start(
        "mariadb", ["mariadbd", "--no-defaults", f"--user={getpass.getuser()}", *where, *FAST], {}
    )
    wait_for(socket.exists, "MariaDB")
    orders = "".join(f"CREATE DATABASE {name} CHARACTER SET utf8mb3;" for name in DATABASES)
    orders += "CREATE USER 'openstack'@'127.0.0.1' IDENTIFIED BY 'openstack';"
    orders += "GRANT ALL ON *.* TO 'openstack'@'127.0.0.1';"
    subprocess.run(["mariadb", f"--socket={socket}", "--user=root", "-e", orders], check=True)
    return port


def start_rabbitmq(processes: Processes, folder: Path) -> int:
    """Start a RabbitMQ with its own Erlang port mapper, and return its port."""
    port, mapper = free_port(), free_port()
    home = folder / "rabbitmq"
    home.mkdir()
    (home / "enabled_plugins").write_text("[].\n")
    (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    environment = {
        "HOME": str(home),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "gourmetgram-tests@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_LOG_BASE": str(home),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    processes.start("epmd", ["epmd", "-port", str(mapper), "-address", "127.0.0.1"], {})
    wait_for(lambda: listens(mapper), "Erlang's port mapper")
    processes.start("rabbitmq", [RABBITMQ], environment)
    wait_for(lambda: listens(port), "RabbitMQ")
    return port
