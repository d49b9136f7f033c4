"""The benchmark's arithmetic, on figures with known results."""

from itertools import combinations

import pytest
from matplotlib import pyplot as plt

from tests.bench import document
from tests.bench.__main__ import KEPT
from tests.bench.bars import Bar, bars
from tests.bench.capacity import capacity
from tests.bench.contenders import CONTENDERS, OURS, OURS_FLOAT32
from tests.bench.eager import COURSE
from tests.bench.figures import Figures, Results, Upload, percentile
from tests.bench.load import Load
from tests.bench.plot import picture
from tests.bench.scenarios import CLIENTS, HALF, SCENARIOS
from tests.bench.tables import details, summary

PARTS = ("decoding", "decoding, rivals", "model", "model, float32", "model, rivals")


def figures(speed: float) -> Figures:
    """Make the figures of a server that is `speed` times as fast as a slow one."""
    return Figures(p50_ms=100 / speed, p99_ms=200 / speed, per_second=10 * speed, refused=0, generator_ms=0.1)


@pytest.fixture
def results() -> Results:
    names = [each.name for each in CONTENDERS]
    row = {name: figures(10 if name in {OURS, OURS_FLOAT32} else 1) for name in names}
    upload = Upload(
        one=figures(5),
        many=figures(5),
        predictor=figures(10),
        cpu_ms={"predictor": 3, "web application": 6},
        store_requests=2.1,
    )
    return Results(
        machine="A machine",
        date="2026-01-01",
        options="1 round",
        load_before=0.1,
        threads={COURSE.name: "1 worker"},
        pilot={COURSE.name: {"1 worker": 10}},
        same_answers=dict.fromkeys(names, 1.0),
        scenarios=dict.fromkeys((*(each.name for each in SCENARIOS), HALF), row),
        limits={OURS: 105, OURS_FLOAT32: 200},
        cold_start_s=dict.fromkeys(names, 2),
        memory_mb={name: {str(clients): 100 for clients in CLIENTS} for name in names},
        largest_memory_mb=dict.fromkeys(names, 300),
        packages_mb={name: 400.0 if name == OURS else 5000.0 for name in names},
        cpu_ms=dict.fromkeys(names, 5.0),
        parts_cpu_ms=dict.fromkeys(PARTS, 1.0),
        upload=upload,
    )


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, value: float) -> None:
    assert percentile(range(100, 0, -1), share) == value


def test_the_figures_are_medians_over_the_rounds() -> None:
    loads = [Load([ms / 1000], 1, ms, 0.1) for ms in (1, 9, 2)]
    assert Figures.of(loads) == Figures(p50_ms=2, p99_ms=2, per_second=2, refused=3, generator_ms=0.1)


def test_a_bar_is_met_from_its_value_on() -> None:
    assert Bar("throughput", 8, at_least=8).met
    assert not Bar("memory", 251, at_most=250).met


def test_the_bars_are_ratios_to_the_rivals(results: Results) -> None:
    met = {bar.what: bar.met for bar in bars(results)}
    assert met["throughput, 16 clients, to a"]
    assert met["throughput, 16 clients, to d"]
    assert not met["resident memory at most, MB"]
    assert not next(bar for bar in bars(results, OURS_FLOAT32) if bar.what.endswith("to d")).met


def test_the_strongest_of_the_peers_sets_the_bars(results: Results) -> None:
    results.memory_mb["LitServe"]["16"] = 80
    met = {bar.what: bar.met for bar in bars(results)}
    assert met["throughput, 16 clients, to NVIDIA Triton"]
    assert met["p99, 16 clients, to the least of the peers, FastAPI, ONNX Runtime in threads"]
    assert not met["memory, 16 clients, to the least of the peers, LitServe"]


def test_who_can_not_be_measured_is_named_with_the_reason(results: Results) -> None:
    results.left_out["NVIDIA Triton"] = "There is no Python for it."
    for row in (results.packages_mb, results.cold_start_s, *results.scenarios.values()):
        row.pop("NVIDIA Triton", None)
    assert "Not measured here: NVIDIA Triton. There is no Python for it." in summary(results)
    assert "NVIDIA Triton |" not in details(results)


def test_the_tables_hold_every_contender_and_verdict(results: Results) -> None:
    text = details(results)
    assert all(text.count(f"| {each.name} |") >= 2 for each in CONTENDERS)
    assert all(summary(results).count(f"| {each.name} |") == 1 for each in CONTENDERS)
    assert "| resident memory at most, MB | ≤ 250 | 300 | **not met** |" in text


def test_the_page_shows_the_figures_that_were_kept() -> None:
    kept, page = Results.model_validate_json(KEPT.read_text()), document.DOCUMENT.read_text()
    assert summary(kept) in page
    assert details(kept) in page


def test_no_label_of_the_picture_covers_another() -> None:
    figure = picture(Results.model_validate_json(KEPT.read_text()))
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ticks = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
            boxes = [tick.get_window_extent() for tick in ticks if tick.get_text()]
            assert len(boxes) >= 3
            assert not [one for one, other in combinations(boxes, 2) if one.overlaps(other)]
    plt.close(figure)


def test_results_are_read_as_they_were_written(results: Results) -> None:
    assert Results.model_validate_json(results.model_dump_json()) == results


def test_pods_follow_from_the_processor_time_of_an_upload(results: Results) -> None:
    assert results.upload is not None
    needed = capacity(results.upload, wanted=1000)
    assert (needed.predictor_pods, needed.webapp_pods) == (3, 10)
    assert needed.store_requests == pytest.approx(2100)
