"""The predictor's targets: ratios within one run, so that the machine's speed cancels out."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.contenders import OURS, OURS_FLOAT32
from tests.bench.eager import COURSE, CUSTOM_MODEL, EAGER, TORCHSERVE
from tests.bench.figures import Figures, Results
from tests.bench.peers import PEERS
from tests.bench.scenarios import HALF, NEIGHBOUR, PHONE, SMALL


@dataclass(frozen=True)
class Bar:
    """A target and the measured value."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def wanted(self) -> str:
        """Return the target as text."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    @property
    def met(self) -> bool:
        """Return whether the target is met."""
        return self.value >= self.at_least if self.at_least is not None else self.value <= (self.at_most or 0)


def bars(results: Results, name: str = OURS) -> Iterator[Bar]:
    """Compare one of our contenders with all targets; some apply only to the served model."""
    if name == OURS:
        yield from _to_peers(results)

    def of(scenario: str, contender: str = name) -> Figures:
        return results.scenarios[scenario][contender]

    one, many = SMALL[1].name, SMALL[16].name
    for rival in EAGER:
        ratio = of(many).per_second / of(many, rival.name).per_second
        yield Bar(f"throughput, 16 clients, to {rival.name[0]}", ratio, at_least=8)
    yield Bar("throughput, 16 clients, to d", of(many).per_second / results.limits[name], at_least=0.95)
    yield Bar("p50, 1 client, to a", of(one).p50_ms / of(one, COURSE.name).p50_ms, at_most=0.333)
    yield Bar("p99, 16 clients, to a", of(many).p99_ms / of(many, COURSE.name).p99_ms, at_most=0.2)
    for rival, least in ((COURSE, 5), (TORCHSERVE, 8), (CUSTOM_MODEL, 8)):
        ratio = of(PHONE.name).per_second / of(PHONE.name, rival.name).per_second
        yield Bar(f"throughput, phone photo, 4 clients, to {rival.name[0]}", ratio, at_least=least)
    yield Bar(
        "p50, 1 client, with a busy neighbour to without",
        of(NEIGHBOUR.name).p50_ms / of(one).p50_ms,
        at_most=2,
    )
    yield Bar("p99 to p50 at half of the most served", of(HALF).p99_ms / of(HALF).p50_ms, at_most=4)
    yield Bar("cold start to first answer, s", results.cold_start_s[name], at_most=3)
    yield Bar("resident memory at most, MB", results.largest_memory_mb[name], at_most=250)
    if name == OURS:
        yield from _as_served(results)


def _to_peers(results: Results) -> Iterator[Bar]:
    many, peers = results.scenarios[SMALL[16].name], [each.name for each in PEERS]
    there = [name for name in peers if name in many]
    for name in there:
        ratio = many[OURS].per_second / many[name].per_second
        yield Bar(f"throughput, 16 clients, to {name}", ratio, at_least=1.5)
    if there:
        for what, of in (
            ("p99, 16 clients", {name: many[name].p99_ms for name in [OURS, *there]}),
            ("memory, 16 clients", {name: results.memory_mb[name]["16"] for name in [OURS, *there]}),
            ("packages", results.packages_mb),
        ):
            best = min(there, key=lambda name: of[name])
            yield Bar(f"{what}, to the least of the peers, {best}", of[OURS] / of[best], at_most=1)


def _as_served(results: Results) -> Iterator[Bar]:
    packages = results.packages_mb
    yield Bar("packages, to a", packages[OURS] / packages[COURSE.name], at_most=0.1)
    if upload := results.upload:
        ratio = upload.one.p50_ms / upload.predictor.p50_ms
        yield Bar("p50 of a whole upload, 1 client, to the predictor's own", ratio, at_most=1.7)


def measured(results: Results) -> Iterator[tuple[Bar, Bar | None]]:
    """Pair the served model's targets with those at float32, where they apply to both."""
    at_float32 = {bar.what: bar for bar in bars(results, OURS_FLOAT32)}
    for bar in bars(results):
        yield bar, at_float32.get(bar.what)
