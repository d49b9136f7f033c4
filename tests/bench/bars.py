"""What the predictor is held to: ratios within one run, so that the machine cancels out."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.contenders import COURSE, CUSTOM_MODEL, OURS, OURS_FLOAT32, RIVAL_NAMES, TORCHSERVE
from tests.bench.figures import Figures, Results
from tests.bench.scenarios import HALF, NEIGHBOUR, PHONE, SMALL


@dataclass(frozen=True)
class Bar:
    """One thing that is wanted, and what was measured."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def wanted(self) -> str:
        """Say what is wanted."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    @property
    def met(self) -> bool:
        """Tell whether it is so."""
        return self.value >= self.at_least if self.at_least is not None else self.value <= (self.at_most or 0)


def bars(results: Results, name: str = OURS) -> Iterator[Bar]:
    """Hold one of ours to all of them; the uploads, packages and precision are those of what is served."""

    def of(scenario: str, contender: str = name) -> Figures:
        return results.scenarios[scenario][contender]

    one, many = SMALL[1].name, SMALL[16].name
    for rival in RIVAL_NAMES:
        ratio = of(many).per_second / of(many, rival).per_second
        yield Bar(f"throughput, 16 clients, to {rival[0]}", ratio, at_least=8)
    yield Bar("throughput, 16 clients, to d", of(many).per_second / results.limits[name], at_least=0.9)
    yield Bar("p50, 1 client, to a", of(one).p50_ms / of(one, COURSE).p50_ms, at_most=0.333)
    yield Bar("p99, 16 clients, to a", of(many).p99_ms / of(many, COURSE).p99_ms, at_most=0.2)
    for rival, least in ((COURSE, 5), (TORCHSERVE, 8), (CUSTOM_MODEL, 8)):
        ratio = of(PHONE.name).per_second / of(PHONE.name, rival).per_second
        yield Bar(f"throughput, phone photo, 4 clients, to {rival[0]}", ratio, at_least=least)
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


def _as_served(results: Results) -> Iterator[Bar]:
    packages = results.packages_mb
    yield Bar("packages, to a", packages[OURS] / packages[COURSE], at_most=0.1)
    if upload := results.upload:
        ratio = upload.one.p50_ms / upload.predictor.p50_ms
        yield Bar("p50 of a whole upload, 1 client, to the predictor's own", ratio, at_most=2.5)


def measured(results: Results) -> Iterator[tuple[Bar, Bar | None]]:
    """Pair what is served with the same at float32, where that is another question."""
    at_float32 = {bar.what: bar for bar in bars(results, OURS_FLOAT32)}
    for bar in bars(results):
        yield bar, at_float32.get(bar.what)
