"""The cost of a month's S3 requests: as it is, with packed records, and with packed photos as well."""

from tests.bench.capacity import GET_PRICE, MONTH_HOURS, PUT_PRICE, WANTED
from tests.bench.tables import table

PACK = 250
"""Records in one pack: those of a second on one of four replicas, at the rate WANTED."""
TASKS = 0.06
"""Share of uploads with low confidence, each of which becomes a task."""
LISTED = 1000
"""Keys that a store lists per request."""


def request_prices(wanted: int = WANTED) -> str:
    """Return a table of the monthly cost of S3 requests in each case."""
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
