"""How many CPUs this process may use: a pod's limit, not its node's cores."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def available_cpus(cgroup: Path = CGROUP) -> int:
    """Count the CPUs that the scheduler and the cgroup (v2 or v1) let this process use, at least one."""
    scheduled = len(os.sched_getaffinity(0))
    limit = _limit_v2(cgroup) or _limit_v1(cgroup)
    return scheduled if limit is None else max(1, min(scheduled, math.ceil(limit)))


def _limit_v2(cgroup: Path) -> float | None:
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else int(quota) / int(period)


def _limit_v1(cgroup: Path) -> float | None:
    try:
        quota = int((cgroup / "cpu" / "cpu.cfs_quota_us").read_text())
        period = int((cgroup / "cpu" / "cpu.cfs_period_us").read_text())
    except (OSError, ValueError):
        return None
    return None if quota < 0 else quota / period
