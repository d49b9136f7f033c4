"""Where the node lives: what is built stays in the cache, what runs goes with the state folder."""

import os
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gourmetgram/cluster"
STATE = Path(os.environ.get("TEST_CLUSTER_STATE", "/var/lib/gourmetgram-cluster"))

KUBECONFIG = STATE / "kubeconfig"
BINARIES = STATE / "bin"
LOGS = STATE / "log"
CERTIFICATES = STATE / "pki"
DISK = STATE / "disk"  # mounted within the node only
CONTAINERD_SOCKET = STATE / "containerd.sock"
