"""A job that is killed at any request and run again has the same result as an undisturbed run."""

import copy
import os
import random
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from threading import Barrier

import pytest

from cronjobs.outputs import Deleted
from cronjobs.processing import Processing
from gourmetgram.keys import LABELSTUDIO, Location
from gourmetgram.sources import REVIEW, Source
from gourmetgram.store import Store
from tests.forks import job_process
from tests.labelling import SETTINGS, annotation, answer, ask, contents, relabel, upload, withdraw
from tests.proxy import Proxy, proxied

BOB = "bob@example.org"
FLAG = Source.USER_FLAG

State = Callable[[Store], object]


class Jobs:
    """Starts jobs whose requests go through the proxy."""

    def __init__(self, proxy: Proxy, env: dict[str, str], store: Store) -> None:
        self.proxy = proxy
        self.store = store
        self.env = {**env, "AWS_ENDPOINT_URL_S3": proxy.url}

    def filled(self, state: State) -> Store:
        """Create separate buckets with this state."""
        store = copy.copy(self.store)
        store.bucket_prefix = f"{secrets.token_hex(4)}-"
        store.create_buckets()
        state(store)
        return store

    def process(self, job: str, store: Store, threads: int = 1) -> ForkServerProcess:
        settings = {
            "GOURMETGRAM_BUCKET_PREFIX": store.bucket_prefix,
            "GOURMETGRAM_PROCESSING_THREADS": str(threads),
        }
        return job_process(job, {**self.env, **settings})

    def run(self, job: str, store: Store, threads: int = 1) -> int:
        """Run a job to its end; return the number of its requests."""
        self.proxy.watch(None)
        process = self.process(job, store, threads)
        process.start()
        process.join(60)
        assert process.exitcode == 0
        return self.proxy.counts.total()

    def writes(self, job: str, store: Store) -> list[int]:
        """Run a job to its end; return the numbers of its requests that change something."""
        writes: list[int] = []
        self.proxy.watch(lambda number, line: None if line.startswith("GET") else writes.append(number))
        process = self.process(job, store)
        process.start()
        process.join(60)
        assert process.exitcode == 0
        return writes

    def kill(self, job: str, store: Store, at: int, threads: int = 1) -> bool:
        """Kill a job at a request, before the store sees it; return whether the job got that far."""
        process = self.process(job, store, threads)
        started = threading.Event()

        def before(number: int, _: str) -> None:
            if number == at and started.wait(60) and process.pid:
                os.kill(process.pid, signal.SIGKILL)
                raise ConnectionAbortedError

        self.proxy.watch(before)
        process.start()
        started.set()
        process.join(60)
        return process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="module")
def jobs(store: Store, store_env: dict[str, str]) -> Iterator[Jobs]:
    with proxied(store_env["AWS_ENDPOINT_URL_S3"]) as proxy:
        yield Jobs(proxy, store_env, store)


def plain(store: Store) -> dict[str, bytes]:
    """Read everything in the store, as if the buckets had no prefix."""
    prefix = store.bucket_prefix.encode()
    return {place: body.replace(prefix, b"") for place, body in contents(store).items()}


def uploads(store: Store) -> None:
    for number in range(3):
        upload(store, number)


def annotated(store: Store) -> None:
    record = upload(store, 1)
    ask(store, record, FLAG)
    answer(store, FLAG, annotation(record, "Rice"))


def annotated_anew(store: Store) -> None:
    annotated(store)
    Processing(store, SETTINGS).run()
    answer(store, FLAG, annotation(upload(store, 1), "Soup", minutes=1))


def in_disagreement(store: Store) -> None:
    annotated(store)
    Processing(store, SETTINGS).run()
    answer(store, FLAG, annotation(upload(store, 1), "Soup", number=2, annotator=BOB))


def in_agreement_again(store: Store) -> None:
    in_disagreement(store)
    Processing(store, SETTINGS).run()
    answer(store, FLAG, annotation(upload(store, 1), "Soup", minutes=5))


def relabelled_twice(store: Store) -> None:
    relabel(store, upload(store, 1), "Rice")
    Processing(store, SETTINGS).run()
    relabel(store, upload(store, 1), "Soup", minutes=1)


