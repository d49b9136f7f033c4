"""Runs the system: on a cluster with its platform, or on one machine under a supervisor."""
