"""The whole node crashes during uploads and restarts; every acknowledged upload is stored once."""

import subprocess
import sys

import pytest

from tests.cluster.node import isolation
from tests.cluster.release.drilled import Drill
from tests.cluster.release.installed import Release
from tests.drill import invariant
from tests.drill.users import Users

pytestmark = [pytest.mark.cluster, pytest.mark.drill]


@pytest.mark.usefixtures("built_node")
def test_a_node_that_crashed_comes_back_with_every_upload_and_label_once(
    release: Release, users: Users, drill: Drill
) -> None:
    with drill("the only node killed and started again"):
        isolation.end()
        up = subprocess.Popen([sys.executable, "-m", "tests.cluster.node", "up"], stderr=subprocess.DEVNULL)
    assert up.wait() == 0
    relabelled = dict(users.relabelled)
    release.run_job("processing")
    with release.store() as store:
        count = invariant.labels(store, relabelled)
    assert relabelled
    assert (count.lost, count.doubled) == (0, 0)