def without_use(store: Store) -> None:
    answer(store, FLAG, annotation(upload(store, 1), skipped=True))
    store.put(Location(LABELSTUDIO, "output/userfeedback/garbage"), b"{", "text/plain")


def withdrawn(store: Store) -> None:
    annotated(store)
    Processing(store, SETTINGS).run()
    withdraw(store, FLAG, annotation(upload(store, 1), "Rice"), Deleted.ANNOTATION)


def withdrawn_unprocessed_with_its_task(store: Store) -> None:
    annotated(store)
    withdraw(store, FLAG, annotation(upload(store, 1), "Rice"), Deleted.TASK)


def in_disagreement_that_is_withdrawn(store: Store) -> None:
    in_disagreement(store)
    Processing(store, SETTINGS).run()
    bob = annotation(upload(store, 1), "Soup", number=2, annotator=BOB)
    withdraw(store, FLAG, bob, Deleted.ANNOTATION)


def reviewed(store: Store) -> None:
    annotated(store)
    Processing(store, SETTINGS).run()
    record = upload(store, 1)
    ask(store, record, FLAG, asked=REVIEW)
    answer(store, REVIEW, annotation(record, "Soup", number=2, minutes=1, source=FLAG))


def all_at_once(store: Store) -> None:
    relabelled_twice(store)
    in_disagreement_that_is_withdrawn(store)
    for number in range(2, 10):
        record = upload(store, number)
        ask(store, record, Source.RANDOM_SAMPLING)
        answer(store, Source.RANDOM_SAMPLING, annotation(record, "Rice", number=number))


@pytest.mark.parametrize(
    ("job", "state"),
    [
        ("sampling", uploads),
        ("processing", annotated_anew),
        ("processing", in_disagreement),
        ("processing", in_agreement_again),
        ("processing", relabelled_twice),
        ("processing", without_use),
        ("processing", withdrawn),
        ("processing", withdrawn_unprocessed_with_its_task),
        ("processing", in_disagreement_that_is_withdrawn),
        ("processing", reviewed),
    ],
)
def test_killed_at_any_request_and_run_again_it_leaves_the_same(jobs: Jobs, job: str, state: State) -> None:
    undisturbed = jobs.filled(state)
    requests = jobs.run(job, undisturbed)
    for at in range(1, requests + 1):
        store = jobs.filled(state)
        assert jobs.kill(job, store, at)
        jobs.run(job, store)
        assert plain(store) == plain(undisturbed), f"killed at request {at} of {requests}"


@pytest.mark.parametrize("job", ["deletion", "retention"])
def test_a_deletion_killed_at_any_write_and_run_again_leaves_the_same(jobs: Jobs, job: str) -> None:
    def state(store: Store) -> None:
        in_disagreement(store)
        relabel(store, upload(store, 2), "Rice")

    undisturbed = jobs.filled(state)
    writes = jobs.writes(job, undisturbed)
    assert len(writes) > 3
    for at in writes:
        store = jobs.filled(state)
        assert jobs.kill(job, store, at)
        jobs.run(job, store)
        assert plain(store) == plain(undisturbed), f"killed at request {at}"


def test_killed_again_and_again_with_many_threads_it_leaves_the_same(jobs: Jobs) -> None:
    undisturbed, store = jobs.filled(all_at_once), jobs.filled(all_at_once)
    jobs.run("processing", undisturbed)
    schedule = random.Random(20)
    killed = [jobs.kill("processing", store, schedule.randint(5, 30), threads=8) for _ in range(10)]
    assert sum(killed) > 4
    jobs.run("processing", store, threads=8)
    assert plain(store) == plain(undisturbed)


@pytest.mark.parametrize(("job", "state"), [("sampling", uploads), ("processing", all_at_once)])
def test_two_copies_at_once_leave_what_one_leaves(jobs: Jobs, job: str, state: State) -> None:
    undisturbed, store = jobs.filled(state), jobs.filled(state)
    jobs.run(job, undisturbed)
    copies = [jobs.process(job, store, threads=4) for _ in range(2)]
    both_have_begun = Barrier(2, timeout=30)
    jobs.proxy.watch(lambda number, _: both_have_begun.wait() if number <= 2 else None)
    for each in copies:
        each.start()
    for each in copies:
        each.join(60)
    assert [each.exitcode for each in copies] == [0, 0]
    assert plain(store) == plain(undisturbed)
