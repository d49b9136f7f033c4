"""`python -m cronjobs.buckets`: create the buckets that are missing; safe to run at every start."""

from cronjobs.command import Outcome, run
from cronjobs.settings import CronjobSettings
from gourmetgram.keys import BUCKETS
from gourmetgram.store import Store


def create() -> Outcome:
    """Create what is missing.

    Raises:
        StoreUnavailableError: the store did not answer.
    """
    store = Store(CronjobSettings())
    store.create_buckets()
    names = [f"{store.bucket_prefix}{bucket}" for bucket in BUCKETS]
    return Outcome(f"there are {', '.join(names)}", {"buckets": names})


if __name__ == "__main__":
    run("buckets", create)
