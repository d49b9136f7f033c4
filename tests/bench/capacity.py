"""Estimates what a thousand uploads per second would need, from the measured cost of one."""

import math
from dataclasses import dataclass

from tests.bench.figures import Upload

WANTED = 1000
"""Uploads per second."""
BUSY = 0.6
"""Target CPU utilization of a pod, so that responses stay fast."""
PREDICTOR_CPUS = 2
WEBAPP_CPUS = 1
"""One Python process."""
PHOTO_KB = 22

# Amazon's list prices in us-east-1 in 2026, in dollars: S3 Standard, and one of the 4 vCPUs of an m7i.xlarge.
PUT_PRICE = 0.005 / 1000
"""Also the price of a listing."""
GET_PRICE = 0.0004 / 1000
GB_MONTH_PRICE = 0.023
CPU_HOUR_PRICE = 0.2016 / 4
MONTH_HOURS = 730


@dataclass(frozen=True)
class Capacity:
    """The resources needed; costs and bytes are per month."""

    predictor_pods: int
    webapp_pods: int
    store_requests: float
    """A second."""
    cpu_dollars: float
    request_dollars: float
    terabytes: float
    storage_dollars: float
    """Storage of one month's data, for each month that it is kept."""


def capacity(upload: Upload, wanted: int = WANTED) -> Capacity:
    """Scale the CPU time and store requests of one upload up to the wanted rate."""
    predictor = _pods(upload.cpu_ms["predictor"], PREDICTOR_CPUS, wanted)
    webapp = _pods(upload.cpu_ms["web application"], WEBAPP_CPUS, wanted)
    month = wanted * MONTH_HOURS * 3600
    return Capacity(
        predictor_pods=predictor,
        webapp_pods=webapp,
        store_requests=wanted * upload.store_requests,
        cpu_dollars=(predictor * PREDICTOR_CPUS + webapp * WEBAPP_CPUS) * CPU_HOUR_PRICE * MONTH_HOURS,
        request_dollars=month * upload.store_requests * PUT_PRICE,
        terabytes=month * PHOTO_KB / 1e9,
        storage_dollars=month * PHOTO_KB / 1e6 * GB_MONTH_PRICE,
    )


def _pods(cpu_ms: float, cpus: int, wanted: int) -> int:
    return math.ceil(wanted * cpu_ms / 1000 / (cpus * BUSY))


def sentences(upload: Upload) -> str:
    """Describe the cost of one upload and of a thousand per second."""
    needed = capacity(upload)
    parts = ", ".join(f"{part} {cpu_ms:.1f} ms" for part, cpu_ms in upload.cpu_ms.items())
    return (
        f"A whole upload takes {upload.one.p50_ms:.1f} ms at p50 with one client, the predictor's own "
        f"{upload.predictor.p50_ms:.1f} ms.\nWith 16 clients and all parts on this machine there are "
        f"{upload.many.per_second:.0f} uploads a second.\nOne takes {upload.store_requests:.2f} requests to "
        f"the store, and processor time: {parts}.\n\n"
        f"{WANTED} uploads a second, with pods {BUSY:.0%} busy, take {needed.predictor_pods} predictor pods "
        f"of {PREDICTOR_CPUS} CPUs,\n{needed.webapp_pods} web application pods of {WEBAPP_CPUS} CPU and "
        f"{needed.store_requests:,.0f} writes to the store a second.\nA month costs "
        f"${needed.cpu_dollars:,.0f} of CPUs and ${needed.request_dollars:,.0f} of writes, and brings "
        f"{needed.terabytes:,.0f} TB of photos,\nat ${needed.storage_dollars:,.0f} for each month that they "
        "are kept.\n"
    )
