"""The report as a picture: accuracy with its interval, per class and overall."""

from pathlib import Path

from matplotlib.figure import Figure

from cronjobs.quality import Quality


def draw(quality: Quality, title: str, path: Path) -> None:
    """Write the picture, in the format that the path's extension names."""
    rows = {"all classes": quality.accuracy, **quality.of_class}
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for height, (name, share) in enumerate(reversed(rows.items())):
        low, high = share.interval
        colour = "tab:red" if name == "all classes" else "tab:blue"
        if share.value is not None:
            axes.plot([low, high], [height, height], color=colour, linewidth=2)
            axes.plot([share.value], [height], "o", color=colour)
    names = [f"{name} ({share.hits} of {share.of})" for name, share in rows.items()]
    axes.set_yticks(range(len(rows)), labels=names[::-1])
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy on the random sample, with its 95 % interval")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(title)
    figure.savefig(path, dpi=120)
