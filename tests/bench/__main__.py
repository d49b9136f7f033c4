"""`python -m tests.bench`: compares our predictor with the usual alternatives on this machine.

Prints the tables in Markdown, and writes them to docs/benchmark.md, with a picture and the figures as JSON.
"""

import argparse
import logging
import sys

from tests.bench import document, plot
from tests.bench.figures import Results
from tests.bench.run import run
from tests.bench.scenarios import Length
from tests.bench.tables import details, summary

KEPT = document.DOCUMENT.with_suffix(".json")
PICTURE = document.DOCUMENT.with_suffix(".png")


def main() -> None:
    """Run the benchmark, then print and write its results."""
    parser = argparse.ArgumentParser(description="Compare the predictor with the usual alternatives.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load in each round")
    parser.add_argument("--render", action="store_true", help="only write the last run's tables again")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    if not given.render:
        figures = run(Length(given.rounds, given.seconds))
        KEPT.write_text(figures.model_dump_json(indent=1) + "\n")
    results = Results.model_validate_json(KEPT.read_text())
    for part, tables in (("make bench", summary(results)), ("make bench, in full,", details(results))):
        sys.stdout.write(tables)
        document.write(part, tables)
    plot.draw(results, PICTURE)


if __name__ == "__main__":
    main()
