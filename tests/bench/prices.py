"""What the requests to S3 of a month cost, as it is and if records, or photos too, were packed."""

from tests.bench.capacity import GET_PRICE, MONTH_HOURS, PUT_PRICE, WANTED
from tests.bench.tables import table

PACK = 250
"""Records of one object, if they were packed: those of a second on one of four replicas, at WANTED."""
TASKS = 0.06
"""Uploads of low confidence, each of which gets a task."""
LISTED = 1000
"""Keys that a store lists in a request."""


def request_prices(wanted: int = WANTED) -> str:
    """Say what a month's requests to S3 cost: as it is, with packed records, with packed photos as well."""
    month, pack = wanted * MONTH_HOURS * 3600, 1 / PACK
    task, read = TASKS * PUT_PRICE, GET_PRICE + 2 * PUT_PRICE / LISTED
    rows = {
        "photos": (PUT_PRICE, PUT_PRICE, pack * PUT_PRICE),
        "records": (PUT_PRICE, pack * PUT_PRICE, pack * PUT_PRICE),
        "tasks, and their photos once more where those are packed": (task, task, 2 * task),
        "sampling lists two days and reads one": (read, pack * read, pack * read),
    }
    rows["all"] = tuple(map(sum, zip(*rows.values(), strict=True)))  # type: ignore[assignment]
    heads = [f"dollars a month, {wanted:,} uploads a second", "as it is", "records packed", "both packed"]
    return table(heads, [[what, *(f"{month * each:,.0f}" for each in row)] for what, row in rows.items()])
