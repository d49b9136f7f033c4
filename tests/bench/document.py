"""Writes measurements into docs/benchmark.md, between two marks that name the command."""

import re

from tests.conftest import ROOT

DOCUMENT = ROOT / "docs/benchmark.md"


def write(command: str, text: str) -> None:
    """Replace what the command wrote before."""
    start, end = f"<!-- {command} writes from here -->\n", "<!-- to here -->"
    between = re.compile(f"(?<={re.escape(start)}).*?(?={re.escape(end)})", re.DOTALL)
    DOCUMENT.write_text(between.sub(lambda _: f"\n{text}\n", DOCUMENT.read_text(), count=1))
