"""Writes a run's results in Markdown."""

from collections.abc import Iterator, Sequence

from tests.bench.bars import measured
from tests.bench.capacity import sentences
from tests.bench.contenders import CONTENDERS, OURS, OURS_FLOAT32
from tests.bench.eager import EAGER
from tests.bench.figures import Results
from tests.bench.scenarios import CLIENTS, HALF, NEIGHBOUR, PHONE, SMALL


def names(results: Results) -> list[str]:
    """Return the names of the measured contenders, in order."""
    return [each.name for each in CONTENDERS if each.name in results.cold_start_s]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def summary(results: Results) -> str:
    """Write a summary of a run: the machine, one table, and how ours compares."""
    return "\n".join([_conditions(results), _comparison(results), _share(results), *_left_out(results)])


def details(results: Results) -> str:
    """Write all other figures of a run."""
    return "\n".join(_parts(results))


def _conditions(results: Results) -> str:
    generator = results.scenarios[SMALL[16].name][OURS].generator_ms
    return (
        f"{results.machine}, {results.date}; {results.options}.\n"
        f"The machine's load average was {results.load_before} before the run; it should be near 0.\n"
        f"The load generator takes {generator:.2f} ms of a CPU for a request.\n"
    )


def _comparison(results: Results) -> str:
    heads = ["", "16 clients: photos a second", "GourmetGram's to that", "p99 ms", "1 client: p50 ms"]
    heads += ["phone photos a second", "cold start s", "memory MB", "packages MB"]
    ours, rows = results.scenarios[SMALL[16].name][OURS].per_second, []
    for name in names(results):
        one, many = (results.scenarios[SMALL[clients].name][name] for clients in (1, 16))
        rows.append([
            name,
            f"{many.per_second:.0f}{_refused(many.refused)}",
            f"{ours / many.per_second:.2f}",
            f"{many.p99_ms:.0f}",
            f"{one.p50_ms:.1f}",
            f"{results.scenarios[PHONE.name][name].per_second:.0f}",
            f"{results.cold_start_s[name]:.1f}",
            f"{results.memory_mb[name]['16']:.0f}",
            f"{results.packages_mb[name]:.0f}",
        ])  # fmt: skip
    limit = results.limits[OURS]
    rows.append(["d: no server", f"{limit:.0f}", f"{ours / limit:.2f}", *[""] * 6])
    return table(heads, rows)


def _share(results: Results) -> str:
    ours = results.scenarios[SMALL[16].name][OURS].per_second
    return f"That is {ours / results.limits[OURS]:.2f} of what the CPUs can compute without a server.\n"


def _left_out(results: Results) -> list[str]:
    return [f"Not measured here: {name}. {reason}\n" for name, reason in results.left_out.items()]


def _parts(results: Results) -> Iterator[str]:
    yield _small_photos(results)
    yield _other_loads(results)
    yield _without_a_server(results)
    yield _bars(results)
    yield _processor_time(results)
    yield _chosen_threads(results)
    if results.upload:
        yield sentences(results.upload)


def _small_photos(results: Results) -> str:
    heads = ["small photos", "1 client: p50 / p99 ms"]
    heads += [f"{clients}: a second" for clients in CLIENTS[1:]] + ["16: p99 ms", "64: p99 ms"]
    rows = []
    for name in names(results):
        loads = {clients: results.scenarios[SMALL[clients].name][name] for clients in CLIENTS}
        row = [name, f"{loads[1].p50_ms:.1f} / {loads[1].p99_ms:.1f}"]
        row += [
            f"{loads[clients].per_second:.0f}{_refused(loads[clients].refused)}" for clients in CLIENTS[1:]
        ]
        rows.append([*row, f"{loads[16].p99_ms:.0f}", f"{loads[64].p99_ms:.0f}"])
    return table(heads, rows)


def _refused(count: int) -> str:
    return f" ({count} refused)" if count else ""


def _other_loads(results: Results) -> str:
    heads = [
        "",
        "phone photo, 4 clients: a second",
        "busy neighbour: p50 ms",
        "half of its most: p50 / p99 ms",
    ]
    heads += [
        "cold start s",
        f"memory MB, {' / '.join(map(str, CLIENTS))} clients",
        "packages MB",
        "same class",
    ]
    rows = []
    for name in names(results):
        half = results.scenarios[HALF][name]
        memory = " / ".join(f"{results.memory_mb[name][str(clients)]:.0f}" for clients in CLIENTS)
        rows.append([
            name,
            f"{results.scenarios[PHONE.name][name].per_second:.0f}",
            f"{results.scenarios[NEIGHBOUR.name][name].p50_ms:.1f}",
            f"{half.p50_ms:.1f} / {half.p99_ms:.1f}",
            f"{results.cold_start_s[name]:.1f}",
            memory,
            f"{results.packages_mb[name]:.0f}",
            f"{results.same_answers[name]:.0%}",
        ])  # fmt: skip
    return table(heads, rows)


def _without_a_server(results: Results) -> str:
    limits = [
        f"{results.limits[OURS]:.0f} with the served model",
        f"{results.limits[OURS_FLOAT32]:.0f} at float32",
    ]
    return f"d: decoding and ONNX Runtime in a loop on all CPUs, photos a second: {', '.join(limits)}.\n"


def _chosen_threads(results: Results) -> str:
    rows = [
        [name, threads, f"{served:.0f}", "chosen" if results.threads[name] == threads else ""]
        for name, tried in results.pilot.items()
        for threads, served in tried.items()
    ]
    return table(["pilot, 16 clients", "", "a second", ""], rows)


def _processor_time(results: Results) -> str:
    others = {each.name: ("decoding, rivals", "model, rivals") for each in EAGER}
    others[OURS_FLOAT32] = ("decoding", "model, float32")
    rows = []
    for name in names(results):
        parts = others.get(name, ("decoding", "model"))
        total, (decoding, model) = results.cpu_ms[name], (results.parts_cpu_ms[part] for part in parts)
        row = (total, decoding, model, total - decoding - model)
        rows.append([name, *(f"{each:.2f}" for each in row)])
    return table(["processor time of a request, ms", "all", "decoding", "model", "the rest"], rows)


def _bars(results: Results) -> str:
    rows = []
    for bar, other in measured(results):
        at_float32 = f"{other.value:.3g}, {_verdict(other.met)}" if other else ""
        rows.append([bar.what, bar.wanted, f"{bar.value:.3g}", _verdict(bar.met), at_float32])
    return table(["bar", "wanted", "measured", "", "at float32"], rows)


def _verdict(met: bool) -> str:
    return "met" if met else "**not met**"
