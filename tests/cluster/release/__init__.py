"""One release of the chart, from installation to end: the files run in the order of their names."""
