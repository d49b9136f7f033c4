"""The jobs that turn the loop, in the order in which they need each other."""

JOBS = ("sampling", "sync", "processing")
