"""The jobs of the feedback loop, in the order of their dependencies."""

JOBS = ("sampling", "sync", "processing")
