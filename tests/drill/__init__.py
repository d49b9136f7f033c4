"""Fault drills: break a component under load, count what was lost, and time the recovery."""
