"""The report as a chart: accuracy with its interval, per class and overall."""

from pathlib import Path

from matplotlib.figure import Figure

from gourmetgram.quality import WindowQuality


def draw(figures: WindowQuality, path: Path) -> None:
    """Write the picture, in the format that the path's extension names."""
    rows = {"all classes": figures.accuracy, **figures.recall}
    picture = Figure(figsize=(8, 5), layout="constrained")
    axes = picture.subplots()
    for height, (name, share) in enumerate(reversed(rows.items())):
        colour = "tab:red" if name == "all classes" else "tab:blue"
        if share.value is not None:
            axes.plot([share.low, share.high], [height, height], color=colour, linewidth=2)
            axes.plot([share.value], [height], "o", color=colour, clip_on=False)  # 100 % is at the edge
    axes.set_yticks(range(len(rows)), labels=[*rows][::-1])
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of photos that the model got right, with its 95 % interval")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(
        f"{figures.predictions} predictions, {figures.labels} labels, {figures.start} to {figures.end}"
    )
    picture.savefig(path, dpi=120)
