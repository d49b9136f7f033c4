"""`python -m monitoring`: write Grafana's dashboards and alerts."""

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from monitoring.dashboards.loop import LOOP
from monitoring.dashboards.quality import QUALITY
from monitoring.dashboards.service import SERVICE
from monitoring.grafana_alerts import alerting

IN_CHART = Path(__file__).parents[1] / "charts/gourmetgram/monitoring"
DASHBOARDS = {"service": SERVICE, "quality": QUALITY, "loop": LOOP}


class Readable(yaml.SafeDumper):
    """A dumper that keeps the line breaks of expressions."""

    def represent_str(self, text: str) -> yaml.ScalarNode:
        """Write a multi-line string as a block scalar."""
        node: yaml.ScalarNode = super().represent_str(text)
        node.style = "|" if "\n" in text else node.style
        return node


Readable.add_representer(str, Readable.represent_str)


def files() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with its content."""
    for name, dashboard in DASHBOARDS.items():
        yield IN_CHART / f"dashboards/{name}.json", json.dumps(dashboard, indent=2) + "\n"
    text = yaml.dump(alerting(IN_CHART / "rules"), Dumper=Readable, sort_keys=False, width=110)
    yield IN_CHART / "dashboards/alerts.yaml", f"# Generated from rules/ by `make dashboards`.\n{text}"


def main() -> None:
    """Write all files."""
    for path, text in files():
        path.write_text(text)


if __name__ == "__main__":
    main()
