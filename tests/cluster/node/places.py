"""The node's folders: the cache keeps what is built; the state folder is removed with the node."""

import os
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gourmetgram/cluster"
STATE = Path(os.environ.get("TEST_CLUSTER_STATE", "/var/lib/gourmetgram-cluster"))

KUBECONFIG = STATE / "kubeconfig"
BINARIES = STATE / "bin"
LOGS = STATE / "log"
CERTIFICATES = STATE / "pki"
DISK = STATE / "disk"  # mounted only inside the node
CONTAINERD_SOCKET = STATE / "containerd.sock"
