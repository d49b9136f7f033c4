"""Plots a run: throughput, tail latency and memory, by the number of clients."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from tests.bench.contenders import OURS, OURSELVES
from tests.bench.eager import EAGER
from tests.bench.figures import Results
from tests.bench.peers import PEERS
from tests.bench.scenarios import CLIENTS, SMALL
from tests.bench.tables import names

PEER_COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown", "tab:pink")
STYLES = {
    **{each.name: {"linewidth": 2.5, "color": "tab:red"} for each in OURSELVES},
    **{peer.name: {"color": colour} for peer, colour in zip(PEERS, PEER_COLOURS, strict=True)},
    **{each.name: {"linewidth": 1, "color": "grey"} for each in EAGER},
}
"""Line styles: ours in red, the usual rivals in grey, each peer in its own colour."""
MARKERS = "osD^vP*XhdpH"


def draw(results: Results, path: Path) -> None:
    """Write the picture."""
    figure = picture(results)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def picture(results: Results) -> Figure:
    """Draw three panels over the number of clients; all scales are logarithmic."""

    def load(name: str, clients: int, figure: str) -> float:
        return float(getattr(results.scenarios[SMALL[clients].name][name], figure))

    figure, panels = plt.subplots(1, 3, figsize=(13, 5.5), layout="constrained")
    drawn = {
        "Photos a second": lambda name, clients: load(name, clients, "per_second"),
        "99 % answered within, ms": lambda name, clients: load(name, clients, "p99_ms"),
        "Memory, MB": lambda name, clients: results.memory_mb[name][str(clients)],
    }
    for axes, (title, of) in zip(panels, drawn.items(), strict=True):
        _panel(axes, title, names(results), of)
    panels[0].axhline(results.limits[OURS], color="black", linestyle=":", label="d: no server")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _panel(axes: Axes, title: str, contenders: list[str], figure: Callable[[str, int], float]) -> None:
    for name, marker in zip(contenders, MARKERS, strict=False):
        values = [figure(name, clients) for clients in CLIENTS]
        axes.plot(CLIENTS, values, marker=marker, label=name, **STYLES[name])
    axes.set(title=title, xlabel="clients at once", xscale="log", yscale="log")
    axes.set_xticks(CLIENTS, [str(clients) for clients in CLIENTS])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", alpha=0.3)
